"""What opens a provider: its key, and the consent to send customers' data there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shopinf.errors import BadInput, CredentialsMissing
from shopinf.local.keyvault import KeyVault
from shopinf.sources.catalogue import Kind, Provider

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.stores import Secret


def vault_of(desk: Desk) -> KeyVault:
    return KeyVault(desk.environ, desk.places.config, desk.setting.keyring)


def open_provider(desk: Desk, kind: Kind) -> Provider:
    """A provider with its key, which may be asked: the consent to send customers' data there was given."""
    found = vault_of(desk).find(kind.name, kind.fields, optional=kind.optional)
    if found is None and not kind.optional:
        raise CredentialsMissing(
            f"There is no key for {kind.title}, neither in the environment nor in the keyring",
            hint=f"shopinf sources connect {kind.name}, or set {' and '.join(kind.variables)}",
        )
    record = desk.ledger.enrichment.source(kind.name)
    if record is None or record.consent_at is None:
        raise BadInput(
            f"Nobody has agreed yet that {kind.sends} go to {kind.title}",
            hint=f"shopinf sources connect {kind.name} asks for it once; --yes does not answer it.",
        )
    return make_provider(desk, kind, found.keys if found else {})


def make_provider(desk: Desk, kind: Kind, keys: Mapping[str, Secret]) -> Provider:
    """A provider with these keys, whether or not it may be asked yet."""
    from shopinf.sources.calls import Reach

    return kind.make(keys, Reach(desk.wire, desk.clock, desk.trace, desk.environ), desk.ledger.enrichment)
