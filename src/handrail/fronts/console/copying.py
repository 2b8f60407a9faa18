"""`handrail backup`: a consistent copy of the data, encrypted to a key that is not here. Keys are never in it."""

import contextlib
import errno
import fcntl
import hashlib
import json as json_module
import logging
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from handrail.core.common import clock, home, wrapping
from handrail.core.common.refusals import Refused
from handrail.core.journal import queries as journal
from handrail.core.org import copies

from . import digests, keyring, packing, postgres

FILE = re.compile(r"handrail-(?P<day>\d{4}-\d\d-\d\d)-(?P<number>[\d.]+)-(?P<state>open|sealed)\.age")
SNAPSHOT = "copy.snapshot"
SPARE_BYTES = 64 << 20  # what the log may grow by while a copy is made
EVERY, TO = "HANDRAIL_BACKUP_EVERY", "HANDRAIL_BACKUP_TO"
USUAL_MINUTES = 15

LOCAL_HOURS = 24  # trust reference, 2.9: local copies at most a day,
OPEN_DAYS = 3  # those of an open day gone 48 hours after its sealing, which follows the day's end,
SEALED_DAYS = 35  # those of sealed days after five weeks, when the list of erased cards lets go too
log = logging.getLogger("handrail.copies")


@dataclass(frozen=True)
class Made:
    """A copy that is whole: its file, its number, how many bytes; `open` when acts of a day not yet sealed are in it."""

    path: Path
    number: int
    size: int
    open: bool


def back_up(to: Path | None = None) -> Made:
    """Make one copy in a folder (default: `copies` in the data folder), whole or not at all.

    Raises:
        Refused: `no-offline-key`, `copy-runs`, `no-room`, `copy-failed`.
    """
    here = home.open_home()
    recipient = keyring.offline_recipient(here)
    if not recipient:
        raise Refused("no-offline-key")
    folder = to or local_folder(here)
    with _alone(here.run):
        today = clock.now().date()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _check_room(here)
            number = copies.begin_copy(today)
            with _snapshot(here) as (file, held):
                manifest = _manifest(here, held, number=number, day=today) | _of(file)
                path = _target(folder, today, number, held.open)
                packing.write(manifest, file, path, recipient=recipient)
        except OSError as error:
            raise Refused("no-room" if error.errno == errno.ENOSPC else "copy-failed", where=str(folder)) from None
        copies.finish_copy(number, today)
    return Made(path, number, path.stat().st_size, held.open > 0)


def local_folder(here: home.Home) -> Path:
    """Return where copies go that nobody sends elsewhere."""
    return here.data / "copies"


def prune(now: datetime, *, folders: tuple[Path, ...] = ()) -> int:
    """Destroy the copies that have come to their age, here and in these folders; return how many.

    Copies of an open day keep its order: here they go after a day, elsewhere once the day has been sealed for two. Others go
    after five weeks. So does the database that a return set aside, after a day.
    """
    gone = list(due(now, folders=folders))
    for path in gone:
        wrapping.overwrite(path)
    return len(gone)


def due(now: datetime, *, folders: tuple[Path, ...] = ()) -> Iterator[Path]:
    """Yield the files that `prune` destroys."""
    here = home.open_home()
    away = {Path(os.environ[TO])} if os.environ.get(TO) else set()
    through = journal.sealed_through()
    for folder in sorted({local_folder(here), *away, *folders}):
        for path in sorted(folder.glob("handrail-*.age")) if folder.is_dir() else ():
            if is_due(path, now=now, local=folder.is_relative_to(here.data), through=through):
                yield path
    yield from (path for path in set_aside(here) if _age(path, now) >= timedelta(hours=LOCAL_HOURS))


def is_due(path: Path, *, now: datetime, local: bool, through: date | None) -> bool:
    """Tell whether a copy has come to its age. `through` is the last day that was sealed."""
    told = FILE.fullmatch(path.name)
    if told is None:
        return False
    day = date.fromisoformat(told["day"])
    if now.date() - day >= timedelta(days=SEALED_DAYS):
        return True
    if told["state"] == "sealed":
        return False
    if local:
        return _age(path, now) >= timedelta(hours=LOCAL_HOURS)
    return through is not None and through >= day and now.date() - day >= timedelta(days=OPEN_DAYS)


def set_aside(here: home.Home) -> list[Path]:
    """Return the databases that a return from a copy set aside and did not destroy."""
    return sorted(here.data.glob("db.before-*"))


def every() -> timedelta | None:
    """Return how often the server makes a copy by itself; None where no folder is named for them. Raises Refused("bad-span")."""
    if not os.environ.get(TO):
        return None
    told = os.environ.get(EVERY) or f"{USUAL_MINUTES}m"
    if not re.fullmatch(r"[1-9][0-9]{0,3}[mh]", told, re.ASCII):
        raise Refused("bad-span", name=EVERY)
    return timedelta(minutes=int(told[:-1]) * (60 if told[-1] == "h" else 1))


def run(stop: threading.Event) -> None:
    """Beside the server, until told to stop: make copies where a folder is named for them, let go those that came to their age.

    Whatever goes wrong is said, without its contents, and tried again.
    """
    span = every()
    try:
        while not stop.wait((span or timedelta(hours=1)).total_seconds()):
            try:
                if span:
                    back_up(Path(os.environ[TO]))
                prune(clock.now())
            except Exception as error:  # noqa: BLE001  -- a thread that ends quietly would leave the site without copies
                log.error("no copy was made (%s); it is tried again", getattr(error, "code", type(error).__name__))
                connection.close()
    finally:
        connection.close()


def tell(made: Made, *, json: bool) -> None:
    """Say what was made."""
    if json:
        print(json_module.dumps({"file": str(made.path), "number": made.number, "bytes": made.size, "open": made.open}))
    else:
        state = "with acts of a day that is not sealed yet" if made.open else "of sealed days only"
        print(f"copy {made.number}, {made.size} bytes, {state}: {made.path}")


def prune_now(folder: Path | None, *, json: bool) -> None:
    """Destroy the copies that have come to their age, in this folder too; say how many."""
    gone = prune(clock.now(), folders=(folder,) if folder else ())
    print(json_module.dumps({"destroyed": gone}) if json else f"{gone} copies destroyed")


def runs(run: Path) -> bool:
    """Tell whether a copy is being made just now."""
    try:
        with _alone(run, clear=False):
            return False
    except Refused:
        return True


@contextlib.contextmanager
def _alone(run: Path, *, clear: bool = True) -> Iterator[None]:
    """Make copies one after another, and clear away what one that was killed left. Raises Refused("copy-runs")."""
    with (run / "copy.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("copy-runs") from None
        for left in run.glob(f"{SNAPSHOT}*") if clear else ():
            wrapping.overwrite(left)
        yield


def _check_room(here: home.Home) -> None:
    """Refuse before a copy could take the service's own room. Raises Refused("no-room")."""
    needed = SPARE_BYTES + 2 * sum(path.stat().st_size for path in here.data.glob("db.sqlite3*"))
    if shutil.disk_usage(here.data).free < needed:
        raise Refused("no-room", where=str(here.data))


@contextlib.contextmanager
def _snapshot(here: home.Home) -> Iterator[tuple[Path, digests.Held]]:
    """Yield one moment of the database as a file that is overwritten afterwards, and what it holds."""
    file = here.run / SNAPSHOT
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        held = _of_sqlite(file) if connection.vendor == "sqlite" else _of_postgres(file)
        yield file, held
    finally:
        wrapping.overwrite(file)


def _of_sqlite(file: Path) -> digests.Held:
    direct = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=30, isolation_level=None)
    try:
        direct.execute("VACUUM INTO ?", (str(file),))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, "") from None
        raise Refused("copy-failed", where=str(file.parent)) from None
    finally:
        direct.close()
    return digests.of_file(file)


def _of_postgres(file: Path) -> digests.Held:
    """Dump and digest one and the same snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        held = digests.read(cursor, vendor="postgresql")
        postgres.run(
            "pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={file}"
        )
    return held


def _manifest(here: home.Home, held: digests.Held, *, number: int, day: date) -> dict[str, Any]:
    return digests.as_json(held) | {
        "v": packing.VERSION, "installation": here.keys.name, "demo": here.demo, "engine": connection.vendor,
        "number": number, "day": day.isoformat(),
    }  # fmt: skip


def _of(file: Path) -> dict[str, Any]:
    with file.open("rb") as told:
        return {"size": file.stat().st_size, "sha256": hashlib.file_digest(told, "sha256").hexdigest()}


def _target(folder: Path, day: date, number: int, open_acts: int) -> Path:
    """Return where a copy goes. One of the same name was made before a return, by another epoch: it stays."""
    state, again = "open" if open_acts else "sealed", 0
    while (path := folder / f"handrail-{day.isoformat()}-{number}{f'.{again}' if again else ''}-{state}.age").exists():
        again += 1
    return path


def _age(path: Path, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
