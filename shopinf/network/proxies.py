"""The way out as the environment names it: its proxy and its certificates, which work as they do everywhere.

For an https address the https proxy comes first, then the one for all; `NO_PROXY` names hosts that are reached without.
What cannot match a host's name there (a range of addresses) is passed over, and so is a proxy of a kind that nobody
speaks (`socks://`) where another one is named.
"""

from __future__ import annotations

import ssl
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
    """The way of https: through the proxy that the environment names, or past it; certificates are read once."""

    context: ssl.SSLContext
    proxy: str | None
    named: str  # the variable that names the proxy
    unproxied: str  # what NO_PROXY says

    def to(self, host: str, timeouts: httpx.Timeout, limits: httpx.Limits) -> httpx.Client:
        """A client for *host*."""
        past = self.proxy is None or proxy_bypass_environment(host, {"no": self.unproxied})
        return self._client(None if past else self.proxy, timeouts, limits)

    def _client(self, proxy: str | None, timeouts: httpx.Timeout, limits: httpx.Limits) -> httpx.Client:
        try:
            return httpx.Client(trust_env=False, proxy=proxy, verify=self.context, timeout=timeouts, limits=limits)
        except ImportError:
            raise MachineProblem(
                f"The proxy that {self.named} names speaks SOCKS, which needs one more package",
                hint="Install httpx[socks] beside shopinf, or name an http proxy in HTTPS_PROXY.",
            ) from None
        except (ValueError, httpx.InvalidURL):
            # The cause is left out: it quotes the proxy's address, which may hold a password.
            raise MachineProblem(
                f"The proxy that {self.named} names cannot be used",
                hint="Write it as http://HOST:PORT, or unset the variable.",
            ) from None


def trusted(environ: Mapping[str, str]) -> ssl.SSLContext:
    """The certificates that *environ* names, or else those that everybody trusts; with them hosts are checked."""
    try:
        return httpx.create_ssl_context(trust_env=True)
    except OSError as error:
        named = " and ".join(certificates_named(environ)) or "The system"
        raise MachineProblem(
            f"The certificates that {named} names cannot be read", hint=f"Correct or unset {named}."
        ) from error


def way_out(environ: Mapping[str, str]) -> WayOut:
    """The way of *environ*, whose certificates are trusted."""
    context = trusted(environ)
    name, address = _chosen(environ) or ("", None)
    return WayOut(context, address, name, next((environ[each] for each in _NONE if environ.get(each)), ""))


def _chosen(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable that names the proxy, and its address: the first that is usable, else the first."""
    named = [(name, _with_scheme(environ[name].strip())) for name in _PROXIES if environ.get(name, "").strip()]
    usable = [(name, address) for name, address in named if address.partition("://")[0].lower() in _SPOKEN]
    return next(iter(usable or named), None)


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"http://{address}"
