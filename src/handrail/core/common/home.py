"""Where this installation keeps its data and its keys.

`$HANDRAIL_HOME` (default `./var`) holds data; `$HANDRAIL_KEYS` (default `~/.config/handrail/keys`) holds keys, one folder an
installation, so that a copy of the data never carries them.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import keys, passing, unlocking, wrapping
from .ids import new_id
from .refusals import Refused

OTHERS = 0o077  # the mode's bits for the group and for everybody else
PLACE = "place.json"  # in a key folder: which data folder it serves, and where it lay itself when that was written
ROOT = Path(__file__).resolve().parents[4]


@dataclass(frozen=True)
class Home:
    """The folders of one installation, and whether it is a demo (for life)."""

    data: Path
    keys: Path
    demo: bool

    @property
    def database(self) -> Path:
        """The embedded database's file."""
        return self.data / "db.sqlite3"

    @property
    def run(self) -> Path:
        """Locks and sockets of running processes."""
        return self.data / "run"


def folder() -> Path:
    """Return the data folder that the environment names."""
    return Path(os.environ.get("HANDRAIL_HOME") or ROOT / "var").resolve()


def is_new() -> bool:
    """Tell whether no installation stands in the data folder yet."""
    return not (folder() / "installation.json").exists()


def begin(*, demo: bool) -> None:
    """Make the data folder (its owner's alone), mark it real or demo for life, and make its keys. Does nothing where one stands."""
    if not is_new():
        return
    data, name = folder(), str(new_id())
    if not data.exists() or not any(data.iterdir()):  # a folder that holds other things is left as it is
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
    keys.write(keys.make(demo=demo), keys_of(name) / "ring.json")
    (data / "installation.json").write_text(json.dumps({"id": name, "demo": demo}))


def adopt(name: str, *, demo: bool) -> None:
    """Make the data folder that of an installation that was elsewhere, or was lost. Its keys must be here.

    Raises:
        Refused: `keys-missing`; `another-installation` when the folder is that of another one; `keys-serve-another` when the
            keys serve a data folder that still stands.
    """
    data, kept = folder(), keys_of(name)
    if not is_new() and json.loads((data / "installation.json").read_text())["id"] != name:
        raise Refused("another-installation")
    check_there(kept)
    _check_served(kept, data)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if is_new():
        (data / "installation.json").write_text(json.dumps({"id": name, "demo": demo}))


def open_home() -> Home:
    """Read the installation of the data folder, making a real one (its keys too) where there is none.

    Raises:
        Refused: `keys-missing` when the data is there and its keys are not; `keys-exposed` when others may read them;
            `keys-serve-another` when they serve another data folder, of the same installation, that still stands;
            `keys-locked`, `wrong-passphrase`, `passphrase-in-environment` when a passphrase stands before them; `keys-broken`.
    """
    begin(demo=False)
    data = folder()
    told = json.loads((data / "installation.json").read_text())
    home = Home(data, keys_of(told["id"]), bool(told["demo"]))
    home.run.mkdir(exist_ok=True)
    check_there(home.keys)
    _check_owner_only(home.keys)
    if _check_served(home.keys, data) != data:
        place = {"data": str(data), "keys": str(home.keys.resolve())}
        wrapping.replace(home.keys / PLACE, json.dumps(place).encode())
    unlocking.unlock(home.keys, demo=home.demo)
    keys.install(keys.read(home.keys / "ring.json"))
    passing.install(home.keys)
    return home


def check_there(kept: Path) -> None:
    """Make sure that an installation's keys are in this folder. Raises Refused("keys-missing")."""
    if not (kept / "ring.json").exists():
        raise Refused("keys-missing", where=str(kept))


def _check_served(kept: Path, data: Path) -> Path | None:
    """Return which data folder these keys say that they serve, None where they say nothing that is so.

    What stands beside the keys (the journals' ends, who was erased, keys that pass) is that of one house: a second one on the same
    keys would write over it. Raises Refused("keys-serve-another").
    """
    try:
        told = json.loads((kept / PLACE).read_text(encoding="utf-8"))
        served, lay = Path(told["data"]), Path(told["keys"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if lay != kept.resolve():  # a copy of a key folder is another one
        return None
    known, here = served / "installation.json", data / "installation.json"
    with suppress(OSError, ValueError, KeyError):
        same = here.exists() and here.samefile(known)
        if not same and json.loads(known.read_text(encoding="utf-8"))["id"] == kept.name:
            raise Refused("keys-serve-another", where=str(served))
    return served


def _check_owner_only(folder: Path) -> None:
    for path in (folder, *folder.iterdir()):
        with suppress(FileNotFoundError):  # a file on its way into another's place
            if path.stat().st_mode & OTHERS:
                raise Refused("keys-exposed", where=str(path))


def keys_of(name: str) -> Path:
    """Return the key folder of the installation of this name (its id)."""
    base = os.environ.get("HANDRAIL_KEYS") or Path.home() / ".config" / "handrail" / "keys"
    return Path(base) / name
