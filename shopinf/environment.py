"""The environment variables that shopinf heeds, and what each is for; the reference lists them."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES: Mapping[str, str] = {
    "SHOPINF_HOME": "The folder that holds config, stores and ledger, instead of the platform's own.",
    "XDG_CONFIG_HOME": "The folder in which config and stores have theirs (Linux).",
    "XDG_DATA_HOME": "The folder in which ledger, locks and log have theirs (Linux).",
    "HOME": "Where both of these are if they are not set (Linux).",
    "SHOPINF_STORE": "The store that is meant where no option says which.",
    "SHOPINF_<STORE>_ACCESS_TOKEN": "A store's Admin API access token; STORE is its handle, upper case, - as _.",
    "SHOPINF_<STORE>_API_KEY": "A store's API key (client ID).",
    "SHOPINF_<STORE>_API_SECRET_KEY": "A store's API secret key (client secret).",
    "SHOPINF_SOURCE_<NAME>_API_KEY": "The key of a source, like modash.",
    "SHOPINF_SOURCE_<NAME>_CLIENT_ID": "The client ID of a source, like upfluence.",
    "SHOPINF_SOURCE_<NAME>_CLIENT_SECRET": "The client secret of such a source.",
    "SHOPINF_SOURCE_<NAME>_URL": "Where a source answers, instead of its documented address: https only.",
    "SHOPINF_REPORTS_SMTP_HOST": "The mail server that reports leave by; every variable of it counts, or none.",
    "SHOPINF_REPORTS_SMTP_PORT": "Its port (587; 465 is encrypted from the start).",
    "SHOPINF_REPORTS_SMTP_USER": "The login there.",
    "SHOPINF_REPORTS_SMTP_PASSWORD": "The password there.",
    "SHOPINF_REPORTS_SMTP_FROM": "The address that mails come from, where that is not the login.",
    "SHOPINF_REPORTS_SLACK_URL": "The webhook of the Slack channel that is told of reports.",
    "CREDENTIALS_DIRECTORY": "A folder with files called like these variables in lower case (systemd credentials).",
    "SHOPINF_LEDGER_URL": "The PostgreSQL database that a team shares as its ledger.",
    "PGPASSFILE": "The file with that database's password; PGPASSWORD has it itself.",
    "PGPASSWORD": "That database's password.",
    "SHOPINF_LOG_FILE": "Where --log-file goes if it is not given.",
    "SHOPINF_USER": "Who is written down for what is agreed and paid, instead of the login name.",
    "SHOPINF_DEBUG": "1 shows tracebacks, without values.",
    "NO_COLOR": "Anything: no colours and no links.",
    "COLUMNS": "The width of a terminal that does not say its own.",
    "TERM": "dumb: no colours and no moving bars.",
    "PYTHON_KEYRING_BACKEND": "Another keyring than the system's.",
    "HTTPS_PROXY": "The proxy for https addresses.",
    "ALL_PROXY": "The proxy where that one is not set.",
    "NO_PROXY": "Hosts that no proxy is used for.",
    "SSL_CERT_FILE": "The certificates that connections are checked with, in a file.",
    "SSL_CERT_DIR": "The same in a folder.",
    "TZ": "This machine's time zone, where it is not the system's.",
    "DBUS_SESSION_BUS_ADDRESS": "Where the keyring of a Linux session is reached.",
}
