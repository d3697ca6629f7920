"""Leads are listed and looked up; and `run` finds influencers among new customers without any script."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from bench import Bench
from customerbench import people, write

from shopinf.livecapture import read_event
from shopinf.practice import PracticeStore

from .capturing import desk_of, event, keep, key_of

pytestmark = pytest.mark.both_engines

COLUMNS = (
    "store email first_name last_name form consent landing_page utm_source utm_medium utm_campaign utm_term "
    "utm_content discount_code referrer events first_seen_at last_seen_at influencer platform handle profile_url "
    "followers tier accounts"
).split()


@pytest.fixture
def store(run: Bench) -> PracticeStore:
    shop = run.open(orders=60, customers=30, throttle=False)
    run.connect(shop).ok()
    return shop


def hear(run: Bench, store: PracticeStore, **more: Any) -> None:
    with desk_of(run) as desk:
        keep(desk, store.id, read_event(event(key_of(run), **more)).lead)


def rows(run: Bench, *more: str) -> list[dict[str, Any]]:
    return list(run("livecapture", "leads", "-f", "json", *more).ok().json["rows"])


def test_what_leads_take_is_counted_on_as_it_would_be_measured(run: Bench, store: PracticeStore) -> None:
    hear(run, store, first_name="Mäyä", utm={"source": "münchen"}, landing="/größe")
    with desk_of(run) as desk:
        one = read_event(event(key_of(run), email="leo@ferrari.example", utm={"term": "日本"}, code="LEO")).lead
        former = desk.ledger.leads.room(store.id)
        keep(desk, store.id, one)
        keep(desk, store.id, read_event(event(key_of(run), first_name="Maja")).lead)
        counted_on = dict(desk.ledger.leads._rooms)[store.id][0]
        assert desk.ledger.leads.room(store.id) == counted_on
        assert counted_on.leads == former.leads + 1


def test_leads_are_exported_with_all_that_was_heard(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    hear(run, store, first_name="=cmd()", landing="/a", utm={"source": "instagram"}, code="MAYA15")
    run("livecapture", "leads", "-o", str(tmp_path / "leads.csv")).ok()
    [row] = csv.DictReader(io.StringIO((tmp_path / "leads.csv").read_text()))
    assert list(row) == COLUMNS
    assert (row["first_name"], row["utm_source"], row["discount_code"]) == ("'=cmd()", "instagram", "MAYA15")
    assert row["first_seen_at"] == "2026-11-22T07:00:00-05:00"


def test_the_latest_stand_first_and_since_leaves_out_the_older(run: Bench, store: PracticeStore) -> None:
    hear(run, store, email="old@lind.example")
    run.clock.pass_(days=3)
    hear(run, store, email="new@lind.example")
    assert [row["email"] for row in rows(run)] == ["new@lind.example", "old@lind.example"]
    assert [row["email"] for row in rows(run, "--since", "2026-11-24")] == ["new@lind.example"]


def test_enrich_finds_influencers_among_leads_and_remembers_them(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    hear(run, store, email="Maya.Lind@gmail.com")
    hear(run, store, email="nobody@lind.example")
    sheet = write(tmp_path / "i.csv", [{"email": "mayalind@gmail.com", "instagram": "maya", "followers": "25000"}])
    found = {row["email"]: row for row in rows(run, "--enrich", "--source", f"csv:{sheet}")}
    assert (found["Maya.Lind@gmail.com"]["influencer"], found["Maya.Lind@gmail.com"]["tier"]) == ("maya", "micro")
    assert found["nobody@lind.example"]["influencer"] is None
    assert [row["influencer"] for row in rows(run)].count("maya") == 1
    assert "maya" in run("influencers", "list").ok().out


def test_a_lead_whom_we_know_already_is_named_without_any_look_up(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    sheet = write(tmp_path / "i.csv", [{"influencer": "maya", "email": "maya@lind.example", "instagram": "maya"}])
    run("influencers", "import", str(sheet)).ok()
    hear(run, store)
    assert [row["handle"] for row in rows(run)] == ["maya"]
    ran = run("livecapture", "leads", "--enrich").ok()
    assert "no source is connected" in ran.err


def test_a_provider_is_only_asked_with_the_consent_that_was_given_for_it(run: Bench, store: PracticeStore) -> None:
    hear(run, store)
    ran = run("livecapture", "leads", "--enrich", "--source", "gravatar", "--yes")
    assert ran.code == 2
    assert "sources connect gravatar" in ran.err
    ran = run("livecapture", "leads", "--enrich", "--source", "modash", "--yes")
    assert (ran.code, "--max-credits" in ran.err) == (2, True)


def test_merging_and_forgetting_reach_leads_by_the_person(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    sheet = write(
        tmp_path / "i.csv",
        [
            {"influencer": "maya", "email": "maya@lind.example", "instagram": "maya"},
            {"influencer": "maya2", "email": "second@lind.example", "instagram": "maya2"},
        ],
    )
    hear(run, store, email="second@lind.example")
    rows(run, "--enrich", "--source", f"csv:{sheet}")
    run("influencers", "import", str(sheet)).ok()
    run("influencers", "merge", "maya2", "maya", "--yes").ok()
    assert [row["influencer"] for row in rows(run)] == ["maya"]
    run("influencers", "forget", "maya@lind.example", "--yes").ok()
    assert rows(run) == []


# run


def known(store: PracticeStore, tmp_path: Path, *places: int, name: str = "i.csv") -> str:
    everybody = people(store)
    return f"csv:{write(tmp_path / name, [{'email': everybody[n]['email'], 'instagram': f'i{n}'} for n in places])}"


def names(out: str) -> list[str]:
    return sorted(each["influencer"] for each in json.loads(out)["influencers"])


def test_run_looks_at_everybody_once_and_then_only_at_who_is_new_without_being_told_the_source(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    source = known(store, tmp_path, 3, 8)
    assert names(run("livecapture", "run", "--source", source, "-f", "json").ok().out) == ["i3", "i8"]
    run.clock.pass_(days=1)
    ran = run("livecapture", "run", "-f", "json").ok()
    assert names(ran.out) == []
    run.clock.pass_(days=1)
    changed = sorted(store.customers)[8]
    store.customers[changed].update({"note": "called", "updated_at": store.time()})
    ran = run("livecapture", "run", "-f", "json").ok()
    assert names(ran.out) == ["i8"]
    assert ran.json["schema"] == "shopinf.influencers/1"
    assert ran.json["summary"]["customers"] < 30
    ran = run("livecapture", "run", "--retroactive", "-f", "json").ok()
    assert names(ran.out) == ["i3", "i8"]


def test_run_goes_on_where_customers_enrich_stopped(run: Bench, store: PracticeStore, tmp_path: Path) -> None:
    source = known(store, tmp_path, 3)
    run("customers", "enrich", "--source", source).ok()
    run.clock.pass_(days=1)
    assert names(run("livecapture", "run", "-f", "json").ok().out) == []


def test_run_keeps_to_consented_customers_where_earlier_runs_did(
    run: Bench, store: PracticeStore, tmp_path: Path
) -> None:
    for place, state in ((3, "not_subscribed"), (8, "subscribed")):
        store.customers[sorted(store.customers)[place]]["email_marketing_consent"] = {"state": state}
    source = known(store, tmp_path, 3, 8)
    assert names(run("livecapture", "run", "--source", source, "--consented-only", "-f", "json").ok().out) == ["i8"]
    assert names(run("livecapture", "run", "--all", "-f", "json").ok().out) == ["i8"]


def test_run_without_any_source_says_how_to_name_one(run: Bench, store: PracticeStore) -> None:
    ran = run("livecapture", "run")
    assert ran.code == 2
    assert "--source csv:" in ran.err
