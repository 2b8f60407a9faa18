"""Copies under fire: made while many write, on a disk that is full, brought back by a run that is killed."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from handrail.fronts.console import trial

from .conftest import look_at
from .writers import Writers

EMBEDDED = not os.environ.get("HANDRAIL_DATABASE_URL")


@pytest.fixture
def stick(house) -> Path:
    """The offline key, made once for the house of this run."""
    file = house.folder / "stick.key"
    if not file.exists():
        file.write_text(house.run("-m", "handrail", "keys", "offline"))
    return file


def handrail(house, *words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "handrail", *map(str, words)], env=house.environment | environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def brought_back(house, file, stick) -> trial.House:
    """Bring a copy back as another machine does: another folder, another database, and the keys brought there."""
    folder = Path(tempfile.mkdtemp(dir=house.folder))
    shutil.copytree(house.folder / "keys", folder / "keys")
    told = {"HANDRAIL_HOME": str(folder / "var"), "HANDRAIL_KEYS": str(folder / "keys")}
    if not EMBEDDED:
        import psycopg

        server, _, _ = house.environment["HANDRAIL_DATABASE_URL"].rpartition("/")
        name = f"back_{os.getpid()}_{random.randrange(10**9)}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as direct:
            direct.execute(f'CREATE DATABASE "{name}"'.encode())
        told["HANDRAIL_DATABASE_URL"] = f"{server}/{name}"
    other = trial.House(folder, house.environment | told, house.port)
    done = handrail(other, "restore", file, "--identity", stick, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return other


def test_a_copy_made_while_many_write_is_one_moment(house, look, stick, long_run):
    away = house.folder / "away"
    writers = Writers(house, seconds=3600)
    made, before = [], []
    for _ in range(10 if long_run else 2):
        time.sleep(1)
        before.append(set(look()["acts"]))
        made.append(json.loads(house.run("-m", "handrail", "backup", "--to", str(away), "--json"))["file"])
    told = writers.end()

    assert told.errors == []
    for file, known in list(zip(made, before, strict=True))[-2:]:
        other = brought_back(house, file, stick)
        kept = look_at(other)
        proof = json.loads(other.run("-m", "handrail", "verify", "--json").splitlines()[-1])
        assert known <= set(kept["acts"]) and len(kept["acts"]) == len(kept["encounters"])
        assert kept["balances_are_sums"] and kept["unbalanced_items"] == []
        assert (proof["broken"], proof["unbalanced"], proof["guards_missing"]) == (None, 0, [])


@pytest.fixture
def small():
    """A disk of 64 kB. Needs root; skips loudly where it cannot be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="handrail-small-"))
    mounted = (
        os.geteuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=False).returncode == 0
    )
    if not mounted:
        folder.rmdir()
        pytest.skip("NOT RUN: a small disk needs root and mount")
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def test_a_full_disk_leaves_no_half_copy_and_the_service_alone(house, look, verify, small, stick):
    writers = Writers(house, seconds=3600)
    (small / "ballast").write_bytes(bytes(40_000))
    for _ in range(3):
        done = handrail(house, "backup", "--to", small)
        assert done.returncode == 2 and "no-room" in " ".join(done.stderr.split()), done.stderr
        assert [path.name for path in small.iterdir()] == ["ballast"]
    told = writers.end()

    kept, proof = look(), verify()
    assert told.errors == [] and set(kept["acts"]) == told.acknowledged
    assert (proof["broken"], proof["unbalanced"], proof["guards_missing"]) == (None, 0, [])
    assert list((house.folder / "var" / "run").glob("copy.snapshot*")) == []


@pytest.mark.skipif(not EMBEDDED, reason="a database server restores in one transaction of its own")
def test_a_return_that_is_killed_leaves_the_old_database_or_the_new(long_run):
    chance = random.Random(11)
    with trial.house() as house:
        stick = house.folder / "stick.key"
        stick.write_text(house.run("-m", "handrail", "keys", "offline"))
        file = json.loads(house.run("-m", "handrail", "backup", "--to", str(house.folder / "away"), "--json"))["file"]
        house.run("-m", "handrail", "worker", "sam")  # what is not in the copy
        began = time.monotonic()
        done = handrail(house, "restore", file, "--identity", stick)
        assert done.returncode == 0, done.stderr
        usual = time.monotonic() - began
        outcomes = set()
        for _ in range(40 if long_run else 6):
            _back_to_old(house)
            process = subprocess.Popen(
                [sys.executable, "-m", "handrail", "restore", file, "--identity", stick], env=house.environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(chance.uniform(0.3, 1.05) * usual)
            process.send_signal(signal.SIGKILL)
            process.wait()
            outcomes.add(_whole(house))
        assert outcomes <= {"old", "new"} and outcomes
        assert handrail(house, "restore", file, "--identity", stick).returncode == 0 and _whole(house) == "new"
        house.up()
        left = sorted(path.name for path in (house.folder / "var" / "run").iterdir())
        assert "restore" not in left and "restoring" not in left


def _back_to_old(house) -> None:
    """Put the database that the first return set aside back in its place."""
    data = house.folder / "var"
    for path in data.glob("db.sqlite3*"):
        path.unlink()
    shutil.copy(data / "db.before-1", data / "db.sqlite3")


def _whole(house) -> str:
    """Say whose database stands there, old or new, and that nothing of it is damaged."""
    direct = sqlite3.connect(house.folder / "var" / "db.sqlite3")
    assert direct.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    epochs = direct.execute("SELECT count(*) FROM org_epoch").fetchone()[0]
    sam = direct.execute("SELECT count(*) FROM org_worker WHERE handle = 'sam'").fetchone()[0]
    direct.close()
    assert (epochs, sam) in ((0, 1), (1, 0))
    anchors = [path.name for path in (house.folder / "keys").rglob("anchor*")]
    assert any(re.fullmatch(r"anchor(-before-\d+)?\.json", name) for name in anchors)
    return "new" if epochs else "old"
