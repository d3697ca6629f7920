"""The way out as the environment names it: its proxy and its certificates, which work as they do everywhere.

For an https address the https proxy comes first, then the one for all; `NO_PROXY` names hosts that are reached without.
What cannot match a host's name there (a range of addresses) is passed over, and so is a proxy of a kind that nobody
speaks (`socks://`) where another one is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # public, and typeshed lacks it

import httpx

from shopinf.errors import MachineProblem

_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_NONE = ("NO_PROXY", "no_proxy")
_SPOKEN = ("http", "https", "socks5", "socks5h")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def proxy_named(environ: Mapping[str, str]) -> str | None:
    """The address of the proxy that https goes through; it may hold a password."""
    found = _chosen(environ)
    return found[1] if found else None


def certificates_named(environ: Mapping[str, str]) -> list[str]:
    """The variables that say which certificates are trusted."""
    return [name for name in _CERTIFICATES if environ.get(name)]


@dataclass(frozen=True)
class WayOut:
    """Clients for https: through the proxy that the environment names, and past it."""

    through: httpx.Client
    past: httpx.Client
    unproxied: str  # what NO_PROXY says

    def to(self, host: str) -> httpx.Client:
        """The client for *host*."""
        return self.past if proxy_bypass_environment(host, {"no": self.unproxied}) else self.through

    def close(self) -> None:
        self.through.close()
        self.past.close()


def way_out(environ: Mapping[str, str], timeouts: httpx.Timeout, limits: httpx.Limits) -> WayOut:
    """Clients that go the way of *environ* and trust its certificates."""
    try:
        context = httpx.create_ssl_context(trust_env=True)
    except OSError as error:
        named = " and ".join(certificates_named(environ)) or "The system"
        raise MachineProblem(
            f"The certificates that {named} names cannot be read", hint=f"Correct or unset {named}."
        ) from error

    def client(proxy: str | None) -> httpx.Client:
        return httpx.Client(trust_env=False, proxy=proxy, verify=context, timeout=timeouts, limits=limits)

    past = client(None)
    chosen = _chosen(environ)
    if chosen is None:
        return WayOut(past, past, "")
    name, address = chosen
    unproxied = next((environ[each] for each in _NONE if environ.get(each)), "")
    try:
        return WayOut(client(address), past, unproxied)
    except ImportError:
        raise MachineProblem(
            f"The proxy that {name} names speaks SOCKS, which needs one more package",
            hint="Install httpx[socks] beside shopinf, or name an http proxy in HTTPS_PROXY.",
        ) from None
    except (ValueError, httpx.InvalidURL):
        # The cause is left out: it quotes the proxy's address, which may hold a password.
        raise MachineProblem(
            f"The proxy that {name} names cannot be used", hint="Write it as http://HOST:PORT, or unset the variable."
        ) from None


def _chosen(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable that names the proxy, and its address: the first that is usable, else the first."""
    named = [(name, _with_scheme(environ[name].strip())) for name in _PROXIES if environ.get(name, "").strip()]
    usable = [(name, address) for name, address in named if address.partition("://")[0].lower() in _SPOKEN]
    return next(iter(usable or named), None)


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"http://{address}"
