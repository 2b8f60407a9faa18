"""The machine under the house: room, time, encryption of the disk, who may read."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handrail.core.common import home
from handrail.core.journal import queries as journal

from .finding import BROKEN, LOOK, OK, Finding, Look

LITTLE_MB, HARDLY_ANY_MB = 2_000, 300
PATIENCE = timedelta(minutes=5)  # clocks of a machine and its disks may differ so much
ANSWERS_WITHIN_SECONDS = 10


def room(look: Look) -> Iterator[Finding]:
    """See whether the disk has room for the data to grow and for a copy to be made."""
    free = shutil.disk_usage(look.here.data).free // 1_000_000
    state = BROKEN if free < HARDLY_ANY_MB else LOOK if free < LITTLE_MB else OK
    yield Finding(
        "room",
        state,
        f"{free} MB free on the data's disk",
        "" if state == OK else "make room: saving stops when it is full",
    )


def time(look: Look) -> Iterator[Finding]:
    """See whether the clock stands before what was written already: a wrong time after a start without a network."""
    written = max(_moments(look), default=look.now)
    sealed = journal.sealed_through()
    if look.now + PATIENCE < written:
        said = f"the clock says {look.now:%Y-%m-%d %H:%M} UTC, and a file here was written at {written:%Y-%m-%d %H:%M}"
    elif sealed is not None and look.now.date() < sealed:
        said = f"the clock says {look.now:%Y-%m-%d}, and {sealed.isoformat()} is sealed already"
    else:
        yield Finding("time", OK, f"{look.now:%Y-%m-%d %H:%M} UTC, after all that was written here")
        return
    yield Finding("time", BROKEN, said, "set the clock by an outside one before anything is saved")


def _moments(look: Look) -> Iterator[datetime]:
    ours = [Path(__file__), *look.here.data.glob("db.sqlite3*"), *look.here.keys.iterdir()]
    for path in ours:
        yield datetime.fromtimestamp(path.stat().st_mtime, UTC)


def encryption(look: Look) -> Iterator[Finding]:
    """See whether an encrypted layer lies under the data, as far as this machine tells."""
    kinds = _layers(look.here.data)
    if kinds is None:
        yield Finding(
            "encryption",
            LOOK,
            "cannot tell whether the data's disk is encrypted",
            "look for yourself: lsblk, cryptsetup status",
        )
    elif "crypt" in kinds:
        yield Finding("encryption", OK, "the data's disk is encrypted")
    else:
        said = "no encrypted layer is seen under the data's disk"
        yield Finding(
            "encryption", LOOK, said, "encrypt the disk (LUKS): a stolen machine is then a stolen machine only"
        )


def _layers(folder: Path) -> set[str] | None:
    """Return the kinds of block device under a folder, down to the disk; None when this machine does not say."""
    try:
        source = (
            _said("findmnt", "--noheadings", "--output", "SOURCE", "--target", str(folder)).strip().partition("[")[0]
        )
        told = json.loads(_said("lsblk", "--json", "--inverse", "--output", "TYPE", source))
        return {str(kind) for kind in _kinds(told["blockdevices"])}
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def _kinds(devices: list[dict[str, object]]) -> Iterator[object]:
    for device in devices:
        yield device["type"]
        below = device.get("children", [])
        if isinstance(below, list):
            yield from _kinds(below)


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=ANSWERS_WITHIN_SECONDS)
    return done.stdout


def modes(look: Look) -> Iterator[Finding]:
    """See whether others on this machine may read the data."""
    kept = [look.here.data, *look.here.data.glob("db.*"), *(look.here.data / "copies").glob("*")]
    exposed = [path for path in kept if path.stat().st_mode & home.OTHERS]
    if exposed and look.here.data in exposed:
        yield Finding(
            "modes", BROKEN, f"others on this machine may read {look.here.data}", f"chmod -R go-rwx {look.here.data}"
        )
    elif exposed:
        yield Finding("modes", LOOK, f"{exposed[0].name} would be readable for others", f"chmod go-rwx {exposed[0]}")
    else:
        yield Finding("modes", OK, "the data is its owner's alone")
