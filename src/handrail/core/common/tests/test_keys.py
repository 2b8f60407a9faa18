"""The ring: what it seals, whom it names, where it lies."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from jwcrypto import jwe

from handrail.core.common import keys


def test_unseal_opens_what_seal_closed() -> None:
    ring = keys.make(demo=False)
    assert ring.unseal(ring.seal('{"card":"JG7MCT"}')) == '{"card":"JG7MCT"}'


def test_seal_never_writes_the_same_twice_and_shows_nothing() -> None:
    ring = keys.make(demo=False)
    first, second = ring.seal("JG7MCT"), ring.seal("JG7MCT")
    assert first != second
    assert "JG7MCT" not in first


def test_unseal_needs_the_reviewer_key() -> None:
    sealed = keys.make(demo=False).seal("JG7MCT")
    with pytest.raises(jwe.InvalidJWEData):
        keys.make(demo=False).unseal(sealed)


@pytest.mark.scenario("trust:25")
def test_pseudonym_of_a_card_differs_at_two_sites() -> None:
    ring = keys.make(demo=False)
    assert ring.pseudonym("card", "site-a", "JG7MCT") != ring.pseudonym("card", "site-b", "JG7MCT")


def test_pseudonym_is_the_same_each_time_and_another_under_another_pepper() -> None:
    ring = keys.make(demo=False)
    told = ring.pseudonym("card", "site-a", "JG7MCT")
    assert ring.pseudonym("card", "site-a", "JG7MCT") == told
    assert replace(ring, pepper=b"\x00" * 32).pseudonym("card", "site-a", "JG7MCT") != told


def test_pseudonym_keeps_its_parts_apart() -> None:
    ring = keys.make(demo=False)
    assert ring.pseudonym("ab", "c") != ring.pseudonym("a", "bc")


def test_commit_differs_by_journal_salt_and_text() -> None:
    ring = keys.make(demo=False)
    told = {
        ring.commit("anonymous", b"s", "text"), ring.commit("confidential", b"s", "text"),
        ring.commit("anonymous", b"t", "text"), ring.commit("anonymous", b"s", "texts"),
    }  # fmt: skip
    assert len(told) == 4 and all(len(one) == 32 for one in told)


def test_read_gives_back_what_write_wrote(tmp_path: Path) -> None:
    ring = keys.make(demo=True)
    keys.write(ring, tmp_path / "house" / "ring.json")
    assert keys.read(tmp_path / "house" / "ring.json") == ring


def test_write_lets_only_its_owner_read(tmp_path: Path) -> None:
    keys.write(keys.make(demo=False), tmp_path / "house" / "ring.json")
    assert stat.S_IMODE((tmp_path / "house" / "ring.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "house").stat().st_mode) == 0o700


def test_write_never_goes_over_another_ring(tmp_path: Path) -> None:
    kept = keys.make(demo=False)
    keys.write(kept, tmp_path / "ring.json")
    with pytest.raises(FileExistsError):
        keys.write(keys.make(demo=False), tmp_path / "ring.json")
    assert keys.read(tmp_path / "ring.json") == kept


def test_install_puts_one_ring_in_place_of_the_other() -> None:
    before, other = keys.ring(), keys.make(demo=False)
    try:
        keys.install(other)
        assert keys.ring() is other
    finally:
        keys.install(before)
