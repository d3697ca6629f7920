"""`shopinf reports connect`: a mail server or a Slack webhook, tried live before anything is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from shopinf.commands.keeping import kept_notes
from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.commands.reports.choice import WayArgument
from shopinf.commands.reports.rows import WAY_COLUMNS, way_row
from shopinf.delivery.ways import WAYS, Via
from shopinf.errors import CredentialsMissing
from shopinf.local.keyvault import REPORTS, FoundKeys, check_sendable
from shopinf.results import Result
from shopinf.stores import Secret
from shopinf.valuelines import handed_over
from shopinf.work.reports.keys import check, described, outside, variables_of, vault_of

if TYPE_CHECKING:
    from shopinf.delivery.ways import Way
    from shopinf.desk import Desk
    from shopinf.local.keyvault import Keys

app = Noun()

_ASKED = {
    "HOST": "Mail server, like smtp.agency.example",
    "PORT": "Port (empty: 587, encrypted by STARTTLS; 465 is encrypted from the start)",
    "USER": "Login (empty: none)",
    "PASSWORD": "Password",
    "FROM": "The address that mails come from (empty: the login)",
    "URL": "Address of the webhook, https://hooks.slack.com/services/…",
}


@app.command(
    "connect",
    columns=WAY_COLUMNS,
    attended=True,
    epilog=examples(
        "reports connect smtp",
        "reports connect smtp --stdin < mail.txt",
        "reports connect slack --stdin < webhook.txt",
    ),
)
def connect(
    desk: DeskContext,
    way: WayArgument,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read HOST=…, PORT=…, USER=…, PASSWORD=…, FROM=… lines, or URL=….")
    ] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Connect a mail server or a Slack webhook, by which reports leave; connecting again replaces it.

    It is tried before anything is kept: encrypted, certificate checked, logged in. Nobody gets a mail or sees a message
    by that. The secret goes into the keyring, unless the environment has it: SHOPINF_REPORTS_SMTP_HOST,
    SHOPINF_REPORTS_SMTP_PORT, SHOPINF_REPORTS_SMTP_USER, SHOPINF_REPORTS_SMTP_PASSWORD and SHOPINF_REPORTS_SMTP_FROM,
    or SHOPINF_REPORTS_SLACK_URL.
    """
    chosen = WAYS[way]
    keys, where = _keys(desk, chosen, stdin=stdin)
    server, _ = described(way, keys)
    check(desk, way, keys)
    notes: list[str] = []
    if where is None:
        where = f"keyring ({vault_of(desk).keep(way, keys)})"
        notes += kept_notes(desk, vault_of(desk).overshadowing(way, chosen.every))
    row = way_row(chosen, FoundKeys(keys, where))
    desk.show(Result("shopinf.reports.connect/1", WAY_COLUMNS, [row], notes=notes, card=True), form)
    following = "report.html" + (" --to ann@client.example" if way is Via.SMTP else " --via slack")
    desk.out.say(f"{server} is connected.  Next: shopinf reports send {following}")


def _keys(desk: Desk, way: Way, *, stdin: bool) -> tuple[Keys, str | None]:
    """What opens *way*, and where it stays; None for what still has to be kept."""
    if stdin:
        command, prefix = f"shopinf reports connect {way.via}", REPORTS.variable(way.via, "")
        return _checked(way, handed_over(desk.setting.stdin, way.every, prefix=prefix, command=command)), None
    if there := outside(desk, way):
        return there.keys, there.where
    if not desk.out.attended:
        raise CredentialsMissing(
            f"Nothing says what connects {way.title}, and nobody is here to type it",
            hint=f"Give it with --stdin, or set {variables_of(way)}.",
        )
    vault_of(desk).check_usable(way.via, way.every)
    return _checked(way, {field: _typed(desk, way, field) for field in way.every}), None


def _typed(desk: Desk, way: Way, field: str) -> str:
    if field in way.hidden:
        return desk.out.ask_hidden(_ASKED[field])
    return desk.out.ask(_ASKED[field], otherwise="Give it on standard input with --stdin, or in the environment.")


def _checked(way: Way, given: dict[str, str]) -> Keys:
    if missing := [field for field in way.fields if not given.get(field)]:
        raise CredentialsMissing(
            f"To connect {way.title}, {' and '.join(missing)} is needed", hint=f"shopinf reports connect {way.via}"
        )
    kept = {field: value for field, value in given.items() if value}
    for field, value in kept.items():
        check_sendable(way.via, field, value, in_headers=REPORTS.in_headers)
    return {field: Secret(value) for field, value in kept.items()}
