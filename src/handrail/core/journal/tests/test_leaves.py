"""What an entry commits to, and how a statement is divided and put together."""

import hashlib
import json
import uuid
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common.acts import Stated
from handrail.core.journal import leaves

DAY = date(2026, 3, 10)
VISIT = json.loads(
    Stated(
        uuid.uuid4(), "window.visit", 1, uuid.UUID(int=1), datetime(2026, 3, 10, 18, tzinfo=UTC),
        {"served_for": 2, "person": "p" * 32, "given": [{"item": "SYR", "amount": 1}]},
    ).text
)  # fmt: skip
ROLE = json.loads(
    Stated(uuid.uuid4(), "org.grant_role", 1, None, datetime(2026, 3, 10, 18, tzinfo=UTC), {"role": "lead"}).text
)


def test_split_takes_time_worker_and_person_out_of_what_stays() -> None:
    durable, time, person = leaves.split(VISIT, worker="w", day=DAY)
    gone = ("18:00", "p" * 32, '"w"')
    assert '"day":"2026-03-10"' in durable and not any(one in durable for one in gone)
    assert (time, person) == ('{"at":"2026-03-10T18:00:00Z","worker":"w"}', f'{{"person":"{"p" * 32}"}}')


def test_split_gives_a_visit_of_nobody_a_person_part_too() -> None:
    nobody = VISIT | {"body": {"served_for": 2}}
    assert leaves.split(nobody, worker="w", day=DAY)[2] == "{}"


def test_split_keeps_time_and_worker_of_a_confidential_act() -> None:
    durable, time, person = leaves.split(ROLE, worker="w", day=DAY)
    assert json.loads(durable)["at"] == "2026-03-10T18:00:00Z" and json.loads(durable)["worker"] == "w"
    assert (time, person) == (None, None)


@pytest.mark.parametrize("stated", [VISIT, ROLE], ids=["anonymous", "confidential"])
def test_join_puts_together_what_split_divided(stated) -> None:
    assert leaves.join(*leaves.split(stated, worker="w", day=DAY)) == (stated, "w")


def test_join_without_a_part_is_what_is_left() -> None:
    durable, time, person = leaves.split(VISIT, worker="w", day=DAY)
    bare = {"served_for": 2, "given": [{"item": "SYR", "amount": 1}]}
    timeless, worker = leaves.join(durable, None, person)
    assert "at" not in timeless and worker == "" and timeless["body"] == bare | {"person": "p" * 32}
    nobodys, worker = leaves.join(durable, time, None)
    assert nobodys["at"] == VISIT["at"] and worker == "w" and nobodys["body"] == bare


def sha(told: bytes) -> bytes:
    return hashlib.sha256(told).digest()


def test_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert leaves.root([]) == sha(b"")


def test_root_of_three_lets_the_odd_one_rise() -> None:
    a, b, c = (sha(bytes([n])) for n in range(3))
    assert leaves.root([a, b, c]) == sha(b"\x01" + sha(b"\x01" + a + b) + c)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=9, unique=True), st.data())
def test_root_changes_with_any_swap(hashes: list[bytes], data: st.DataObject) -> None:
    i, j = data.draw(st.lists(st.integers(0, len(hashes) - 1), min_size=2, max_size=2, unique=True))
    swapped = list(hashes)
    swapped[i], swapped[j] = hashes[j], hashes[i]
    assert leaves.root(swapped) != leaves.root(hashes)


def test_leaf_hashes_every_part_in_its_place() -> None:
    one = leaves.leaf(uuid.UUID(int=1), b"d", b"t", b"p")
    assert one == sha(b"\x00" + uuid.UUID(int=1).bytes + b"dtp")


def test_chain_hashes_every_part() -> None:
    whole = {"journal": "anonymous", "number": 1, "day": DAY, "size": 3}
    others = {"journal": "confidential", "number": 2, "day": date(2026, 3, 9), "size": 4}
    places = [leaves.place(**whole), *(leaves.place(**(whole | {name: other})) for name, other in others.items())]
    told = [leaves.chain(b"", place, root=b"r", rooms=b"m") for place in places]
    told += [leaves.chain(*one, root=b"r", rooms=b"n") for one in ((b"", places[0]), (b"x", places[0]))]
    told += [leaves.chain(b"", places[0], root=b"q", rooms=b"m")]
    assert len(set(told)) == len(told)
