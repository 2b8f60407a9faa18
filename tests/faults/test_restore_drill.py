"""The restore drill: a script does what docs/how-to/back-up-and-restore.md says, to the letter, after everything was wiped."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from handrail.fronts.console import trial

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "back-up-and-restore.md"
PASSPHRASE = "correct horse battery staple"
VISITS, LONG_VISITS = 3_000, 100_000
CHANGES = {"org_epoch", "django_session"}  # what a return itself changes
FILL = """
import sys, uuid, django
from datetime import timedelta
django.setup()
from handrail.core.common import clock, periods
from handrail.core.encounters import actions
from handrail.core.journal import kinds
from handrail.core.org import queries as org
from handrail.fronts.console import sealer
site, now = org.site_named(None), clock.now()
by = org.worker_named("ash")
def draft(number):
    at = periods.coarse(now - timedelta(hours=number % 20, days=number % 3))
    body = {"given": [{"item": "SYR-INS-28-1", "amount": 1 + number % 9}]}
    return kinds.kind("window.visit", 1).parse(kinds.Envelope(uuid.uuid4(), "window.visit", 1, site.id, at, body))
for start in range(0, int(sys.argv[1]), 500):
    actions.record_visits([draft(start + one) for one in range(500)], by=by, received_at=now)
sealer.seal_due()
"""
DIGESTS = """
import json, django
django.setup()
from django.db import connection
from handrail.fronts.console import digests
with connection.cursor() as cursor:
    held = digests.as_json(digests.read(cursor, vendor=connection.vendor))
print(json.dumps(held))
"""


def blocks() -> list[list[str]]:
    """Return the page's shell blocks: those before the wiping, those after."""
    before, after = PAGE.read_text(encoding="utf-8").split("## Bring it back")
    return [re.findall(r"^```sh\n(.*?)^```", part, re.DOTALL | re.MULTILINE) for part in (before, after)]


def follow(script: list[str], house: trial.House) -> str:
    """Run the page's blocks as they stand, in one shell that stops at the first failure."""
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", "\n".join(script)], cwd=ROOT, env=house.environment, input=f"{PASSPHRASE}\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wipe(house: trial.House) -> None:
    """Lose the machine: its data, its keys, its database."""
    for name in ("var", "keys"):
        shutil.rmtree(house.folder / name)
    if url := house.environment["HANDRAIL_DATABASE_URL"]:
        import psycopg

        server, _, name = url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as direct:
            direct.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
            direct.execute(f'CREATE DATABASE "{name}"'.encode())


@pytest.fixture
def lost_house():
    """A house that knows its passphrase as systemd would hand it over, a stick in a safe, and a folder on another machine."""
    with trial.house(url=os.environ.get("HANDRAIL_DATABASE_URL", "")) as made:
        said = made.folder / "said"
        said.mkdir()
        (said / "handrail-passphrase").write_text(PASSPHRASE)
        made.environment |= {
            "CREDENTIALS_DIRECTORY": str(said), "STICK": str(made.folder / "stick"), "AWAY": str(made.folder / "away"),
            "HANDRAIL_PYTHON": sys.executable,
        }  # fmt: skip
        yield made


def test_the_page_alone_brings_a_lost_house_back(lost_house, long_run):
    house, (before, after) = lost_house, blocks()
    house.run("-c", FILL, str(LONG_VISITS if long_run else VISITS))
    follow(before, house)
    held = json.loads(house.run("-c", DIGESTS).splitlines()[-1])

    wipe(house)
    began = time.monotonic()
    said = follow(after, house)
    house.up()
    seconds = time.monotonic() - began

    back = json.loads(house.run("-c", DIGESTS).splitlines()[-1])
    print(f"{back['tables']['encounters_encounter'][0]} encounters live again in {seconds:.1f} s")
    assert seconds < 600
    assert back["tables"]["encounters_encounter"][0] == (LONG_VISITS if long_run else VISITS)
    changed = {name for name in held["tables"] if held["tables"][name] != back["tables"][name]}
    assert changed <= CHANGES | {"org_copy"} and back["epoch"] != held["epoch"]
    assert "is back" in said and '"broken"' not in said.splitlines()[-1]


@pytest.mark.scenario("trust:30")
def test_a_wrapped_house_says_nothing_of_its_keys_in_the_servers_environment(lost_house):
    house = lost_house
    follow(blocks()[0], house)
    del house.environment["CREDENTIALS_DIRECTORY"]
    with pytest.raises(RuntimeError, match="keys-locked"):
        house.up()
    house.environment["CREDENTIALS_DIRECTORY"] = str(house.folder / "said")
    house.up()
    group = json.loads((house.folder / "var" / "run" / "server.json").read_text())["group"]
    told = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/environ") if _of(path.parent, group)]
    assert len(told) >= 2 and not any(PASSPHRASE.encode() in one for one in told)
    assert all(b"HANDRAIL_UNLOCKED=/proc/" in one for one in told)
    assert not any(b"pepper" in path.read_bytes() for path in (house.folder / "keys").rglob("*") if path.is_file())


def _of(process: Path, group: int) -> bool:
    try:
        return os.getpgid(int(process.name)) == group
    except ProcessLookupError:
        return False
