"""What opens the ways that reports go, and where that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shopinf.delivery.slack import Channel, read_webhook
from shopinf.delivery.smtp import Mailbox, opened
from shopinf.delivery.ways import WAYS, Via, Way
from shopinf.errors import CredentialsMissing
from shopinf.local.keyvault import REPORTS, KeyVault
from shopinf.network.proxies import trusted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.local.keyvault import FoundKeys, Keys
    from shopinf.stores import Secret


def vault_of(desk: Desk) -> KeyVault:
    return KeyVault(desk.environ, desk.places.config, desk.setting.keyring, REPORTS)


def found(desk: Desk, way: Way) -> FoundKeys | None:
    """What opens *way*, and where it is; None where nothing holds any of it."""
    return vault_of(desk).find(way.via, way.fields, more=way.more)


def outside(desk: Desk, way: Way) -> FoundKeys | None:
    """The same, but for the keyring."""
    return vault_of(desk).outside(way.via, way.fields, way.more)


def variables_of(way: Way) -> str:
    """The variables that may open *way*, for a hint: all of them, since no single one does for every server."""
    return ", ".join(REPORTS.variable(way.via, field) for field in way.every)


def keys_of(desk: Desk, via: Via) -> Mapping[str, Secret]:
    """What opens *via*; CredentialsMissing where it was never connected."""
    way = WAYS[via]
    if there := found(desk, way):
        return there.keys
    raise CredentialsMissing(
        f"{way.title[0].upper()}{way.title[1:]} is not connected: nothing is known of it, neither in the environment "
        "nor in the keyring",
        hint=f"shopinf reports connect {via}, or set {variables_of(way)}",
    )


def described(via: Via, keys: Keys) -> tuple[str, str]:
    """Where *via* leads, and from whom it comes there, as people may read it; refuses keys that do not fit."""
    if via is Via.SLACK:
        return read_webhook(keys["URL"]).host, ""
    mailbox = Mailbox.of(keys)
    return mailbox.shown, mailbox.sender.shown


def check(desk: Desk, via: Via, keys: Keys) -> None:
    """Try *keys* without sending anything that anybody sees."""
    if via is Via.SLACK:
        channel_of(desk, keys).check()
        return
    with opened(Mailbox.of(keys), lambda: trusted(desk.environ)):
        pass  # that it let us in is all


def channel_of(desk: Desk, keys: Mapping[str, Secret]) -> Channel:
    return Channel(keys["URL"], desk.wire, desk.clock, desk.trace)
