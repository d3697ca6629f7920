"""Where shopinf keeps its files on this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shopinf.local import disk

APP = "shopinf"


@dataclass(frozen=True, slots=True)
class Places:
    """The two folders, and what lies in them."""

    config: Path
    data: Path

    @property
    def config_file(self) -> Path:
        """The user's own settings."""
        return self.config / "config.toml"

    @property
    def stores_file(self) -> Path:
        """The connected stores, without their secrets."""
        return self.config / "stores.toml"

    @property
    def ledger_file(self) -> Path:
        """The ledger, where no shared one is named."""
        return self.data / "ledger.db"

    @property
    def waiting_file(self) -> Path:
        """The events of Live Capture that the ledger does not have yet."""
        return self.data / "livecapture.db"

    @property
    def locks(self) -> Path:
        """The folder of lock files."""
        return self.data / "locks"

    def make(self) -> None:
        """Make the folders that are missing, open to this user only."""
        for folder in (self.config, self.data, self.locks):
            disk.make_private_folder(folder)

    def write_private(self, path: Path, content: bytes) -> None:
        """Put *content* at *path* at once, readable by this user only."""
        disk.write_private(path, content)

    def write_atomically(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Put a result file at *path* once all of it is there."""
        disk.write_atomically(path, chunks)


def find_places(environ: Mapping[str, str]) -> Places:
    """The folders of this user: all in one with `SHOPINF_HOME`, else where the platform keeps such things.

    Nothing is made yet.
    """
    if home := environ.get("SHOPINF_HOME", "").strip():
        folder = Path(home).expanduser().absolute()
        return Places(folder, folder)
    return Places(
        _folder(environ, "XDG_CONFIG_HOME", ".config", _platform_config),
        _folder(environ, "XDG_DATA_HOME", ".local/share", _platform_data),
    )


def _folder(environ: Mapping[str, str], variable: str, below_home: str, otherwise: Callable[[], Path]) -> Path:
    # The XDG base directory specification: a path that is not absolute is to be ignored.
    if (named := environ.get(variable, "")) and Path(named).is_absolute():
        return Path(named) / APP
    if sys.platform not in ("win32", "darwin") and (home := environ.get("HOME")):
        return Path(home) / below_home / APP
    return otherwise()


def _platform_config() -> Path:
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False)


def _platform_data() -> Path:
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False)
