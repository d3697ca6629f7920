"""`shopinf sources`: the providers that customers are looked up at, their keys, and the consent to send data there."""

from __future__ import annotations

from typing import Annotated

import typer

from shopinf.commands.options import DeskContext, FormChoice, Noun, examples
from shopinf.results import Result, columns

sources = Noun(help="Connect the sources that customers are looked up in.")
app = Noun()
app.add_typer(sources, name="sources")

SOURCE_COLUMNS = columns(
    order="source title connected consent_at key credits credits_per_match sends gives", times="consent_at"
)
GONE_COLUMNS = columns("source what removed")

SourceArgument = Annotated[
    str, typer.Argument(help="modash, influencersclub, gravatar or upfluence.", metavar="NAME", show_default=False)
]


@sources.command(
    "connect",
    epilog=examples(
        "sources connect modash",
        "sources connect modash --stdin --consent < key.txt",
        "sources connect gravatar --consent",
    ),
)
def connect(
    desk: DeskContext,
    name: SourceArgument,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read API_KEY=…, or CLIENT_ID=… and CLIENT_SECRET=….")] = False,
    consent: Annotated[bool, typer.Option("--consent", help="Agree that customers' data is sent there.")] = False,
    form: FormChoice = FormChoice(),
) -> None:
    """Connect a source: its key is tried and kept, and you agree once that customers' data is sent there.

    The key goes into the keyring, unless the environment has it. --yes does not give the consent.
    """
    from shopinf.work.customers.connecting import connect_source

    row, notes = connect_source(desk, name, stdin=stdin, consent=consent)
    desk.show(Result("shopinf.sources.connect/1", SOURCE_COLUMNS, [row], notes=notes), form)
    desk.out.say(f"{row['title']} is connected.  Next: shopinf customers enrich --source {row['source']}")


@sources.command("list", epilog=examples("sources list", "sources list -f json"))
def list_(desk: DeskContext, form: FormChoice = FormChoice()) -> None:
    """List the sources, whether they are connected, and what goes there; nothing is asked of them."""
    from shopinf.work.customers.connecting import listed_sources

    desk.show(Result("shopinf.sources.list/1", SOURCE_COLUMNS, listed_sources(desk)), form)


@sources.command("disconnect", epilog=examples("sources disconnect modash"))
def disconnect(desk: DeskContext, name: SourceArgument, form: FormChoice = FormChoice()) -> None:
    """Remove a source's key, and take the consent back; what was found with it stays."""
    from shopinf.work.customers.connecting import disconnect_source

    rows, notes = disconnect_source(desk, name)
    desk.show(Result("shopinf.sources.disconnect/1", GONE_COLUMNS, rows, notes=notes), form)
