"""Four writers, a sealer and `retain` on a moved clock, at once: what is forgotten takes nothing with it and holds nobody up for long."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from handrail.config.sqlite.base import LONGEST_WAIT_SECONDS
from handrail.fronts.console import trial

from .writers import Writers

FORGETTER = Path(__file__).with_name("forgetter.py")


@pytest.fixture
def house():
    """Serve a site of its own: a clock that runs ahead ends its keys."""
    with trial.house(url=os.environ.get("HANDRAIL_DATABASE_URL", ""), devices=4) as made:
        made.up()
        yield made


def begin(house, what):
    """Start a process that seals or forgets until the writers are done."""
    process = subprocess.Popen(
        [sys.executable, FORGETTER], env=house.environment, stdin=-1, stdout=-1, stderr=-1, text=True
    )
    process.stdin.write(json.dumps({"what": what, "stop": str(house.folder / "forgotten")}))
    process.stdin.close()
    process.stdin = None
    return process


def end(process):
    """Wait for it; return what it did."""
    said, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint
    return json.loads(said.splitlines()[-1])


def test_sealing_and_forgetting_beside_four_writers_loses_and_doubles_nothing(house, look, verify, long_run):
    writers = Writers(house, seconds=3600, count=4)
    processes = [begin(house, what) for what in ("seal", "retain")]
    for _ in range(60 if long_run else 4):
        assert processes[1].stdout.readline()  # one turn of `retain`
    told = writers.end()
    (house.folder / "forgotten").touch()
    sealer, retain = (end(process) for process in processes)

    kept, proof = look(), verify()

    print(f"{len(told.acknowledged)} acts by 4 writers, slowest {told.slowest:.2f} s; {sealer}; {retain}")
    assert told.errors == []
    assert len(told.acknowledged) > 4
    assert set(kept["acts"]) == told.acknowledged
    assert len(kept["acts"]) == len(kept["encounters"]) == len(told.acknowledged)
    assert kept["given"] == dict(told.given)
    assert kept["balances_are_sums"]
    assert kept["unbalanced_items"] == []
    assert (proof["broken"], proof["unbalanced"], proof["guards_missing"]) == (None, 0, [])
    assert sealer["sealed"] > 0 and sealer["turns"] > 1
    assert retain["times"] > 0 and retain["encounter_times"] > 0
    assert told.slowest < LONGEST_WAIT_SECONDS
    if house.environment["HANDRAIL_DATABASE_URL"]:
        files = [name for name in retain if name.startswith("file ")]
        assert len(files) == retain["turns"]  # written anew each time, beside the writers
