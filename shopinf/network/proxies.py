"""The way out as the environment names it: its proxy and its certificates, which work as they do everywhere."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from shopinf.errors import MachineProblem

_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def proxy_named(environ: Mapping[str, str]) -> str | None:
    """The address of the proxy that https goes through; it may hold a password."""
    return next((environ[name] for name in _PROXIES if environ.get(name)), None)


def certificates_named(environ: Mapping[str, str]) -> list[str]:
    """The variables that say which certificates are trusted."""
    return [name for name in _CERTIFICATES if environ.get(name)]


def secure_client(timeouts: httpx.Timeout, limits: httpx.Limits) -> httpx.Client:
    """A client for https that goes through the environment's proxy and trusts its certificates."""
    try:
        context = httpx.create_ssl_context(trust_env=True)
    except OSError as error:
        raise MachineProblem(
            "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read",
            hint="Correct or unset SSL_CERT_FILE and SSL_CERT_DIR.",
        ) from error
    try:
        return httpx.Client(trust_env=True, verify=context, timeout=timeouts, limits=limits)
    except (ValueError, ImportError, httpx.InvalidURL):
        # The cause is left out: it quotes the proxy's address, which may hold a password.
        raise MachineProblem(
            "The proxy that HTTPS_PROXY or ALL_PROXY names cannot be used",
            hint="Write it as http://HOST:PORT, or unset the variable.",
        ) from None
