"""Where the models' test data lie."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handrail.evidence.impact.town import inputs


@pytest.fixture
def data(shared: Path) -> Path:
    """The evidence folder of the shared library."""
    return shared / "data" / "evidence"


@pytest.fixture
def changed(data: Path, tmp_path: Path):
    """Copy a folder and change a text in one of its files: `changed("burnet", "file.csv", "was", "is")` returns the copy."""

    def copy(folder: str, file: str, was: str, now: str) -> Path:
        for one in (data / folder).glob("*.csv"):
            text = one.read_text(encoding="utf-8")
            assert one.name != file or was in text
            (tmp_path / one.name).write_text(text.replace(was, now, 1) if one.name == file else text, encoding="utf-8")
        return tmp_path

    return copy


@pytest.fixture(scope="session")
def loaded():
    from conftest import SHARED

    if not (SHARED / "data").is_dir():
        pytest.skip(f"NOT RUN: the shared library is not at {SHARED}")
    return inputs.load(SHARED / "data" / "evidence")


@pytest.fixture
def place(loaded):
    """A tenth of the people, so that a run takes little."""
    whole = loaded.inputs
    some = np.arange(0, len(whole.people.state), 10)
    people = inputs.People(
        **{name: getattr(whole.people, name)[some] for name in ("state", "own", "age", "ever", "town")}
    )
    few = {year: kits / 10 for year, kits in whole.community.items()}
    at_risk = np.bincount(people.town, minlength=39).astype(float)
    return replace(
        whole,
        people=people,
        community=few,
        pharmacy={year: n / 10 for year, n in whole.pharmacy.items()},
        at_risk=at_risk,
    )
