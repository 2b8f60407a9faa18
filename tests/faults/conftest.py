"""Houses on trial for the fault runs, on whichever database the run is for."""

import json
import os
from pathlib import Path

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


@pytest.fixture
def house():
    """Serve a real site with five devices."""
    with trial.house(url=os.environ.get("HANDRAIL_DATABASE_URL", ""), devices=5) as made:
        made.up()
        yield made


@pytest.fixture
def look(house):
    """Read the house's database from outside the server: acts, sums, proofs."""
    return lambda: json.loads(house.run(str(LOOK)).splitlines()[-1])


@pytest.fixture
def verify(house):
    """Run `handrail verify` on the house."""
    return lambda: json.loads(house.run("-m", "handrail", "verify", "--json").splitlines()[-1])
