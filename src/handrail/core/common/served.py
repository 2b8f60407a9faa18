"""Who serves a data folder: each serving process holds a lock for its whole life, which the kernel frees however it ends."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

NAME = "served.lock"
_held: list[IO[str]] = []  # open for as long as the process lives


def hold(run: Path) -> None:
    """Say, for the rest of this process, that it serves the data folder of this run folder."""
    lock = (run / NAME).open("w")
    fcntl.flock(lock, fcntl.LOCK_SH)
    _held.append(lock)


def is_served(run: Path) -> bool:
    """Tell whether any process serves this data folder."""
    if not (run / NAME).exists():
        return False
    with (run / NAME).open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def groups(run: Path) -> set[int]:
    """Return the process groups of those that have the lock of this run folder open, as far as this user may see."""
    path, found = str((run / NAME).resolve()), set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(file.readlink()) == path for file in (process / "fd").iterdir()):
                found.add(os.getpgid(int(process.name)))
    return found
