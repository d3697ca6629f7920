"""Influencers are found among customers in a sheet, with all their records, accounts and purchases."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from bench import Bench
from customerbench import enrich, found, people, write
from orders.mirrored import dated

from shopinf.practice import PracticeStore

pytestmark = [pytest.mark.both_engines, pytest.mark.slow]


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    shop = run.open(orders=120, customers=40, throttle=False)
    run.connect(shop).ok()
    return shop


def set_email(store: PracticeStore, place: int, email: str | None, **more: object) -> int:
    key = sorted(store.customers)[place]
    store.customers[key].update({"email": email, **more})
    return key


COLUMNS = (
    "store customer_id first_name last_name email influencer platform handle profile_url followers engagement_rate_pct "
    "tier accounts matched_on confidence source orders_count total_spent currency first_order_at last_order_at "
    "found_at"
).split()


def test_the_columns_are_the_contracts(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    one = people(store)[3]
    sheet = write(
        tmp_path / "i.csv", [{"email": one["email"], "handle": "@maya", "platform": "IG", "followers": "12.5k"}]
    )
    ran = run("customers", "enrich", "--source", f"csv:{sheet}", "-f", "csv").ok()
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert list(rows[0]) == COLUMNS
    assert (rows[0]["handle"], rows[0]["followers"], rows[0]["tier"]) == ("maya", "12500", "micro")
    assert (rows[0]["accounts"], rows[0]["profile_url"]) == ("instagram/maya", "https://www.instagram.com/maya")
    assert rows[0]["first_name"] == one["first_name"]


def test_case_plus_tags_and_gmails_dots_make_no_difference(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    set_email(store, 0, "Maya.Lind+shop@googlemail.com")
    set_email(store, 1, "leo.ferrari@post.example")
    rows = [
        {"email": "mayalind@GMAIL.com", "instagram": "maya"},
        {"email": "leoferrari@post.example", "instagram": "leo"},
    ]
    ran = enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', rows)}").ok()
    assert [each["influencer"] for each in ran.json["influencers"]] == ["maya"]
    assert ran.json["influencers"][0]["confidence"] == "certain"


def test_a_phone_is_probable_and_one_that_two_people_share_is_no_match(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    set_email(store, 0, "one@post.example", phone="+4915112345678")
    set_email(store, 1, "two@post.example", phone="+33612345678")
    set_email(store, 2, "three@post.example", phone="+33612345678")
    rows = [
        {"phone": "0151 / 123 456 78", "instagram": "one", "country": "DE"},
        {"phone": "+33 6 12 34 56 78", "instagram": "two", "country": ""},
    ]
    ran = enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', rows)}").ok()
    (only,) = ran.json["influencers"]
    assert (only["email"], only["matched_on"], only["confidence"]) == ("one@post.example", "phone", "probable")


def test_a_phone_shared_with_somebody_who_is_left_out_is_no_match(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    agreed = {"email_marketing_consent": {"state": "subscribed"}}
    declined = {"email_marketing_consent": {"state": "not_subscribed"}}
    set_email(store, 0, "one@post.example", phone="+4915112345678", **agreed)
    set_email(store, 1, "two@post.example", phone="+33612345678", **agreed)
    set_email(store, 2, "three@post.example", phone="+33612345678", **declined)
    rows = [{"phone": "+4915112345678", "instagram": "one"}, {"phone": "+33612345678", "instagram": "two"}]
    ran = enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', rows)}", "--consented-only").ok()
    assert [each["email"] for each in ran.json["influencers"]] == ["one@post.example"]


def test_a_phone_that_two_rows_share_is_no_match_either(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    set_email(store, 0, "one@post.example", phone="+4915112345678")
    rows = [{"phone": "+4915112345678", "instagram": name, "name": name} for name in ("one", "two")]
    ran = enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', rows)}").ok()
    assert ran.json["influencers"] == []


def test_a_name_counts_only_with_a_domain_or_a_handle_and_only_when_asked_for(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    set_email(store, 0, "hey@zoe-brehat.example", first_name="Zoë", last_name="Bréhat")
    set_email(store, 1, "shop@post.example", first_name="Maya", last_name="Lind")
    rows = [{"name": "Zoe Brehat", "instagram": "zoebrehat"}, {"name": "Maya Lind", "instagram": "mayalind"}]
    sheet = write(tmp_path / "i.csv", rows)
    assert enrich(run, "--source", f"csv:{sheet}").ok().json["influencers"] == []
    ran = enrich(run, "--source", f"csv:{sheet}", "--possible", "--all").ok()
    (only,) = ran.json["influencers"]
    assert (only["influencer"], only["confidence"], only["matched_on"]) == ("zoebrehat", "possible", "name+domain")


def test_every_account_is_kept_and_the_one_with_most_followers_is_primary(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    email = people(store)[0]["email"]
    rows = [
        {"E-Mail": email, "Instagram": "maya", "Instagram Followers": "9,000", "TikTok Username": "@maya.tok",
         "TikTok Followers": "1.2M", "YouTube URL": "https://www.youtube.com/@mayavlogs"},
        {"E-Mail": email.upper(), "Instagram": "maya.second", "Instagram Followers": "12", "TikTok Username": "",
         "TikTok Followers": "", "YouTube URL": ""},
    ]  # fmt: skip
    ran = enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', rows)}").ok()
    (only,) = ran.json["influencers"]
    assert (only["platform"], only["handle"], only["tier"], only["influencer"]) == (
        "tiktok", "maya.tok", "mega", "maya.tok",
    )  # fmt: skip
    assert [(a["platform"], a["handle"], a["is_primary"]) for a in only["accounts"]] == [
        ("tiktok", "maya.tok", True),
        ("instagram", "maya", False),
        ("instagram", "maya.second", False),
        ("youtube", "mayavlogs", False),
    ]


def test_records_of_one_person_are_summed(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    everybody = people(store)
    bought = sorted((each for each in everybody if each["orders_count"]), key=lambda each: each["id"])[:2]
    email, other = bought[0]["email"], bought[1]["email"]
    rows = [{"email": email, "instagram": "maya"}, {"email": other, "instagram": "Maya"}]
    ran = enrich(run, "--source", f"csv:{write(tmp_path / 'i.csv', rows)}").ok()
    (only,) = ran.json["influencers"]
    assert only["orders_count"] == sum(each["orders_count"] for each in bought)
    assert float(only["total_spent"]) == pytest.approx(sum(float(each["total_spent"]) for each in bought))
    assert sorted(only["customer_ids"]) == [each["id"] for each in bought]


def test_first_and_last_order_are_the_same_from_the_store_and_from_the_ledger(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": each["email"]} for each in people(store)])
    asked = found(enrich(run, "--source", f"csv:{sheet}").ok())
    run("orders", "sync").ok()
    calls = len(store.calls)
    kept = found(enrich(run, "--source", f"csv:{sheet}", "--all").ok())
    assert not [call for call in store.calls[calls:] if call.path.endswith("/orders.json")]
    assert {e: (r["first_order_at"], r["last_order_at"]) for e, r in asked.items()} == {
        e: (r["first_order_at"], r["last_order_at"]) for e, r in kept.items()
    }
    assert sum(1 for row in kept.values() if row["first_order_at"]) > 20


def test_where_older_orders_are_hidden_the_first_one_is_unknown(run: Bench, tmp_path: Path) -> None:
    scopes = "read_customers,read_orders,read_products"
    shop = run.open(orders=120, customers=30, throttle=False, scopes=scopes.split(","))
    run.connect(shop, "--read-only").ok()
    sheet = write(tmp_path / "i.csv", [{"email": each["email"]} for each in people(shop)])
    ran = enrich(run, "--source", f"csv:{sheet}").ok()
    assert any("60 days" in note for note in ran.json["notes"])
    hidden = [row for row in ran.json["influencers"] if row["orders_count"] and row["first_order_at"] is None]
    assert hidden


def test_only_who_is_new_or_changed_is_looked_at_after_the_first_run(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": each["email"]} for each in people(store)])
    assert enrich(run, "--source", f"csv:{sheet}").ok().json["summary"]["customers"] == 40
    run.clock.pass_(days=2)
    store.sell()
    again = enrich(run, "--source", f"csv:{sheet}").ok()
    assert again.json["summary"]["customers"] < 10
    assert any("--all" in note for note in again.json["notes"])
    assert enrich(run, "--source", f"csv:{sheet}", "--all").ok().json["summary"]["customers"] >= 40
    since = enrich(run, "--source", f"csv:{sheet}", "--since", "2026-11-23").ok()
    assert since.json["summary"]["customers"] < 10


def test_who_comes_in_the_hour_that_a_date_is_ahead_is_looked_at(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": "ann@buyers.example", "instagram": "ann"}])
    with dated(run, timedelta(hours=1)):
        assert enrich(run, "--source", f"csv:{sheet}").ok().json["influencers"] == []
    run.clock.pass_(minutes=20)
    store.sell(customer="ann@buyers.example")
    run.clock.pass_(hours=2)
    again = enrich(run, "--source", f"csv:{sheet}").ok().json
    assert [row["email"] for row in again["influencers"]] == ["ann@buyers.example"]


def test_the_same_command_into_the_same_file_never_loses_a_match(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    everybody = people(store)
    sheet = write(
        tmp_path / "i.csv", [{"email": each["email"], "instagram": f"h{n}"} for n, each in enumerate(everybody)]
    )
    command = ("customers", "enrich", "--source", f"csv:{sheet}", "-o", str(tmp_path / "found.csv"))
    run(*command).ok()
    first = list(csv.DictReader((tmp_path / "found.csv").read_text("utf-8").splitlines()))
    run.clock.pass_(days=2)
    said = run(*command).ok().err
    again = list(csv.DictReader((tmp_path / "found.csv").read_text("utf-8").splitlines()))
    assert again == first
    assert f"nobody new; {len(first)} influencers are known from before." in said
    assert enrich(run, "--source", f"csv:{sheet}", "--only-new").ok().json["influencers"] == []
    assert enrich(run, "--source", f"csv:{sheet}", "--platform", "tiktok").ok().json["influencers"] == []


def test_a_list_of_those_who_consented_is_whole_each_time(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": each["email"]} for each in people(store)])
    command = ("--source", f"csv:{sheet}", "--consented-only")
    first = enrich(run, *command).ok().json["influencers"]
    run.clock.pass_(days=2)
    assert enrich(run, *command).ok().json["influencers"] == first


def test_nothing_found_is_said_with_what_was_looked_at(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": "nobody@strangers.example"}])
    said = run("customers", "enrich", "--source", f"csv:{sheet}").ok().err
    assert f"40 customers looked up in {sheet}: none of them is in it." in said
    assert "Nobody left an e-mail in maya-shop, as far as was heard here." in run("livecapture", "leads").ok().err


@pytest.mark.parametrize("how", ["null", "missing"])
def test_withheld_data_is_not_taken_for_no_match(run: Bench, store: PracticeStore, tmp_path: Path, how: str) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": "maya@post.example", "instagram": "maya"}])
    store.faults.redact = how  # type: ignore[assignment]
    ran = enrich(run, "--source", f"csv:{sheet}")
    assert (ran.code, ran.out) == (5, "")
    assert "withholds" in ran.err
    assert "Grow" in ran.err
    store.faults.redact = None
    enrich(run, "--source", f"csv:{sheet}").ok()


def test_where_only_e_mails_are_withheld_phones_are_still_compared(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    for key in sorted(store.customers):
        store.customers[key]["email"] = None
    store.customers[sorted(store.customers)[0]]["phone"] = "+4915112345678"
    by_mail = write(tmp_path / "i.csv", [{"phone": "+49 151 12345678", "instagram": "maya"}])
    ran = enrich(run, "--source", f"csv:{by_mail}").ok()
    assert [each["influencer"] for each in ran.json["influencers"]] == ["maya"]
    assert ran.json["summary"]["withheld"] == 40
    assert any("withholds every e-mail" in note for note in ran.json["notes"])


def test_thresholds_platforms_consent_and_sorting(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    everybody = people(store)
    rows = [
        {
            "email": each["email"],
            "platform": "tiktok" if n % 2 else "instagram",
            "handle": f"h{n}",
            "followers": n * 100,
        }
        for n, each in enumerate(everybody)
    ]
    source = ("--source", f"csv:{write(tmp_path / 'i.csv', rows)}", "--all")
    most = enrich(run, *source, "--min-followers", "3500").ok().json["influencers"]
    assert [each["followers"] for each in most] == [3900, 3800, 3700, 3600, 3500]
    tiktok = enrich(run, *source, "--platform", "TikTok").ok().json["influencers"]
    assert {each["platform"] for each in tiktok} == {"tiktok"}
    assert len(tiktok) == 20
    consented = enrich(run, *source, "--consented-only").ok().json
    agreed = [each for each in everybody if each["email_marketing_consent"]["state"] == "subscribed"]
    assert len(consented["influencers"]) == len(agreed) < 40
    spent = enrich(run, *source, "--sort", "total_spent").ok().json["influencers"]
    amounts = [float(each["total_spent"]) for each in spent]
    assert amounts == sorted(amounts, reverse=True)


def test_the_unmatched_come_at_the_end_where_they_are_wanted(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": people(store)[7]["email"], "instagram": "maya"}])
    ran = enrich(run, "--source", f"csv:{sheet}", "--include-unmatched").ok()
    rows = ran.json["influencers"]
    assert len(rows) == 40
    assert rows[0]["influencer"] == "maya"
    assert {row["influencer"] for row in rows[1:]} == {None}
    assert ran.json["summary"]["matched"] == 1


def test_a_tag_is_put_among_the_others_and_nothing_is_lost(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    tagged = [key for key in sorted(store.customers) if store.customers.peek(key)["tags"]][:2]
    emails = [store.customers.peek(key)["email"] for key in tagged]
    before = [store.customers.peek(key)["tags"] for key in tagged]
    sheet = write(tmp_path / "i.csv", [{"email": email} for email in emails])
    source = ("--source", f"csv:{sheet}", "--all", "--tag", "Influencer")
    dry = enrich(run, *source, "--dry-run").ok()
    assert any("would be tagged Influencer" in note for note in dry.json["notes"])
    assert [store.customers.peek(key)["tags"] for key in tagged] == before
    assert enrich(run, *source).code == 2
    enrich(run, *source, "--yes").ok()
    after = [store.customers.peek(key)["tags"] for key in tagged]
    assert [set(tags.split(", ")) for tags in after] == [{*tags.split(", "), "Influencer"} for tags in before]
    calls = len(store.calls)
    enrich(run, "--source", f"csv:{sheet}", "--all", "--tag", "influencer", "--yes").ok()
    assert not [call for call in store.calls[calls:] if call.method == "PUT"]


def test_an_account_was_matched_at_a_time_of_the_shop(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": people(store)[0]["email"], "instagram": "maya"}])
    [found] = enrich(run, "--source", f"csv:{sheet}").ok().json["influencers"]
    assert found["accounts"][0]["matched_at"] == found["found_at"]


def test_whom_earlier_runs_found_are_tagged_too(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    sheet = write(tmp_path / "i.csv", [{"email": each["email"]} for each in people(store)[:3]])
    source = ("--source", f"csv:{sheet}")
    enrich(run, *source).ok()
    assert enrich(run, *source, "--tag", "found").code == 2  # nobody is there to be asked
    dry = enrich(run, *source, "--tag", "found", "--dry-run").ok()
    assert any("would be tagged found" in note for note in dry.json["notes"])
    enrich(run, *source, "--only-new", "--tag", "found", "--yes").ok()
    tagged = [each for each in people(store) if "found" in (each["tags"] or "").split(", ")]
    assert tagged == []
    enrich(run, *source, "--tag", "found", "--yes").ok()
    tagged = [each for each in people(store) if "found" in (each["tags"] or "").split(", ")]
    assert len(tagged) == 3
    calls = len(store.calls)
    enrich(run, *source, "--tag", "found", "--yes").ok()
    assert not [call for call in store.calls[calls:] if call.method == "PUT"]


def test_a_read_only_store_is_not_tagged(run: Bench, tmp_path: Path) -> None:
    shop = run.open(orders=10, customers=5)
    run.connect(shop, "--read-only").ok()
    sheet = write(tmp_path / "i.csv", [{"email": people(shop)[0]["email"]}])
    assert enrich(run, "--source", f"csv:{sheet}", "--tag", "vip", "--yes").code == 5
    enrich(run, "--source", f"csv:{sheet}").ok()


def test_the_list_feeds_discounts_create_unchanged(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    rows = [{"email": each["email"], "instagram": f"@maya_{n}"} for n, each in enumerate(people(store)[:3])]
    out = tmp_path / "found.csv"
    run("customers", "enrich", "--source", f"csv:{write(tmp_path / 'i.csv', rows)}", "-o", str(out)).ok()
    ran = run(
        "discounts", "create", "--campaign", "q4", "--from", str(out), "--percent", "15", "--yes", "-f", "json"
    ).ok()
    assert sorted(code["influencer"] for code in ran.json["codes"]) == ["maya_0", "maya_1", "maya_2"]
    assert len(run("influencers", "list", "-f", "json").ok().json["rows"]) == 3


def test_a_sheet_of_a_million_strangers_is_read_without_keeping_them(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    path = tmp_path / "many.csv"
    with path.open("w") as file:
        file.write("email,phone,instagram\n")
        file.writelines(f"person{n}@elsewhere.example,+1212555{n:07d},h{n}\n" for n in range(20_000))
        file.write(f"{people(store)[0]['email']},,maya\n")
    ran = enrich(run, "--source", f"csv:{path}").ok()
    assert [each["influencer"] for each in ran.json["influencers"]] == ["maya"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--source", "nothing"], "is not a source"),
        (["--source", "csv:no-such.csv"], "There is no file"),
        (["--source", "upfluence"], "no search by e-mail"),
        (["--source", "influencers.csv"], "csv:influencers.csv"),
        (["--source", "gravatar", "--new", "--all"], "exclude each other"),
        (["--source", "gravatar", "--tag", "a,b"], "cannot be a customer's tag"),
        (["--source", "gravatar", "--max-credits", "-1"], "--max-credits"),
        (["--source", "gravatar", "--platform", "myspace"], "is not a platform"),
        (["--source", "gravatar", "--platform", "instagrm"], "Did you mean instagram? Otherwise: choose one of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_named(run: Bench, store: PracticeStore, argv: list[str], words: str) -> None:
    ran = enrich(run, *argv)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_several_stores_are_looked_at_together_and_one_failing_stops_no_other(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    other = run.open(handle="nordlicht", seed=2, orders=30, customers=20)
    run.connect(other).ok()
    emails = [people(store)[0]["email"], people(other)[0]["email"]]
    rows = [{"email": email, "instagram": f"h{n}"} for n, email in enumerate(emails)]
    source = ("--source", f"csv:{write(tmp_path / 'i.csv', rows)}", "--all-stores", "--all")
    both = enrich(run, *source).ok()
    assert {each["store"] for each in both.json["influencers"]} == {"maya-shop", "nordlicht"}
    other.faults.frozen = True
    ran = enrich(run, *source)
    assert ran.code == 7
    assert [each["store"] for each in ran.json["influencers"]] == ["maya-shop"]
    assert ran.json["failures"][0]["store"] == "nordlicht"
