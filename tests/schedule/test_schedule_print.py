"""`shopinf schedule print`: a command checked, an hour chosen, and what it needs named, never a secret."""

from __future__ import annotations

import io
import os
import re
import shlex
from pathlib import Path

import pytest
import tzdata
from bench import Bench

import shopinf.local.machine
from shopinf.local.machine import alike, local_zone, machine_zone, program
from shopinf.main import main
from shopinf.practice import PracticeStore

MONTHLY = ("orders", "attribute", "--all-stores", "--period", "last-month", "-o", "{store}-{period}.xlsx")
Agency = dict[str, PracticeStore]


def printed(run: Bench, *argv: str, environ: dict[str, str] | None = None) -> str:
    return run("schedule", "print", *argv, environ=environ).ok().out


def line(run: Bench, *argv: str, environ: dict[str, str] | None = None) -> str:
    """The only line of a crontab that is no comment."""
    lines = [text for text in printed(run, *argv, environ=environ).splitlines() if not text.startswith("#")]
    assert len(lines) == 1
    return lines[0]


def when(run: Bench, *argv: str, environ: dict[str, str] | None = None) -> str:
    return " ".join(line(run, *argv, environ=environ).split()[:5])


# The hour


def test_the_hour_is_after_midnight_in_every_store_chosen(run: Bench, agency: Agency) -> None:
    assert when(run, "--", *MONTHLY) == "10 8 1 * *"
    assert when(run, "--", "orders", "attribute", "-s", "nordlicht", "--period", "last-month") == "10 3 1 * *"
    assert when(run, "--", *MONTHLY, environ={"TZ": "Pacific/Auckland"}) == "10 20 1 * *"
    assert when(run, "--", *MONTHLY, environ={"TZ": ":UTC"}) == "10 7 1 * *"
    assert "OnCalendar=*-*-01 07:10:00 UTC\n" in printed(run, "--systemd", "--", *MONTHLY)


def test_a_group_and_the_environment_choose_stores_too(run: Bench, agency: Agency) -> None:
    run("stores", "group", "nordlicht", "eu").ok()
    command = ("orders", "attribute", "--period", "last-month")
    assert when(run, "--", *command, "--group", "eu") == "10 3 1 * *"
    chosen = line(run, "--", *command, environ={"SHOPINF_STORE": "nordlicht"})
    assert chosen.startswith("10 3 1 * *")
    assert " SHOPINF_STORE=nordlicht " in chosen  # cron has no such variable
    assert "SHOPINF_STORE" not in line(run, "--", *command, "-s", "maya-shop", environ={"SHOPINF_STORE": "nordlicht"})


def test_stores_named_as_arguments_are_those_meant(run: Bench, agency: Agency) -> None:
    assert when(run, "--", "verify-scopes", "nordlicht") == "10 3 * * *"
    assert when(run, "--", "doctor") == "10 8 * * *"


def test_the_period_gives_the_rhythm_unless_every_does(run: Bench, agency: Agency) -> None:
    weekly = ("orders", "attribute", "--all-stores", "--period", "last-week")
    assert when(run, "--", *weekly) == "10 8 * * 1"
    assert when(run, "--every", "month", "--", *weekly) == "10 8 1 * *"
    assert when(run, "--every", "hour", "--", "orders", "sync", "--all-stores") == "10 * * * *"
    assert when(run, "--", "orders", "sync", "--all-stores") == "10 8 * * *"


def test_a_name_that_stores_would_dispute_is_told(run: Bench, agency: Agency) -> None:
    daily = ("orders", "attribute", "--all-stores", "--period", "this-month", "-o", "{date}.csv")
    assert "refused" not in printed(run, "--", *daily)
    assert "some runs are refused: this-month" in printed(run, "--every", "hour", "--", *daily)


def test_a_zone_of_the_shell_that_is_not_the_machines_is_told(
    run: Bench, agency: Agency, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    zones = tmp_path / "zoneinfo" / "Europe"
    zones.mkdir(parents=True)
    (zones / "Berlin").write_bytes(b"")
    monkeypatch.setattr(shopinf.local.machine, "LOCALTIME", zones / "Berlin")
    assert "TZ says" not in printed(run, "--", *MONTHLY)
    assert "TZ says Europe/Paris" not in printed(run, "--", *MONTHLY, environ={"TZ": "Europe/Paris"})
    said = run("schedule", "print", "--", *MONTHLY, environ={"TZ": "Pacific/Auckland"}).ok()
    assert "# TZ says Pacific/Auckland; check that cron goes by it, and not by Europe/Berlin." in said.out
    assert "note: TZ says Pacific/Auckland" in said.err


class Screen(io.StringIO):
    """Text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("seen", "noted"), [(Screen, False), (io.StringIO, True)])
def test_a_note_is_said_once_where_the_comments_are_seen(
    run: Bench, agency: Agency, seen: type[io.StringIO], noted: bool
) -> None:
    out, err = seen(), io.StringIO()
    asked = ["schedule", "print", "--cron", "--", "orders", "attribute", "--all-stores", "--period", "last-month"]
    assert main(asked, run.setting(io.StringIO(), out, err, None)) == 0
    assert "# The result goes to standard output" in out.getvalue()
    assert ("note: The result goes to standard output" in err.getvalue()) is noted


def test_the_zone_of_a_machine_is_read_from_the_link_or_the_copy(tmp_path: Path, run: Bench) -> None:
    import zoneinfo

    named = tmp_path / "zoneinfo" / "Asia" / "Tokyo"
    named.parent.mkdir(parents=True)
    named.write_bytes(b"")
    link, copy, nothing = tmp_path / "link", tmp_path / "copy", tmp_path / "nothing"
    link.symlink_to(named)
    assert machine_zone(link).name == "Asia/Tokyo"
    assert local_zone({"TZ": "no/such"}, link).name == "Asia/Tokyo"
    source = next(
        path
        for path in [
            *(Path(folder) / "Asia/Tokyo" for folder in zoneinfo.TZPATH),
            Path(str(tzdata.__file__)).parent / "zoneinfo/Asia/Tokyo",
        ]
        if path.exists()
    )
    copy.write_bytes(source.read_bytes())
    tokyo = local_zone({}, link).zone
    assert alike(machine_zone(copy).zone, tokyo, run.clock.now())
    assert not alike(local_zone({"TZ": "Europe/London"}).zone, local_zone({"TZ": "UTC"}).zone, run.clock.now())
    assert machine_zone(nothing).zone is not None


# The command


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["nothing"], "shopinf has no command 'nothing'"),
        (["orders"], "shopinf orders needs a command"),
        (["-q"], "shopinf needs a command"),
        (["orders", "atribute"], "Did you mean shopinf orders attribute?"),
        (["orders", "attribute", "--nope"], "There is no option --nope"),
        (["orders", "attribute", "--by", "colour"], "colour"),
        (["orders", "attribute", "--all-stores"], "No period was given"),
        (["payouts", "close", "--all-stores"], "No period was given"),
        (["orders", "attribute", "--all-stores", "--period", "last-mont"], "'last-mont' is not a period"),
        (["orders", "attribute", "--all-stores", "--period", "2026-10", "-o", "report.pdf"], "report.pdf"),
        (["orders", "attribute", "--all-stores", "--period", "2026-10", "-f", "xlsx"], "xlsx needs a file"),
        (["orders", "sync", "--all-stores", "-o", "{store}.html"], "does not write html"),
        (["orders", "sync", "--all-stores", "-o", "{period}.csv"], "{period} in --output has no value"),
        (["orders", "sync", "--wait", "soon"], "--wait: that is not a number"),
        (["orders", "sync", "--help"], "There is no option --help"),
        (["--version"], "--version is nothing to leave to a timer"),
        (["customers", "enrich"], "--source is missing"),
        (["practice"], "nothing for a timer"),
        (["connect", "maya-shop"], "nothing for a timer"),
        (["livecapture", "serve"], "nothing for a timer"),
        (["schedule", "print", "--", "doctor"], "nothing for a timer"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_that_could_not_run_is_wrong_usage(run: Bench, agency: Agency, command: list[str], said: str) -> None:
    ran = run("schedule", "print", "--", *command)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_wrong_usage_of_its_own(run: Bench, agency: Agency) -> None:
    for argv in (["--cron", "--systemd", "--", "doctor"], [], ["--"], ["--every", "minute", "--", "doctor"]):
        ran = run("schedule", "print", *argv)
        assert (ran.code, ran.out) == (2, "")


def test_a_store_that_is_not_there_is_told_as_everywhere(run: Bench, agency: Agency) -> None:
    assert run("schedule", "print", "--", "orders", "sync", "-s", "nobody").code == 3
    assert run("schedule", "print", "--", "orders", "sync").code == 2  # several, and none chosen


def test_nothing_is_run_and_nothing_is_asked_of_a_store(run: Bench, agency: Agency) -> None:
    sent = len(run.wire.sent)
    printed(run, "--", "gifts", "send", "--campaign", "x", "--from", "none.csv", "-s", "maya-shop", "--yes")
    assert len(run.wire.sent) == sent


def test_cron_is_meant_where_nothing_is_said_and_the_first_word_may_be_shopinf(run: Bench, agency: Agency) -> None:
    plain = printed(run, "--", *MONTHLY)
    assert plain == printed(run, "--cron", "--", *MONTHLY)
    assert plain == printed(run, "--", "shopinf", *MONTHLY)
    assert plain == printed(run, *MONTHLY)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["gifts", "send", "--campaign", "x", "--from", "f.csv", "-s", "maya-shop"], "add --yes"),
        (["livecapture", "run", "--all-stores"], "add --yes"),
        (["orders", "attribute", "--all-stores", "--period", "today"], "provisional"),
        (["orders", "attribute", "--all-stores", "--period", "2026-10"], "Each run will be for the same days"),
        (["orders", "attribute", "--all-stores", "--from", "2026-10-01", "--to", "2026-10-03"], "the same days"),
        (["orders", "sync", "--all-stores"], "The result goes to standard output"),
        (["orders", "sync", "--all-stores", "-o", "sync.csv"], "sync.csv is replaced by each run"),
        (["orders", "sync", "--all-stores", "-o", "a b/{date}.csv"], "There is no folder a b yet: mkdir -p 'a b'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_would_surprise_later_is_said_now(run: Bench, agency: Agency, command: list[str], said: str) -> None:
    ran = run("schedule", "print", "--", *command).ok()
    for text in (ran.out, ran.err):
        assert said in " ".join(re.sub(r"(?m)^# ", "", text).split())


def test_a_command_that_is_well_thought_of_has_no_notes(run: Bench, agency: Agency, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    command = ("orders", "attribute", "--all-stores", "--period", "last-month", "-o", "reports/{store}-{period}.html")
    zone = {"TZ": machine_zone().name}
    assert "note:" not in run("schedule", "print", "--", *command, environ=zone).ok().err
    gifts = ("gifts", "send", "--campaign", "x", "--from", "f.csv", "-s", "maya-shop", "-o", "{date}.csv")
    for answered in ("--yes", "--dry-run"):
        assert "note:" not in run("schedule", "print", "--", *gifts, answered, environ=zone).ok().err


# What it needs


def test_the_line_names_the_program_its_folder_and_where_things_are(run: Bench, agency: Agency, tmp_path: Path) -> None:
    text = line(run, "--", *MONTHLY)
    assert f"cd {tmp_path} && " in text
    assert f" SHOPINF_HOME={run.home} " in text
    words = shlex.split(text.replace(r"\%", "%"))
    program = words.index("--quiet") - 1
    assert os.access(words[program], os.X_OK) or words[program - 1 : program + 1] == ["-m", "shopinf"]
    assert f" --quiet --log-file {run.home}/shopinf.log orders attribute --all-stores " in text
    assert text.endswith(" -o '{store}-{period}.xlsx'")


def test_manners_that_were_typed_are_kept(run: Bench, agency: Agency, tmp_path: Path) -> None:
    text = line(run, "--", "-q", "orders", "sync", "--all-stores", "--log-file", "mine.jsonl")
    assert text.endswith(" -q orders sync --all-stores --log-file mine.jsonl")
    assert "--quiet" not in text
    named = line(run, "--", "orders", "sync", "--all-stores", environ={"SHOPINF_LOG_FILE": f"{tmp_path}/runs.log"})
    assert f" --log-file {tmp_path}/runs.log orders sync" in named


def test_places_of_the_desktop_are_taken_along_without_a_home(
    run: Bench, agency: Agency, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ = {"SHOPINF_HOME": "", "XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")}
    text = line(run, "--", "influencers", "list", environ=environ)
    assert f" XDG_CONFIG_HOME={tmp_path}/c XDG_DATA_HOME={tmp_path}/d " in text
    assert "SHOPINF_HOME" not in text
    assert f"--log-file {tmp_path}/d/shopinf/shopinf.log" in text


def test_the_network_is_taken_along_and_a_proxys_password_is_not(run: Bench, agency: Agency) -> None:
    environ = {
        "HTTPS_PROXY": "http://agent:hunter2@proxy.example:3128",
        "no_proxy": "localhost, .example",
        "SSL_CERT_FILE": "/etc/my certs.pem",
    }
    for form in ("--cron", "--systemd"):
        text = printed(run, form, "--", *MONTHLY, environ=environ)
        assert "hunter2" not in text
        assert "#     HTTPS_PROXY\n" in text
        assert "localhost, .example" in text
        assert "/etc/my certs.pem" in text
    assert "ALL_PROXY=http://proxy:3128 " in line(run, "--", *MONTHLY, environ={"ALL_PROXY": "http://proxy:3128"})


def test_keys_in_the_keyring_need_the_bus_and_an_unlocked_keyring(
    run: Bench, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("shopinf.commands.schedule.surroundings.user_id", lambda: 1000)
    text = printed(run, "--", *MONTHLY)
    assert " DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus " in text
    assert "The keys of maya-shop and nordlicht are in the keyring, which has to be unlocked" in text
    assert "with SHOPINF_MAYA_SHOP_ACCESS_TOKEN, SHOPINF_NORDLICHT_ACCESS_TOKEN set." in " ".join(text.split()).replace(
        " # ", " "
    )
    assert "secrets.env" not in text
    units = printed(run, "--systemd", "--", *MONTHLY)
    assert 'Environment="DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus"' in units
    assert (
        f"# LoadCredential=shopinf_nordlicht_access_token:{run.home}/credentials/shopinf_nordlicht_access_token"
        in units
    )
    monkeypatch.setattr("shopinf.commands.schedule.surroundings.user_id", lambda: 0)
    assert "# LoadCredential=shopinf_nordlicht_access_token:/etc/credstore/shopinf_nordlicht_access_token\n" in printed(
        run, "--systemd", "--", *MONTHLY
    )
    monkeypatch.setattr("sys.platform", "darwin")
    assert "DBUS" not in printed(run, "--", *MONTHLY)


def test_keys_in_the_environment_are_named_for_a_file(run: Bench, in_environment: Agency) -> None:
    text = printed(run, "--", *MONTHLY)
    for name in ("SHOPINF_MAYA_SHOP_ACCESS_TOKEN", "SHOPINF_NORDLICHT_ACCESS_TOKEN"):
        assert f"#     {name}\n" in text
    file = f"{run.home}/secrets.env"
    assert f" && set -a && {{ [ ! -r {file} ] || . {file}; }} && " in text
    assert "DBUS" not in text
    assert "NORDLICHT" not in printed(run, "--", "orders", "sync", "-s", "maya-shop")
    units = printed(run, "--systemd", "--", *MONTHLY)
    assert f"\nEnvironmentFile=-{file}\n" in units
    assert "\n# LoadCredential=shopinf_maya_shop_access_token:" in units


def test_keys_in_credential_files_are_loaded_again(run: Bench, agency: Agency, tmp_path: Path) -> None:
    run.keyring.entries.clear()
    folder = tmp_path / "credentials"
    folder.mkdir()
    for handle, store in agency.items():
        (folder / f"shopinf_{handle.replace('-', '_')}_access_token").write_text(store.access_token)
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    units = printed(run, "--systemd", "--", *MONTHLY, environ=environ)
    assert f"\nLoadCredential=shopinf_maya_shop_access_token:{folder}/shopinf_maya_shop_access_token\n" in units
    assert f" CREDENTIALS_DIRECTORY={folder} " in line(run, "--", *MONTHLY, environ=environ)


def test_without_any_keys_the_ways_to_give_them_are_named(
    run: Bench, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "keyring", None)  # that of the system, of which the tests have none
    text = printed(run, "--", *MONTHLY)
    assert "# Nothing has the keys of maya-shop and nordlicht now.\n" in text
    assert "#     SHOPINF_NORDLICHT_ACCESS_TOKEN\n" in text
    assert "DBUS" not in text


def test_an_app_with_client_credentials_needs_both_values(run: Bench, agency: Agency) -> None:
    store = agency["maya-shop"]
    app = f"API_KEY={store.api_key}\nAPI_SECRET_KEY={store.api_secret_key}\n"
    run("connect", "maya-shop", "--stdin", stdin=app).ok()
    units = printed(run, "--systemd", "--", "orders", "sync", "-s", "maya-shop")
    assert re.findall(r"LoadCredential=(\w+):", units) == [
        "shopinf_maya_shop_api_key",
        "shopinf_maya_shop_api_secret_key",
    ]


def test_the_keys_of_sources_are_named_where_they_are_asked(run: Bench, in_environment: Agency) -> None:
    environ = {"SHOPINF_SOURCE_MODASH_API_KEY": "modash-secret-1"}
    command = ("customers", "enrich", "--source", "modash", "--max-credits", "5", "--yes", "-s", "maya-shop")
    text = printed(run, "--", *command, environ=environ)
    assert "#     SHOPINF_SOURCE_MODASH_API_KEY\n" in text
    assert "modash-secret-1" not in text
    assert "MODASH" not in printed(run, "--", *MONTHLY, environ=environ)
    assert "The keys of modash are in the keyring" in printed(run, "--", *command)
    remembered = printed(run, "--", "livecapture", "run", "--all-stores", "--yes", environ=environ)
    assert "#     SHOPINF_SOURCE_MODASH_API_KEY\n" in remembered


def test_no_secret_is_printed_wherever_it_is(run: Bench, in_environment: Agency) -> None:
    ledger = "postgresql://shopinf:hunter2@db.example/shopinf"
    for form in ("--cron", "--systemd"):
        for command in (MONTHLY, ("orders", "sync", "-s", "maya-shop")):
            ran = run("schedule", "print", form, "--", *command, environ={"SHOPINF_LEDGER_URL": ledger}).ok()
            assert "#     SHOPINF_LEDGER_URL\n" in ran.out
            for store in in_environment.values():
                for secret in (store.access_token, store.api_key, store.api_secret_key, "hunter2"):
                    assert secret not in ran.out + ran.err


# The program


def test_the_program_is_the_one_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    own, beside, python = tmp_path / "shopinf", tmp_path / "bin" / "shopinf", tmp_path / "bin" / "python"
    beside.parent.mkdir()
    assert program("/usr/lib/shopinf/__main__.py", str(python)) == (str(python), "-m", "shopinf")
    beside.touch()
    assert program("/usr/lib/shopinf/__main__.py", str(python)) == (str(beside),)
    own.symlink_to(beside)
    assert program("./shopinf", str(python)) == (str(own),)  # the link, which stays when what it leads to is renewed
