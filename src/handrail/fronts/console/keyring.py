"""`handrail keys`: where keys may lie, the passphrase before them, pairs made anew, the offline key of the copies."""

import getpass
import shutil
import sys
from pathlib import Path

import pyrage

from handrail.core.common import clock, home, keys, passing, wrapping
from handrail.core.common.refusals import Refused
from handrail.core.people import erased

from . import private, serving
from .lan import authority
from .setting_up import tell

RING, OFFLINE = "ring.json", "offline.txt"
COPIED = (RING, wrapping.NAME, OFFLINE, erased.NAME, authority.KEY, authority.ABOUT)
SECRET_FILES = (RING, passing.NAME, erased.NAME, authority.KEY)


def check_place() -> None:
    """Make sure that whoever takes the database's volume does not take readable keys with it. A demo's may lie anywhere.

    Raises Refused("keys-beside-data").
    """
    here = home.open_home()
    if not here.demo and lies_beside_data(here):
        raise Refused("keys-beside-data", where=str(here.keys))


def warn_of_place() -> None:
    """Say loudly, and go on, what `check_place` refuses."""
    from . import setting_up

    try:
        check_place()
    except Refused as refusal:
        tell(f"LOOK HERE: {setting_up.say(refusal)}")


def lies_beside_data(here: home.Home) -> bool:
    """Tell whether the keys lie readable on a volume that holds data: this folder's, or a database server's on this machine."""
    if wrapping.is_wrapped(here.keys):
        return False
    return here.keys.stat().st_dev in {place.stat().st_dev for place in (here.data, *_server_places())}


def _server_places() -> list[Path]:
    """Return where a PostgreSQL on this machine keeps its data, if it says so to us; elsewhere its place is not ours to know."""
    from django.db import DatabaseError, connection, transaction

    if connection.vendor != "postgresql" or connection.settings_dict["HOST"] not in {
        "",
        "localhost",
        "127.0.0.1",
        "::1",
    }:
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            place = Path(cursor.fetchone()[0])
            return [place] if place.exists() else []
    except (DatabaseError, OSError):
        return []


def wrap() -> None:
    """Put a passphrase before the keys, or another one in place of the one before; each start asks for it.

    Raises:
        Refused: `short-passphrase`, `passphrases-differ`, `server-runs`, and what opening the keys refuses.
    """
    here = home.open_home()
    with serving._alone(here.run):
        again = wrapping.is_wrapped(here.keys)
        with wrapping.alone(here.keys):
            wrapping.wrap(here.keys, _new_passphrase(), names=SECRET_FILES)
    tell("another passphrase now stands before the keys" if again else "a passphrase now stands before the keys")
    tell("who loses it loses the data: write it down, and keep it away from this machine")


def copy_to(folder: Path) -> Path:
    """Copy the key folder, still wrapped, to media that is kept elsewhere; return where it went.

    Keys that pass stay behind: a copy of one would outlive what must be forgotten with it.

    Raises:
        Refused: `wrap-first` while the keys are readable; `copy-failed`.
    """
    here = home.open_home()
    if not wrapping.is_wrapped(here.keys):
        raise Refused("wrap-first")
    target = folder / here.keys.name
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (here.keys / name for name in COPIED):
            if path.exists():
                shutil.copyfile(path, target / path.name)
    except OSError:
        raise Refused("copy-failed", where=str(folder)) from None
    tell(f"the keys, behind their passphrase, are at {target}. Do it again after each change of a key")
    return target


def _new_passphrase() -> str:
    """Return a new passphrase: typed twice on a terminal, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("a new passphrase, five words or more: ")
    if getpass.getpass("the same again: ") != first:
        raise Refused("passphrases-differ")
    return first


def rotate(name: str, *, force: str = "") -> None:
    """Make a pair of this kind anew (one of keys.PAIRS); the one of today stays live until the next time.

    `force` says why the waiting time is not kept.

    Raises:
        Refused: `unknown-key`; `turned-lately` while what would be dropped may still be needed.
    """
    if name not in keys.PAIRS:
        raise Refused("unknown-key", kinds=", ".join(sorted(keys.PAIRS)))
    here, today = home.open_home(), clock.now().date()

    def turn(ring: keys.KeyRing) -> keys.KeyRing:
        if (reason := ring.why_not_turn(name, today=today)) and not force:
            raise reason
        return ring.turn(name, today=today)

    ring = keys.change(here.keys / RING, turn)
    keys.install(ring)
    tell(f"{name}: a new key, and {len(getattr(ring, name)) - 1} before it that is still good. Start the server again")
    if force:
        tell(f"the waiting time was not kept: {force}. What devices sealed to the key that was dropped is lost")


def print_offline(*, replace: bool) -> None:
    """Make the key that opens copies, print it (the form that `age` reads) and keep its public half only.

    Raises Refused("offline-key-stands") where there is one, unless it is to be replaced: older copies open with the older key.
    """
    here = home.open_home()
    if offline_recipient(here) and not replace:
        raise Refused("offline-key-stands")
    identity = pyrage.x25519.Identity.generate()
    private.write(here.keys / OFFLINE, f"{identity.to_public()}\n")
    tell(
        "this key alone opens the copies, and it is shown this once. Keep it on paper or on a stick, away from this machine"
    )
    print(f"# Handrail, offline key. Opens copies encrypted to {identity.to_public()}\n{identity}", flush=True)


def offline_recipient(here: home.Home) -> str:
    """Return the public half of the offline key, which copies are encrypted to; empty where none was made."""
    path = here.keys / OFFLINE
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""
