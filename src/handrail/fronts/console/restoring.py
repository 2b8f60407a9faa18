"""`handrail restore`: bring a copy back. What should be forgotten is forgotten again before anything is served.

The copy is made ready beside the data and takes its place in one step, so that a run that is killed leaves the old or the new.
"""

import contextlib
import errno
import getpass
import json as json_module
import os
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

from handrail.core.common import home, wrapping
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused

from . import digests, packing, serving, setting_up
from .setting_up import tell

WORK = "restore"  # the folder, beside the locks, in which a copy is made ready
LOGS = ("-wal", "-shm")  # what an embedded database may have beside its file


@dataclass(frozen=True)
class Report:
    """What was brought back: copy number and day, entries sealed and not, what is lacking, what was forgotten, the old database."""

    number: int
    day: str
    sealed: int
    unsealed: int
    forgotten: int
    epoch: str
    lacking: list[str] = field(default_factory=list)
    aside: str = ""


def restore(file: Path, *, identity: str, destroy_old: bool) -> Report:
    """Put a copy in the place of the data, or into an empty folder; return what came back.

    Raises:
        Refused: `server-runs`, `server-left`; `no-such-file`, `not-an-identity`, `wrong-identity`, `copy-broken`; `keys-missing`,
            `keys-serve-another`, `another-installation`, `copy-not-ours`; `another-engine`, `newer-schema`,
            `database-not-empty`; `no-room`.
    """
    run = home.folder() / "run"
    with run_folder(run), serving._alone(run), work_folder(run / WORK) as work:
        serving.check_unserved(run)
        return bring_back(decrypted(file, identities(identity), work), work, destroy_old=destroy_old)


@contextlib.contextmanager
def work_folder(work: Path) -> Iterator[Path]:
    """Make an empty folder to make a copy ready in; what is in it is overwritten in the end. Raises Refused("no-room")."""
    clear(work)
    work.mkdir(mode=0o700)
    try:
        yield work
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise Refused("no-room", where=str(work.parent)) from None
    finally:
        clear(work)


def decrypted(file: Path, known: list[str], work: Path) -> packing.Opened:
    """Open a copy in this folder with one of these offline keys.

    Raises Refused: `no-such-file`, `not-an-identity`, `wrong-identity`, `copy-broken`, `newer-schema`.
    """
    tell("decrypting")
    packing.decrypt(file, work / "copy", identities=known)
    opened = packing.Opened(work / "copy")
    if parse_id(opened.installation) is None:
        raise Refused("copy-broken")
    return opened


def bring_back(opened: packing.Opened, work: Path, *, destroy_old: bool, prove: bool = False) -> Report:
    """Make the copy that was opened in this folder that of the data folder; `prove` walks the journals again afterwards. Raises as `restore`."""
    fresh = home.is_new()
    home.adopt(str(parse_id(opened.installation)), demo=bool(opened.manifest["demo"]))
    mark = home.folder() / "run" / setting_up.RESTORING
    if fresh:
        mark.touch()
    django.setup()
    opened.check_proof()
    opened.database(work / "database")
    wrapping.overwrite(work / "copy")
    _check_known(opened.manifest)
    from django.db import connection

    if opened.engine != connection.vendor:
        raise Refused("another-engine", name=opened.engine)
    way = _into_file if connection.vendor == "sqlite" else _into_server
    report = way(opened.manifest, work / "database", mark, destroy_old=destroy_old, prove=prove)
    mark.unlink(missing_ok=True)
    return report


def _into_file(manifest: dict[str, Any], database: Path, mark: Path, *, destroy_old: bool, prove: bool) -> Report:
    """Check the copy, make it ready where it lies, then put it in the old one's place in one step."""
    from django.db import connection

    place, before = home.open_home().database, connection.settings_dict["NAME"]
    _check_file(database, manifest)
    connection.close()
    connection.settings_dict["NAME"] = str(database)
    try:
        report = _make_ready(manifest, prove=prove)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=DELETE")  # nothing of it stands in a log beside it
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
    aside = _exchange(database, place)
    if destroy_old:
        for path in aside:
            wrapping.overwrite(path)
    return Report(**report, aside="" if destroy_old or not aside else str(aside[0]))


def _check_file(database: Path, manifest: dict[str, Any]) -> None:
    """Refuse a database that is damaged or is not what the manifest says. Raises Refused("copy-broken")."""
    tell("checking the copy")
    direct = sqlite3.connect(database)
    try:
        sound = direct.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tied = not direct.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        raise Refused("copy-broken") from None
    finally:
        direct.close()
    if not (sound and tied) or digests.differing(digests.of_file(database), manifest):
        raise Refused("copy-broken")


def _exchange(database: Path, place: Path) -> list[Path]:
    """Put a database file in another's place; return where the old one now lies, nothing when there was none."""
    aside = _set_aside(place) if place.exists() else []
    for end in LOGS:  # a log beside another database would be read into it
        place.with_name(place.name + end).unlink(missing_ok=True)
    database.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return aside


def _set_aside(place: Path) -> list[Path]:
    """Give the old database a second name, under which it stays; return that, and its log's where the log could not be settled."""
    number = 1
    while place.with_name(f"db.before-{number}").exists():
        number += 1
    kept = []
    for path in (place.with_name(place.name + end) for end in ("", *LOGS)):
        if path.exists():
            kept.append(place.with_name(f"db.before-{number}{path.name.removeprefix(place.name)}"))
            os.link(path, kept[-1])
            os.utime(kept[-1])
    if _settle(place):
        for log in kept[1:]:
            log.unlink()
        return kept[:1]
    return kept


def _settle(place: Path) -> bool:
    """Write the old database's log back into it; tell whether it was sound enough for that."""
    direct = sqlite3.connect(place)
    try:
        direct.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError:
        return False
    finally:
        direct.close()
    return True


def _into_server(manifest: dict[str, Any], database: Path, mark: Path, *, destroy_old: bool, prove: bool) -> Report:
    """Fill an empty database of a server, all or nothing, then make it ready while nothing is served."""
    from django.db import connection

    from . import postgres

    if connection.introspection.table_names():
        raise Refused("database-not-empty")
    mark.touch()
    postgres.run(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(database)
    )
    wrapping.overwrite(database)
    with connection.cursor() as cursor:
        if digests.differing(digests.read(cursor, vendor="postgresql"), manifest):
            raise Refused("copy-broken")
    return Report(**_make_ready(manifest, prove=prove))


def _make_ready(manifest: dict[str, Any], *, prove: bool) -> dict[str, Any]:
    """Bring the tables up to date, verify, seal what is over, forget what is due, begin a new epoch; return what a report says of it."""
    from django.contrib.sessions.models import Session
    from django.db import connection

    from handrail.core.common import clock
    from handrail.core.journal import guards
    from handrail.core.org import copies
    from handrail.core.org import queries as org

    from . import anchor, retaining, sealer

    setting_up.migrate()
    guards.install(connection)
    tell("verifying the journals")
    proof = _proof(clock.now().date())
    lacking = anchor.beyond() + _too_old(str(manifest["day"]))  # first: forgetting makes a batch of its own
    sealer.seal_over(clock.now())  # what an open day holds is forgotten only once it is sealed
    forgotten = sum(retaining.reapply().values())
    Session.objects.all().delete()  # everybody signs in again: a session may have been ended since
    copies.begin_epoch()
    anchor.begin_anew()
    if prove:
        _proof(clock.now().date())
    return {
        "number": int(manifest["number"]), "day": str(manifest["day"]), "sealed": proof.sealed, "unsealed": proof.unsealed,
        "forgotten": forgotten, "epoch": org.epoch(), "lacking": lacking,
    }  # fmt: skip


def _proof(today: date) -> Any:
    """Walk both journals; return what `verify` found. Raises Refused("copy-unsound")."""
    from handrail.core.journal.verify import verify

    proof = verify(today=today)
    if proof.broken:
        raise Refused("copy-unsound", name=proof.broken.journal, day=proof.broken.day.isoformat())
    return proof


def _too_old(day: str) -> list[str]:
    """Say when a copy is older than copies may be: cards that were erased before are on no list any more."""
    from handrail.core.common import clock

    from . import copying

    age = clock.now().date() - date.fromisoformat(day)
    if age <= timedelta(days=copying.SEALED_DAYS):
        return []
    return [f"this copy is {age.days} days old: whoever asked to disappear since may stand in it again"]


def _check_known(manifest: dict[str, Any]) -> None:
    """Refuse a copy that a later version made. Raises Refused("newer-schema")."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if ahead := [name for name in manifest["migrations"] if name not in known]:
        raise Refused("newer-schema", name=ahead[0])


def identities(told: str) -> list[str]:
    """Return the keys that a file names (one a line, as `age` writes them), or what is typed for `-`."""
    if told == "-":
        text = getpass.getpass("offline key: ") if sys.stdin.isatty() else sys.stdin.read()
    else:
        try:
            text = Path(told).read_text(encoding="utf-8")
        except (OSError, ValueError):
            raise Refused("not-an-identity") from None
    return [line.strip().upper() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@contextlib.contextmanager
def run_folder(run: Path) -> Iterator[None]:
    """Make the folders that a run needs; take them away again when it made them and leaves nothing in them."""
    made = [folder for folder in (run, run.parent) if not folder.exists()]
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    finally:
        if made and home.is_new():
            for lock in run.glob("*.lock"):
                lock.unlink()
            for folder in made:
                with contextlib.suppress(OSError):
                    folder.rmdir()


def clear_left(run: Path) -> None:
    """Overwrite what a return that was killed left behind. For whoever holds the data folder alone."""
    clear(run / WORK)


def clear(work: Path) -> None:
    """Overwrite all that lies in a folder, and take it away; nothing happens where there is none."""
    if work.is_dir():
        for path in work.iterdir():
            clear(path) if path.is_dir() else wrapping.overwrite(path)
        work.rmdir()


def tell_report(report: Report, *, json: bool) -> None:
    """Say what came back, what did not, and what to do next."""
    if json:
        print(json_module.dumps(asdict(report)))
        return
    print(
        f"copy {report.number} of {report.day} is back: {report.sealed} sealed entries verified, {report.unsealed} not sealed yet"
    )
    print(f"forgotten again: {report.forgotten} rows")
    for sentence in report.lacking:
        print(f"lacking: {sentence}")
    if report.aside:
        from . import copying

        print(f"the old database stands at {report.aside} and is destroyed after {copying.LOCAL_HOURS} hours")
    print(
        "devices offer again what the copy lacks. What was revoked or changed since then stands as it was: look at workers and devices"
    )
