"""Providers are asked once, in order, within the cap, and what they do not answer is never taken for "no match"."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, MemoryKeyring, Ran
from customerbench import enrich, found, people, write

from shopinf.locking import NO_STORE
from shopinf.practice import PracticeStore

from .providers import FakeGravatar, FakeInfluencersClub, FakeModash, FakeUpfluence, Provider, user

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]

PAID = ("--max-credits", "50", "--yes")


class PlaintextKeyring(MemoryKeyring):
    """Named like the one of keyrings.alt that only encodes."""


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    shop = run.open(orders=60, customers=40, throttle=False)
    run.connect(shop).ok()
    return shop


@pytest.fixture
def modash(run: Bench, store: PracticeStore) -> FakeModash:
    fake = FakeModash()
    fake.stand(run)
    run("sources", "connect", "modash", "--stdin", "--consent", stdin="API_KEY=modash-key\n").ok()
    for number, each in enumerate(people(store)[:5]):
        fake.users[each["email"]] = [user("instagram", f"insta{number}", 1000 * (number + 1))]
    return fake


@pytest.fixture
def club(run: Bench, store: PracticeStore) -> FakeInfluencersClub:
    fake = FakeInfluencersClub()
    fake.stand(run)
    run("sources", "connect", "influencersclub", "--stdin", "--consent", stdin="API_KEY=club-key\n").ok()
    for number, each in enumerate(people(store)[:5]):
        entry = {
            "platform": "tiktok",
            "userId": "7",
            "url": f"https://www.tiktok.com/@t{number}",
            "username": f"t{number}",
        }
        fake.users[each["email"]] = {**entry, "fullname": "T", "followers": 2000 * (number + 1)}
    return fake


def by_modash(run: Bench, *more: str) -> Ran:
    return enrich(run, "--source", "modash", *PAID, *more)


def test_modash_is_asked_with_a_list_and_its_fractions_become_per_cent(run: Bench, modash: FakeModash) -> None:
    ran = by_modash(run).ok()
    assert ran.json["summary"] == {
        "customers": 40, "with_email": 40, "matched": 5, "withheld": 0, "credits_used": 0.1, "left": 0
    }  # fmt: skip
    first = ran.json["influencers"][0]
    assert (first["handle"], first["followers"], first["engagement_rate_pct"]) == ("insta4", 5000, "2")
    assert (first["source"], first["confidence"], first["matched_on"]) == ("modash", "certain", "email")
    assert len(modash.asked("/v1/email-search")) == 1
    assert len(set(modash.sent)) == 40


def test_nobody_is_asked_about_twice_whether_found_or_not(run: Bench, modash: FakeModash) -> None:
    by_modash(run).ok()
    again = by_modash(run, "--all").ok()
    assert again.json["summary"]["matched"] == 5
    assert again.json["summary"]["credits_used"] == 0
    assert len(modash.sent) == 40


def test_no_match_is_kept_as_a_hash_and_a_day(run: Bench, modash: FakeModash, store: PracticeStore) -> None:
    by_modash(run).ok()
    rows = run.look("SELECT key, at FROM lookups WHERE person IS NULL")
    assert len(rows) == 35
    assert people(store)[20]["email"] not in run.kept()


def test_after_so_many_days_it_is_asked_again_on_request(run: Bench, modash: FakeModash) -> None:
    by_modash(run).ok()
    run.clock.pass_(days=40)
    by_modash(run, "--all").ok()
    assert len(modash.sent) == 40
    by_modash(run, "--all", "--rematch-after", "30").ok()
    assert len(modash.sent) == 80


def test_the_cap_is_never_passed_and_the_next_run_goes_on(run: Bench, modash: FakeModash, store: PracticeStore) -> None:
    ran = enrich(run, "--source", "modash", "--max-credits", "0.1", "--yes").ok()
    # Five could match, and five did.
    assert ran.json["summary"]["credits_used"] == 0.1
    assert ran.json["summary"]["left"] == 35
    assert len(modash.sent) == 5
    assert any("--max-credits" in note for note in ran.json["notes"])
    rest = by_modash(run).ok()
    assert rest.json["summary"]["matched"] == 5
    assert sorted(modash.sent) == sorted(each["email"] for each in people(store))


def test_an_account_that_holds_little_is_asked_with_shorter_lists(run: Bench, modash: FakeModash) -> None:
    modash.credits = Decimal("0.3")  # fifteen may be sent at once
    ran = by_modash(run).ok()
    assert ran.json["summary"]["matched"] == 5
    assert modash.credits == Decimal("0.2")


def test_without_any_credits_left_nobody_is_taken_for_no_match(run: Bench, modash: FakeModash) -> None:
    modash.credits = Decimal(0)
    assert by_modash(run).code == 5
    modash.credits = Decimal(100)
    assert by_modash(run).ok().json["summary"]["matched"] == 5


TROUBLE: list[tuple[str, tuple[int, Any], int]] = [
    ("401", (401, {"error": True, "code": "api_token_invalid", "message": "no"}), 4),
    ("402", (402, {"error": True, "code": "not_enough_credits", "message": "no"}), 5),
    ("429", (429, {"error": True, "code": "rate_limit", "message": "slow"}), 6),
    ("500", (500, "<html>oops</html>"), 6),
    ("empty", (200, ""), 6),
    ("half", (200, '{"error": false, "matchedEm'), 6),
    ("foreign", (200, '{"hello": "world"}'), 6),
]


@pytest.mark.parametrize(("name", "answer", "code"), TROUBLE, ids=[each[0] for each in TROUBLE])
def test_a_provider_in_trouble_is_no_no_match(
    run: Bench, modash: FakeModash, name: str, answer: tuple[int, Any], code: int
) -> None:
    modash.always = answer
    ran = by_modash(run)
    assert (ran.code, ran.out) == (code, "")
    assert [line.split(": ")[0] for line in ran.err.splitlines()[-2:]] == ["error", "hint"]
    assert "modash-key" not in ran.err
    modash.always = None
    assert by_modash(run).ok().json["summary"]["matched"] == 5


@pytest.mark.parametrize(("name", "answer", "code"), TROUBLE, ids=[each[0] for each in TROUBLE])
def test_influencers_club_in_trouble_is_no_no_match(
    run: Bench, club: FakeInfluencersClub, name: str, answer: tuple[int, Any], code: int
) -> None:
    if name == "foreign":
        answer = (200, "[]")
    club.always = answer
    ran = enrich(run, "--source", "influencersclub", *PAID)
    assert (ran.code, ran.out) == (code, "")
    club.always = None
    assert enrich(run, "--source", "influencersclub", *PAID).ok().json["summary"]["matched"] == 5


@pytest.mark.parametrize(("status", "code"), [(401, 4), (429, 6), (500, 6)])
def test_gravatar_in_trouble_is_no_no_match(run: Bench, store: PracticeStore, status: int, code: int) -> None:
    fake = FakeGravatar()
    fake.stand(run)
    run("sources", "connect", "gravatar", "--consent").ok()
    fake.add(people(store)[0]["email"], "https://www.instagram.com/maya")
    fake.always = (status, "")
    ran = enrich(run, "--source", "gravatar")
    assert (ran.code, ran.out) == (code, "")
    fake.always = None
    assert enrich(run, "--source", "gravatar").ok().json["summary"]["matched"] == 1


def test_a_provider_that_stops_in_the_middle_leaves_what_it_found(run: Bench, store: PracticeStore) -> None:
    fake = FakeGravatar()
    fake.stand(run)
    run("sources", "connect", "gravatar", "--consent").ok()
    everybody = people(store)
    for each in everybody:
        fake.add(each["email"], f"https://www.instagram.com/{each['id']}")
    before = len(fake.calls)
    fake.trouble = [None] * 25 + [(500, "")] * 5
    ran = enrich(run, "--source", "gravatar")
    assert ran.code == 7
    assert ran.json["summary"]["matched"] == 25
    assert ran.json["summary"]["left"] == 15
    assert ran.json["failures"][0]["what"] == "Gravatar"
    whole = enrich(run, "--source", "gravatar").ok()
    assert whole.json["summary"]["matched"] == 40
    assert len(fake.calls) - before == 40 + 5


def test_a_list_at_influencers_club_is_waited_for(run: Bench, club: FakeInfluencersClub) -> None:
    ran = enrich(run, "--source", "influencersclub", *PAID).ok()
    assert ran.json["summary"]["matched"] == 5
    assert ran.json["summary"]["credits_used"] == 0.5
    assert len(club.batches) == 1
    enrich(run, "--source", "influencersclub", "--all", *PAID).ok()
    assert len(club.batches) == 1


def test_a_few_are_asked_one_by_one(run: Bench) -> None:
    shop = run.open(orders=10, customers=8)
    run.connect(shop).ok()
    fake = FakeInfluencersClub()
    fake.stand(run)
    run("sources", "connect", "influencersclub", "--stdin", "--consent", stdin="API_KEY=club-key\n").ok()
    fake.users[people(shop)[0]["email"]] = {"platform": "tiktok", "username": "maya", "followers": 5}
    ran = enrich(run, "--source", "influencersclub", *PAID).ok()
    assert (ran.json["summary"]["matched"], ran.json["summary"]["credits_used"]) == (1, 0.1)
    assert len(fake.asked("/public/v1/creators/enrich/email/")) == 8
    assert fake.batches == {}


def test_a_list_that_ran_out_of_credits_goes_on_after_topping_up(run: Bench, club: FakeInfluencersClub) -> None:
    club.credits = Decimal(0)
    ran = enrich(run, "--source", "influencersclub", *PAID)
    assert ran.code == 5
    club.credits += 100
    whole = enrich(run, "--source", "influencersclub", *PAID).ok()
    assert whole.json["summary"]["matched"] == 5
    assert len(club.batches) == 1


def test_half_a_list_is_not_taken_for_no_match(run: Bench, club: FakeInfluencersClub) -> None:
    club.half = True
    ran = enrich(run, "--source", "influencersclub", *PAID)
    assert ran.code == 7
    assert ran.json["summary"]["left"] == 20
    club.half = False
    whole = enrich(run, "--source", "influencersclub", *PAID).ok()
    assert whole.json["summary"]["matched"] == 5
    assert whole.json["summary"]["left"] == 0
    assert len(club.batches) == 1, "what was paid for is read again, not asked for again"


@pytest.mark.parametrize("name", ["Email", "input_value", "contact", "E-Mail Address"])
def test_a_row_of_a_list_is_known_by_the_address_in_it(run: Bench, club: FakeInfluencersClub, name: str) -> None:
    club.named = name
    assert enrich(run, "--source", "influencersclub", *PAID).ok().json["summary"]["matched"] == 5


def test_a_list_that_cannot_be_read_is_read_again_and_never_paid_twice(run: Bench, club: FakeInfluencersClub) -> None:
    club.named = ""
    for _ in range(2):
        ran = enrich(run, "--source", "influencersclub", *PAID)
        assert ran.code == 7
        assert "without paying" in ran.err
    assert len(club.batches) == 1
    used = club.used
    club.named = "email"
    assert enrich(run, "--source", "influencersclub", *PAID).ok().json["summary"]["matched"] == 5
    assert (len(club.batches), club.used) == (1, used)


def test_modash_is_asked_twice_a_second_at_most(run: Bench, modash: FakeModash, store: PracticeStore) -> None:
    modash.credits = Decimal("0.1")  # so little that it is asked for shorter and shorter lists
    before = run.clock.monotonic()
    by_modash(run)
    asked = len(modash.asked("/v1/email-search"))
    assert asked > 2
    assert run.clock.monotonic() - before >= 0.5 * (asked - 1)


def test_what_a_lost_answer_may_have_cost_is_said(run: Bench, modash: FakeModash) -> None:
    modash.trouble = [(200, "{")]
    ran = by_modash(run)
    assert ran.code == 6
    assert "up to 0.8 credits may have been charged for it" in ran.err


def test_the_first_source_that_finds_somebody_is_the_last_to_be_asked(
    run: Bench, modash: FakeModash, store: PracticeStore, tmp_path: Path
) -> None:
    known = people(store)[0]["email"]
    sheet = write(tmp_path / "known.csv", [{"email": known, "instagram": "from.the.sheet", "followers": 9}])
    ran = enrich(run, "--source", f"csv:{sheet}", "--source", "modash", *PAID).ok()
    assert found(ran)[known]["source"] == "csv"
    assert known not in modash.sent
    assert len(modash.sent) == 39


def test_a_sheet_is_delivered_when_the_provider_after_it_fails(
    run: Bench, modash: FakeModash, store: PracticeStore, tmp_path: Path
) -> None:
    known = people(store)[0]["email"]
    sheet = write(tmp_path / "known.csv", [{"email": known, "instagram": "maya"}])
    modash.always = (500, "")
    ran = enrich(run, "--source", f"csv:{sheet}", "--source", "modash", *PAID)
    assert ran.code == 7
    assert list(found(ran)) == [known]
    assert ran.json["summary"]["left"] == 39


def test_upfluence_adds_followers_to_the_profiles_that_gravatar_found(run: Bench, store: PracticeStore) -> None:
    gravatar, upfluence = FakeGravatar(), FakeUpfluence()
    gravatar.stand(run)
    upfluence.stand(run)
    run("sources", "connect", "gravatar", "--consent").ok()
    lines = "CLIENT_ID=upfluence-id\nCLIENT_SECRET=upfluence-secret\n"
    connected = run("sources", "connect", "upfluence", "--stdin", "--consent", "-f", "json", stdin=lines).ok()
    assert connected.json["rows"][0]["credits"] == "10"
    one, other = (each["email"] for each in people(store)[:2])
    gravatar.add(one, "https://www.instagram.com/maya", hidden="https://www.tiktok.com/@hidden")
    gravatar.add(other, "https://www.tiktok.com/@leo")
    upfluence.add("https://www.instagram.com/maya", "maya", 4321, 0.5373)
    ran = enrich(run, "--source", "gravatar", "--source", "upfluence", *PAID).ok()
    assert found(ran)[one]["followers"] == 4321
    assert found(ran)[one]["engagement_rate_pct"] == "0.5373"
    assert found(ran)[one]["source"] == "gravatar"
    assert found(ran)[other]["followers"] is None
    assert ran.json["summary"]["credits_used"] == 1
    assert len(found(ran)[one]["accounts"]) == 1
    enrich(run, "--source", "gravatar", "--source", "upfluence", "--all", *PAID).ok()
    assert upfluence.credits == 9


def test_role_addresses_and_relays_go_nowhere(run: Bench, modash: FakeModash, store: PracticeStore) -> None:
    keys = sorted(store.customers)
    store.customers[keys[0]]["email"] = "Info+x@brand.example"
    store.customers[keys[1]]["email"] = "abc@marketplace.amazon.co.uk"
    store.customers[keys[2]]["email"] = "x1@privaterelay.appleid.com"
    by_modash(run).ok()
    assert not {"Info+x@brand.example", "abc@marketplace.amazon.co.uk", "x1@privaterelay.appleid.com"} & set(
        modash.sent
    )
    assert len(modash.sent) == 37


def test_the_key_goes_to_the_provider_alone(run: Bench, modash: FakeModash) -> None:
    ran = by_modash(run, "--verbose").ok()
    assert "modash-key" not in ran.err + ran.out
    carriers = {r.url.host for r in run.wire.sent if "modash-key" in str(r.headers.get("authorization"))}
    assert carriers == {"api.modash.io"}
    assert "modash: POST /email-search → 200" in ran.err


def test_without_a_terminal_a_paid_run_needs_the_cap_and_a_yes(run: Bench, modash: FakeModash) -> None:
    assert enrich(run, "--source", "modash", "--yes").code == 2
    assert enrich(run, "--source", "modash", "--max-credits", "5").code == 2
    assert modash.sent == []


def test_a_forecast_is_shown_and_asked_about_at_a_terminal(run: Bench, modash: FakeModash) -> None:
    ran = run.at_a_terminal("customers", "enrich", "--source", "modash", lines=["n"])
    assert ran.code == 130
    assert "40 to ask about, at most 0.8 credits (0.02 for each match)" in ran.err
    assert modash.sent == []
    assert run.at_a_terminal("customers", "enrich", "--source", "modash", lines=["y"]).code == 0
    assert len(modash.sent) == 40


def test_a_dry_run_spends_nothing_and_writes_nothing(run: Bench, modash: FakeModash, tmp_path: Path) -> None:
    ran = by_modash(run, "--dry-run").ok()
    assert modash.sent == []
    assert ran.json["summary"]["left"] == 40
    assert run("influencers", "list", "-f", "json").json["rows"] == []


def test_the_consent_is_asked_for_once_and_yes_does_not_give_it(run: Bench, store: PracticeStore) -> None:
    fake = FakeModash()
    fake.stand(run)
    refused = run("sources", "connect", "modash", "--stdin", "--yes", stdin="API_KEY=modash-key\n")
    assert refused.code == 2
    assert "--consent" in refused.err
    environ = {"SHOPINF_SOURCE_MODASH_API_KEY": "modash-key"}
    ran = run("customers", "enrich", "--source", "modash", *PAID, environ=environ)
    assert (ran.code, fake.sent) == (2, [])
    assert "shopinf sources connect modash" in ran.err
    typed = run.at_a_terminal("sources", "connect", "modash", "--yes", lines=["modash-key", "y"])
    assert typed.code == 0, typed.err
    assert "modash-key" not in typed.err + typed.out
    assert enrich(run, "--source", "modash", *PAID).code == 0


def test_a_wrong_key_is_not_kept(run: Bench, store: PracticeStore) -> None:
    FakeModash().stand(run)
    ran = run("sources", "connect", "modash", "--stdin", "--consent", stdin="API_KEY=wrong-key-of-mine\n")
    assert (ran.code, ran.out) == (4, "")
    assert "wrong-key-of-mine" not in ran.err
    assert not [entry for entry in run.keyring.entries if "source" in entry[1]]
    assert enrich(run, "--source", "modash", *PAID).code == 4


def test_sources_list_and_disconnect(run: Bench, modash: FakeModash) -> None:
    rows = {row["source"]: row for row in run("sources", "list", "-f", "json").ok().json["rows"]}
    assert rows["modash"]["connected"] is True
    assert rows["modash"]["key"].startswith("keyring")
    assert rows["gravatar"]["connected"] is False
    run("sources", "disconnect", "modash").ok()
    assert not [entry for entry in run.keyring.entries if "source" in entry[1]]
    assert enrich(run, "--source", "modash", *PAID).code == 4


def test_a_key_that_the_keyring_keeps_as_plain_text_or_a_variable_hides_is_warned_of(
    run: Bench, modash: FakeModash
) -> None:
    run.keyring = PlaintextKeyring()
    run.environ["SHOPINF_SOURCE_MODASH_API_KEY"] = "another-key"
    connect = ("sources", "connect", "modash", "--stdin", "--consent", "-f", "json")
    notes = run(*connect, stdin="API_KEY=modash-key\n").ok().json["notes"]
    assert ["PlaintextKeyring) keeps secrets as plain text" in notes[0], len(notes)] == [True, 2]
    assert notes[1].startswith("SHOPINF_SOURCE_MODASH_API_KEY overshadows what was stored just now")
    gone = run("sources", "disconnect", "modash", "-f", "json").ok()
    assert gone.json["notes"][0].startswith("SHOPINF_SOURCE_MODASH_API_KEY is still there")


def test_the_environment_may_hold_the_key(run: Bench, store: PracticeStore) -> None:
    fake = FakeModash()
    fake.stand(run)
    run.environ["SHOPINF_SOURCE_MODASH_API_KEY"] = "modash-key"
    run("sources", "connect", "modash", "--consent").ok()
    assert not [entry for entry in run.keyring.entries if "source" in entry[1]]
    enrich(run, "--source", "modash", *PAID).ok()
    assert len(fake.sent) == 40


def test_a_source_may_stand_on_loopback_and_nowhere_else_without_tls(run: Bench, store: PracticeStore) -> None:
    class Elsewhere(FakeModash):
        hosts = ("127.0.0.1",)

    fake: Provider = Elsewhere()
    fake.stand(run)
    run.environ["SHOPINF_SOURCE_MODASH_URL"] = "http://127.0.0.1:8123"
    run("sources", "connect", "modash", "--stdin", "--consent", stdin="API_KEY=modash-key\n").ok()
    run.environ["SHOPINF_SOURCE_MODASH_URL"] = "http://modash.example"
    ran = run("sources", "connect", "modash", "--stdin", "--consent", stdin="API_KEY=modash-key\n")
    assert ran.code == 2
    assert not any(r.url.host == "modash.example" for r in run.wire.sent)


def test_while_another_run_asks_paid_sources_nothing_is_asked_and_syncing_a_store_is_no_such_run(
    run: Bench, store: PracticeStore, modash: FakeModash
) -> None:
    with run.locks() as others, others.hold(NO_STORE, "paying", wait=0, command="livecapture run"):
        busy = by_modash(run, "--wait", "0")
    assert (busy.code, busy.out) == (8, "")
    assert "Another shopinf run is asking paid sources: held by shopinf livecapture run" in busy.err
    assert modash.asked("/v1/email-search") == []
    with run.locks() as others, others.hold(store.id, "syncing", wait=0, command="orders sync"):
        by_modash(run, "--wait", "0").ok()
