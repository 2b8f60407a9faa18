"""Keys that pass: made once, found by every process, gone when they end."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from handrail.core.common import passing


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path) -> Iterator[None]:
    before = list(passing._folder)
    passing.install(tmp_path)
    yield
    passing._folder[:] = before


def test_make_gives_one_key_a_span_however_often_it_is_asked() -> None:
    with ThreadPoolExecutor(8) as pool:
        told = set(pool.map(lambda _: passing.make("month:2026-03"), range(40)))
    assert len(told) == 1 and told == {passing.find("month:2026-03")}
    assert passing.make("month:2026-04") not in told


def test_end_destroys_a_key_and_leaves_the_others(tmp_path: Path) -> None:
    gone, kept = passing.make("month:2026-03"), passing.make("month:2026-04")
    assert passing.end("month:2026-03") and not passing.end("month:2026-03")
    assert passing.find("month:2026-03") is None and passing.find("month:2026-04") == kept
    assert passing.spans() == ["month:2026-04"]
    assert all(gone.hex() not in file.read_text() for file in tmp_path.iterdir())


def test_keys_that_pass_are_their_owners_alone(tmp_path: Path) -> None:
    passing.make("month:2026-03")
    assert stat.S_IMODE((tmp_path / passing.NAME).stat().st_mode) == 0o600
