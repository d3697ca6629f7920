"""Connecting a mail server or a webhook: tried live before anything is kept, and never in the clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from mailserver import MailServer, Slack
from stores.odd_keyrings import NoKeyring

from shopinf.delivery.slack import read_webhook
from shopinf.errors import CredentialsProblem
from shopinf.stores import Secret

pytestmark = pytest.mark.slow  # many commands, each with a server of its own

CONNECT = ("reports", "connect", "smtp", "--stdin")
SEND = ("reports", "send", "report.html", "--to", "ann@client.example")


@pytest.fixture
def slack(run: Bench) -> Slack:
    answering = Slack()
    run.wire.stores["hooks.slack.com"] = answering  # type: ignore[assignment]
    return answering


def test_a_server_is_greeted_encrypted_and_logged_in_to_and_gets_no_mail(run: Bench, server: MailServer) -> None:
    ran = run(*CONNECT, "-f", "json", stdin=server.values()).ok()
    [row] = ran.json["rows"]
    assert row == {
        "via": "smtp",
        "server": f"127.0.0.1:{server.port}",
        "sender": "reports@agency.example",
        "key": "keyring (bench.MemoryKeyring)",
    }
    assert [line.split()[0].upper() for line in server.heard] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"]
    assert server.taken == []
    assert len(run.keyring.entries) == 1


def test_a_port_that_is_encrypted_from_the_start_needs_no_starttls(
    run: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Path
) -> None:
    with MailServer(implicit=True, auth="LOGIN") as server:
        monkeypatch.setenv("SSL_CERT_FILE", server.certificate(tmp_path))
        monkeypatch.setattr("shopinf.delivery.smtp.IMPLICIT_TLS", server.port)
        run(*CONNECT, stdin=server.values()).ok()
        run(*SEND).ok()
        assert "STARTTLS" not in server.heard
        assert len(server.taken) == 1


@pytest.mark.parametrize("auth", ["PLAIN", "LOGIN", "XOAUTH2 LOGIN"])
@pytest.mark.parametrize("password", ["correct horse 9 battery", "päßwörd-密码", "short"])
def test_every_password_logs_in(auth: str, password: str, run: Bench, server: MailServer) -> None:
    server.auth, server.password = auth, password
    run(*CONNECT, stdin=server.values()).ok()


@pytest.mark.parametrize("auth", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("password", ["no-such-pass-77", "pw-77"])
def test_a_refused_login_is_told_without_the_password(auth: str, password: str, run: Bench, server: MailServer) -> None:
    server.auth = auth
    ran = run("-v", *CONNECT, stdin=server.values(PASSWORD=password))
    assert (ran.code, ran.out, run.keyring.entries) == (4, "", {})
    assert "does not accept the login: 535 5.7.8 … of reports@agency.example is not good" in ran.err
    assert password not in ran.err


def test_a_certificate_that_nobody_vouches_for_is_refused(
    run: Bench, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    ran = run(*CONNECT, stdin=server.values())
    assert (ran.code, run.keyring.entries) == (6, {})
    assert "shows a certificate that is not to be trusted" in ran.err
    assert "SSL_CERT_FILE" in ran.err
    assert not any(line.startswith("AUTH") for line in server.heard)


def test_another_hosts_certificate_is_refused(run: Bench, server: MailServer) -> None:
    server.authority.issue_cert("elsewhere.example").configure_cert(server.context)
    ran = run(*CONNECT, stdin=server.values())
    assert (ran.code, run.keyring.entries) == (6, {})
    assert "certificate is not valid for '127.0.0.1'" in ran.err


def test_only_a_server_on_this_machine_may_do_without_encryption(
    run: Bench, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.starttls = False
    run(*CONNECT, stdin=server.values()).ok()
    server.heard.clear()
    monkeypatch.setattr("shopinf.delivery.smtp.is_loopback", lambda host: False)
    ran = run(*CONNECT, stdin=server.values())
    assert (ran.code, server.heard) == (6, server.heard[:1])
    assert "offers no encryption (STARTTLS), and nothing is sent to it in the clear" in ran.err


def test_a_server_of_this_machines_own_need_not_know_logins(run: Bench, server: MailServer, report: Path) -> None:
    values = server.values()
    server.user = ""
    run(*CONNECT, stdin=values).ok()
    run(*SEND).ok()
    assert not any(line.startswith("AUTH") for line in server.heard)


def test_a_failure_leaves_the_former_connection_as_it_was(run: Bench, connected: MailServer, report: Path) -> None:
    kept = dict(run.keyring.entries)
    for values in (connected.values(PASSWORD="wrong-one-1"), connected.values(PORT="1"), "HOST=\n", "no such line\n"):
        assert run(*CONNECT, stdin=values).code in (4, 6)
    assert run.keyring.entries == kept
    run(*SEND).ok()


@pytest.mark.parametrize(
    ("verb", "answer", "code", "said"),
    [
        ("EHLO", "554 go away", 6, "go away"),
        ("AUTH", "454 4.7.0 try later", 6, "cannot log us in now: 454 4.7.0 try later"),
        ("AUTH", "534 5.7.9 app password needed \x1b[31m<b>\u202e", 4, "534 5.7.9 app password needed <b>"),
        ("STARTTLS", "454 no", 6, "refuses to encrypt: 454 no"),
    ],
)
def test_what_the_server_says_is_told(
    verb: str, answer: str, code: int, said: str, run: Bench, server: MailServer
) -> None:
    server.answers[verb] = answer
    ran = run(*CONNECT, stdin=server.values())
    assert (ran.code, run.keyring.entries) == (code, {})
    assert said in ran.err


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"PASSWORD": ""}, "PASSWORD is missing"),
        ({"USER": "", "FROM": "a@b.example"}, "USER is missing"),
        ({"USER": "someone", "FROM": ""}, "Nothing says whose address"),
        ({"FROM": "nobody"}, "FROM: 'nobody' is no e-mail address"),
        ({"PORT": "smtp"}, "is not a port"),
        ({"HOST": "https://smtp.agency.example/"}, "is not the name of a mail server"),
    ],
)
def test_what_does_not_fit_together_is_named(values: dict[str, str], said: str, run: Bench, server: MailServer) -> None:
    ran = run(*CONNECT, stdin=server.values(**values))
    assert (ran.code, server.heard) == (4, [])
    assert said in ran.err


def test_nobody_there_is_an_answer_too(run: Bench, server: MailServer) -> None:
    ran = run(*CONNECT, stdin=server.values(PORT="1"))
    assert (ran.code, ran.out) == (6, "")
    assert "127.0.0.1:1 cannot be reached (nothing listens there)" in ran.err


def test_a_person_types_the_password_unseen(run: Bench, server: MailServer) -> None:
    lines = (server.host, str(server.port), server.user, server.password, "")
    ran = run.at_a_terminal("reports", "connect", "smtp", lines=lines).ok()
    assert server.password not in ran.err
    assert "reports@agency.example" in ran.out


def test_without_anybody_there_what_is_kept_is_not_taken_for_something_new(run: Bench, connected: MailServer) -> None:
    kept = dict(run.keyring.entries)
    ran = run("reports", "connect", "smtp")
    assert (ran.code, ran.out, run.keyring.entries) == (4, "", kept)  # as for a store
    assert (
        "error: Nothing says what connects mail, and nobody is here to type it\nhint: Give it with --stdin" in ran.err
    )


def test_nobody_types_in_vain_what_no_keyring_would_keep(run: Bench, server: MailServer) -> None:
    run.keyring = NoKeyring()  # type: ignore[assignment]
    ran = run.at_a_terminal("reports", "connect", "smtp", lines=())
    assert (ran.code, ran.out, server.heard) == (4, "", [])
    assert "No keyring is within reach of this run, so a key of smtp typed here could not be kept" in ran.err
    assert "SHOPINF_REPORTS_SMTP_PASSWORD and SHOPINF_REPORTS_SMTP_FROM, or put files" in ran.err


def test_the_environment_serves_alone_and_is_kept_nowhere(run: Bench, server: MailServer, report: Path) -> None:
    names = dict(line.split("=", 1) for line in server.values().splitlines())
    environ = {f"SHOPINF_REPORTS_SMTP_{name}": value for name, value in names.items()}
    ran = run("reports", "connect", "smtp", "-f", "json", environ=environ).ok()
    assert (ran.json["rows"][0]["key"], run.keyring.entries) == ("environment", {})
    run(*SEND, environ=environ).ok()
    assert run(*SEND).code == 4  # without them there is none
    run(*CONNECT, stdin=server.values()).ok()
    only_host = {"SHOPINF_REPORTS_SMTP_HOST": server.host}
    mixed = run(*SEND, "--again", environ=only_host)
    assert mixed.code == 4  # the password of the keyring does not go where the environment says
    assert len(server.taken) == 1


def test_files_of_systemd_serve_as_well(run: Bench, server: MailServer, report: Path, tmp_path: Path) -> None:
    for line in server.values().splitlines():
        name, _, value = line.partition("=")
        (tmp_path / f"shopinf_reports_smtp_{name.lower()}").write_text(value + "\n", encoding="utf-8")
    run(*SEND, environ={"CREDENTIALS_DIRECTORY": str(tmp_path)}).ok()
    assert len(server.taken) == 1


def test_where_nothing_is_connected_the_ways_out_are_named(run: Bench, report: Path) -> None:
    ran = run(*SEND)
    assert (ran.code, ran.out) == (4, "")
    assert "shopinf reports connect smtp, or set SHOPINF_REPORTS_SMTP_HOST, SHOPINF_REPORTS_SMTP_PORT, " in ran.err
    assert run("reports", "list").ok().err.count("note: ") == 2
    run.keyring = NoKeyring()  # type: ignore[assignment]
    without = run(*SEND)
    assert without.code == 4
    assert "Set SHOPINF_REPORTS_SMTP_HOST, SHOPINF_REPORTS_SMTP_PORT, " in without.err
    assert " and SHOPINF_REPORTS_SMTP_FROM, or put files of these names" in without.err


def test_disconnecting_takes_the_secret_and_leaves_what_was_sent(
    run: Bench, connected: MailServer, report: Path
) -> None:
    run(*SEND).ok()
    gone = run("reports", "disconnect", "smtp", "-f", "json").ok()
    assert (gone.json["rows"][0]["removed"], run.keyring.entries) == (True, {})
    assert gone.err.endswith("Mail is disconnected here.\n")
    again = run("reports", "disconnect", "smtp", "-f", "json").ok()
    assert again.json["rows"][0]["removed"] is False
    assert again.err == "Mail was not connected here.\n"
    [row] = run("reports", "list", "-f", "json").ok().json["rows"]
    assert row["status"] == "sent"
    run(*CONNECT, stdin=connected.values()).ok()
    run(*SEND).ok()
    assert len(connected.taken) == 1


def test_half_of_it_in_the_environment_hides_nothing_of_what_was_kept_and_taken_away(
    run: Bench, server: MailServer
) -> None:
    run.environ["SHOPINF_REPORTS_SMTP_PORT"] = "587"
    ran = run(*CONNECT, "-f", "json", stdin=server.values()).ok()
    assert ran.json["notes"] == [
        "SHOPINF_REPORTS_SMTP_PORT overshadows what was stored just now: the environment is used as long as it is set"
    ]
    gone = run("reports", "disconnect", "smtp", "-f", "json").ok()
    assert (gone.json["rows"][0]["removed"], run.keyring.entries) == (True, {})
    assert gone.json["notes"] == ["SHOPINF_REPORTS_SMTP_PORT is still there; whoever set it should take it away"]


def test_a_way_that_lacks_something_is_not_listed_as_connected(run: Bench) -> None:
    run.environ["SHOPINF_REPORTS_SMTP_PORT"] = "587"
    [row] = run("reports", "list", "-f", "json").ok().json["rows"]
    assert (row["via"], row["status"], row["key"]) == ("smtp", "unusable", None)
    assert "SHOPINF_REPORTS_SMTP_HOST is missing" in row["error"]
    assert "SHOPINF_REPORTS_SMTP_HOST is missing" in run("reports", "list").ok().out


# Slack


def test_a_webhook_is_tried_without_a_word_in_the_channel(run: Bench, slack: Slack) -> None:
    run("reports", "connect", "slack", "--stdin", stdin=f"URL={Slack.URL}\n").ok()
    assert slack.said == []
    dead = run("reports", "connect", "slack", "--stdin", stdin=f"URL={Slack.URL[:-1]}x\n")
    assert dead.code == 4
    assert "Slack does not accept the webhook: 404 (no_service)" in dead.err


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/T/B/xyz",
        "https://hooks.slack.com.evil.example/services/T/B/xyz",
        "https://evil.example/services/T/B/xyz",
        "https://user:pass@hooks.slack.com/services/T/B/xyz",
        "https://hooks.slack.com",
        "hooks.slack.com/services/T/B/xyz",
        "https://[",
    ],
)
def test_another_address_is_no_webhook_and_is_not_repeated(url: str, run: Bench, slack: Slack) -> None:
    ran = run("reports", "connect", "slack", "--stdin", stdin=f"URL={url}\n")
    assert (ran.code, run.wire.sent, run.keyring.entries) == (4, [], {})
    assert "T/B/xyz" not in ran.err
    with pytest.raises(CredentialsProblem):
        read_webhook(Secret(url))


@pytest.fixture
def channel(run: Bench, slack: Slack) -> Slack:
    run("reports", "connect", "slack", "--stdin", stdin=f"URL={Slack.URL}\n").ok()
    return slack


def test_a_channel_is_told_what_the_file_says_and_where_it_is(run: Bench, channel: Slack, report: Path) -> None:
    report.rename("<!channel> & Söhne.html")
    send = ("reports", "send", "<!channel> & Söhne.html", "--via", "slack", "--to", "#reports")
    ran = run("-v", *send).ok()
    [said] = channel.said
    assert "&lt;!channel&gt; &amp; Söhne.html (50 B)" in said
    assert "A Slack message carries no files. Look on " in said
    assert "<" not in said
    assert "A webhook posts into its own channel, whatever --to says: #reports." in ran.err
    assert "slack: POST /services/… → 200" in ran.err
    assert ran.err.endswith("The channel in Slack was told of <!channel> & Söhne.html.\n")
    assert "T00AGENCY" not in ran.err + ran.out
    run(*send).ok()
    assert len(channel.said) == 1


def test_a_message_that_may_stand_there_is_not_posted_again(run: Bench, channel: Slack, report: Path) -> None:
    channel.status, channel.words = 503, "<h1>down</h1>"
    assert run("reports", "send", "report.html", "--via", "slack").code == 6
    channel.status = 0
    ran = run("reports", "send", "report.html", "--via", "slack")
    assert (ran.code, "error: The channel did not get its files, or nobody knows" in ran.err) == (6, True)
    run("reports", "send", "report.html", "--via", "slack", "--again").ok()
    assert len(channel.said) == 1


def test_a_webhook_that_was_taken_away_is_told_and_may_be_tried_again(run: Bench, channel: Slack, report: Path) -> None:
    channel.status, channel.words = 410, "channel_is_archived"
    ran = run("reports", "send", "report.html", "--via", "slack")
    assert (ran.code, ran.out) == (4, "")
    assert "410 (channel_is_archived)" in ran.err
    channel.status = 0
    run("reports", "send", "report.html", "--via", "slack").ok()


def test_too_many_messages_wait_for_their_turn(run: Bench, channel: Slack, report: Path) -> None:
    channel.status, channel.words = 429, "rate_limited"
    ran = run("reports", "send", "report.html", "--via", "slack")
    assert ran.code == 6
    assert run.clock.monotonic() > 10
    began, channel.headers = run.clock.monotonic(), [("Retry-After", "20.5")]  # a decimal, as Shopify's are
    assert run("reports", "send", "report.html", "--via", "slack").code == 6
    assert run.clock.monotonic() - began == 20.5 * 4


def test_the_doctor_names_where_these_secrets_come_from(run: Bench, connected: MailServer, channel: Slack) -> None:
    checks = {row["check"]: row for row in run("doctor", "-f", "json").ok().json["rows"]}
    where = f"reports leave by 127.0.0.1:{connected.port} as reports@agency.example"
    assert checks["mail"]["detail"] == f"{where}; credentials from keyring (bench.MemoryKeyring)"
    assert checks["Slack"]["detail"] == (
        "reports leave by hooks.slack.com; credentials from keyring (bench.MemoryKeyring)"
    )
    broken = run("doctor", "-f", "json", environ={"SHOPINF_REPORTS_SMTP_PORT": "587"})
    assert broken.code == 7
    assert "HOST is missing" in broken.json["failures"][0]["error"]
    elsewhere = {"SHOPINF_HOME": str(run.home.parent / "other")}
    assert "mail" not in [row["check"] for row in run("doctor", "-f", "json", environ=elsewhere).json["rows"]]
