"""Houses on trial for the fault runs, on whichever database the run is for."""

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from handrail.fronts.console import trial

LOOK = Path(__file__).with_name("look.py")


def pytest_collection_modifyitems(items):
    """Every test here is a fault run; two of them side by side would only measure one another."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.xdist_group("faults"))


@pytest.fixture
def long_run() -> bool:
    """Tell whether the run was asked for in its long form."""
    return os.environ.get("HANDRAIL_FAULTS") == "1"


@pytest.fixture(scope="session")
def house():
    """Serve a real site with five devices."""
    with trial.house(url=os.environ.get("HANDRAIL_DATABASE_URL", ""), devices=5) as made:
        made.up()
        yield made


@dataclass
class Looker:
    """Reads the house's database from outside the server: acts, sums, proofs. Acts and amounts are those since the test began."""

    house: trial.House
    before: dict[str, Any]

    def __call__(self) -> dict[str, Any]:
        """Look."""
        now = look_at(self.house)
        for name in ("acts", "encounters"):
            known = set(self.before[name])
            now[name] = [one for one in now[name] if one not in known]
        given = Counter(now["given"])
        given.subtract(self.before["given"])
        return now | {"given": {item: n for item, n in given.items() if n}, "held": now["held"] - self.before["held"]}


def look_at(house: trial.House) -> dict[str, Any]:
    """Return all that the house's database holds."""
    return json.loads(house.run(str(LOOK)).splitlines()[-1])


@pytest.fixture
def look(house):
    """Read what the test made."""
    return Looker(house, look_at(house))


@pytest.fixture
def verify(house):
    """Run `handrail verify` on the house."""
    return lambda: json.loads(house.run("-m", "handrail", "verify", "--json").splitlines()[-1])
