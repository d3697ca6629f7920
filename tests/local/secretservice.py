"""A D-Bus session of its own with gnome-keyring on it: what a Linux desktop keeps its secrets in, for tests.

Nothing of it reaches the developer's own session or keyring, and all of it ends with `close`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

try:  # comes with the library `keyring` where there are Secret Services at all: on Linux
    from jeepney import DBusAddress, MessageType, message_bus, new_method_call, new_method_return
    from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
except ImportError:
    message_bus = None

NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
SECRETS = "org.freedesktop.secrets"
PROMPTER = "org.gnome.keyring.SystemPrompter"  # what asks for a locked keyring's password on GNOME's desktop
PATIENCE = 20  # seconds for a service to come or go; ends a test that would never end

# No folder of services: nothing that is installed on this machine is started by asking for it.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
"""


def missing() -> str | None:
    """What this machine lacks for it, if anything."""
    if message_bus is None:
        return "jeepney"
    return next((name for name in NEEDED if shutil.which(name) is None), None)


class SecretService:
    """A person's session: a bus, and a keyring that is locked, unlocked, or not running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "run").mkdir(mode=0o700)
        (folder / "bus.conf").write_text(BUS.format(folder=folder))
        self._keyring: subprocess.Popen[bytes] | None = None
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._bus.stdout
        self.address = self._bus.stdout.readline().strip()
        assert self.address, "the bus did not start"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a program that this person starts from their desktop."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "DBUS_SESSION_BUS_ADDRESS": self.address,
        }

    def log_in(self, password: str | None) -> None:
        """Start the keyring: opened by *password* as a log-in does it, or with None locked, as after a reboot."""
        self.log_out()
        words = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        self._keyring = subprocess.Popen(
            words if password is None else [*words, "--unlock"],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._keyring.stdin
        with self._keyring.stdin as stdin:
            stdin.write((password or "").encode())
        self._wait_for_keyring(there=True)

    def log_out(self) -> None:
        """End the keyring; its file stays."""
        if self._keyring is not None:
            self._keyring.terminate()
            self._keyring.wait(PATIENCE)
            self._keyring = None
            self._wait_for_keyring(there=False)

    def lock(self) -> None:
        """Lock the keyring while it goes on running."""
        service = DBusAddress("/org/freedesktop/secrets", SECRETS, "org.freedesktop.Secret.Service")
        paths = ["/org/freedesktop/secrets/collection/login"]
        with self.connected() as bus:
            answer = bus.send_and_get_reply(new_method_call(service, "Lock", "ao", (paths,)), timeout=PATIENCE)
        assert answer.body[0] == paths

    def entries(self) -> dict[str, str]:
        """What the unlocked keyring holds for shopinf, by account, read past all of our code."""
        import secretstorage

        with self.connected() as bus:
            items = secretstorage.get_default_collection(bus).search_items({"service": "shopinf"})
            return {item.get_attributes()["username"]: item.get_secret().decode() for item in items}

    @contextmanager
    def asking_for_ever(self) -> Iterator[None]:
        """A desktop that shows the question for the password, and nobody there to answer it."""
        gone = threading.Event()

        def ask(bus: DBusConnection) -> None:
            while not gone.is_set():
                with suppress(TimeoutError):
                    message = bus.receive(timeout=0.1)
                    if message.header.message_type is MessageType.method_call:
                        bus.send(new_method_return(message))  # the question is on the screen

        with self.connected() as bus:
            assert Proxy(message_bus, bus).RequestName(PROMPTER)
            desktop = threading.Thread(target=ask, args=(bus,))
            desktop.start()
            try:
                yield
            finally:
                gone.set()
                desktop.join(PATIENCE)

    def connected(self) -> closing[DBusConnection]:
        return closing(open_dbus_connection(self.address))

    def close(self) -> None:
        try:
            self.log_out()
        finally:
            self._bus.terminate()
            self._bus.wait(PATIENCE)
            assert self._bus.stdout
            self._bus.stdout.close()

    def _wait_for_keyring(self, *, there: bool) -> None:
        with self.connected() as bus:
            while bool(Proxy(message_bus, bus).NameHasOwner(SECRETS)[0]) is not there:
                ended = self._keyring.poll() if self._keyring else None
                assert ended is None, f"gnome-keyring-daemon ended with {ended}"


def as_installed(folder: Path) -> Mapping[str, str]:
    """Variables that hide from a program the keyrings which are installed for these tests only."""
    folder.mkdir()
    # Python runs this before anything else. Which of the two `keyring` asks depends on Python's version.
    (folder / "sitecustomize.py").write_text(
        "import importlib.metadata\n"
        "modules = [importlib.metadata]\n"
        "try:\n"
        "    import importlib_metadata\n"
        "    modules.append(importlib_metadata)\n"
        "except ImportError:\n"
        "    pass\n"
        "for module in modules:\n"
        "    def entry_points(found=module.entry_points, **by):\n"
        "        return [each for each in found(**by) if not each.value.startswith('keyrings.alt')]\n"
        "    module.entry_points = entry_points\n"
    )
    return {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
