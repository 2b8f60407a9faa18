"""`handrail restore --drill`: bring a copy back beside the house, prove it, and take it away again. The house may go on serving.

What a return changes beside the keys (the journals' ends, who was erased, keys that pass) is changed on a copy of the key folder.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from handrail.core.common import home, wrapping
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused

from . import restoring

WORK, LOCK = "drill", "drill.lock"


def drill(file: Path, *, identity: str) -> restoring.Report:
    """Bring a copy back where it touches nothing of this house, make sure that all of it holds, and take it away; return what came back.

    On PostgreSQL the database that HANDRAIL_DATABASE_URL names must be empty, and is left with what the copy held.

    Raises Refused: `drill-runs`; `copy-unsound` when what came back does not hold; and as `restore`.
    """
    run = home.folder() / "run"
    with restoring.run_folder(run), _alone(run), restoring.work_folder(run / WORK) as work:
        opened = restoring.decrypted(file, restoring.identities(identity), work)
        live = home.keys_of(str(parse_id(opened.installation)))
        home.check_there(live)
        with _elsewhere(live, work / "house"):
            return restoring.bring_back(opened, work, destroy_old=True, prove=True)


def clear_left(run: Path, keys: Path) -> None:
    """Overwrite what a drill that was killed left behind; leave one alone that runs."""
    with contextlib.suppress(Refused), _alone(run):
        restoring.clear(run / WORK)
        restoring.clear(_beside(keys))


def left(run: Path, keys: Path) -> list[Path]:
    """Return what a drill that was killed left behind; nothing while one runs."""
    there = [folder for folder in (run / WORK, _beside(keys)) if folder.exists()]
    if there and (run / LOCK).exists():
        with contextlib.suppress(Refused), _alone(run):
            return there
        return []
    return there


@contextlib.contextmanager
def _elsewhere(live: Path, house: Path) -> Iterator[None]:
    """Let this process find its data in another folder, and its keys in a copy of theirs, which is overwritten in the end."""
    copy, told = _beside(live), {name: os.environ.get(name) for name in ("HANDRAIL_HOME", "HANDRAIL_KEYS")}
    restoring.clear(copy)
    try:
        _copy(live, copy / live.name)
        (house / "run").mkdir(parents=True, mode=0o700)
        os.environ |= {"HANDRAIL_HOME": str(house), "HANDRAIL_KEYS": str(copy)}
        yield
    finally:
        for name, value in told.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        wrapping.forget(copy / live.name)
        restoring.clear(copy)


def _beside(keys: Path) -> Path:
    """Return where a drill keeps its copy of a key folder: on the same volume, so that no data lies beside readable keys."""
    return keys.with_name(f"drill-{keys.name}")


def _copy(live: Path, copy: Path) -> None:
    copy.mkdir(parents=True, mode=0o700)
    copy.parent.chmod(0o700)
    with wrapping.alone(live):
        for path in live.iterdir():
            if path.is_file() and path.name != wrapping.LOCK:
                shutil.copyfile(path, copy / path.name)
                (copy / path.name).chmod(0o600)


@contextlib.contextmanager
def _alone(run: Path) -> Iterator[None]:
    """Keep a second drill off the same folder. Raises Refused("drill-runs")."""
    with (run / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("drill-runs") from None
        yield


def tell_report(report: restoring.Report, *, json: bool) -> None:
    """Say what would come back, and that the house is as it was."""
    if json:
        restoring.tell_report(report, json=True)
        return
    print(
        f"copy {report.number} of {report.day} can be brought back: {report.sealed} sealed entries verified, "
        f"{report.unsealed} not sealed yet"
    )
    print(f"forgotten again: {report.forgotten} rows")
    for sentence in report.lacking:
        print(f"lacking: {sentence}")
    print("a drill: what came back is gone again, and nothing of this house was touched")
    if os.environ.get("HANDRAIL_DATABASE_URL"):
        print("drop the database that HANDRAIL_DATABASE_URL names: it holds what the copy held")
