"""Somebody takes the database and every file beside it, and no key, and tries every code that a card can have."""

import base64
import hashlib
import hmac
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Any

import numpy as np
import pytest

from handrail.core.common import keys
from handrail.core.encounters import actions
from handrail.core.people import models as people
from handrail.core.people import rules

from . import dump

LONG = os.environ.get("HANDRAIL_FAULTS") == "1"  # every code there is; else a sample of them
SAMPLE, AT_ONCE = 200_000, 200_000
CARDS = 1000
MASK = 0xFFFFFFFFFFFF0FFF  # the first 64 bits of a hash, but for those in which a UUID states its version
HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
Numbers = np.ndarray[Any, np.dtype[np.uint64]]


@pytest.fixture
def stolen(
    fresh_keys: None, visit: Any, outreach: Any, other_site: Any, act: Any, take: Any, now: Any, seal: Any
) -> list[str]:
    """A thousand cards came: some to two sites, some days are sealed, some acts are held with a code in them."""
    drawn = sorted({code for _ in range(CARDS * 2) if not re.fullmatch("[0-9A-F]*", code := rules.new_code())})[:CARDS]
    given = {"given": [{"item": "SYR-INS-28-1", "amount": 10}]}
    actions.record_visits([visit(given | {"card": code}) for code in drawn[:-50]], by=outreach, received_at=now)
    seal()
    actions.record_visits([visit(given | {"card": code}) for code in drawn[-50:]], by=outreach, received_at=now)
    for code in drawn[:5]:
        held = act(outreach, given | {"card": code}, site=str(uuid.uuid4()))
        assert take(held).outcome == "held"
    return drawn


def spread(told: bytes) -> Numbers:
    """Return the 8 bytes at every place of these, as numbers."""
    held = np.frombuffer(told, dtype=np.uint8).astype(np.uint64)
    if len(held) < 8:
        return np.zeros(0, dtype=np.uint64)
    found = np.zeros(len(held) - 7, dtype=np.uint64)
    for place in range(8):
        found |= held[place : len(held) - 7 + place] << np.uint64(56 - 8 * place)
    return found


def numbers(codes: Sequence[bytes]) -> Numbers:
    """Return six letters each as a number."""
    return np.array([int.from_bytes(code, "big") for code in codes], dtype=np.uint64)


def decoded(told: bytes) -> Iterator[bytes]:
    """Yield the bytes themselves, and what they may spell in hex (ids with dashes and without) and in base64, from any place on."""
    yield told
    for run in re.findall(rb"[0-9a-fA-F-]{16,}", told):
        bare = run.replace(b"-", b"")
        for start in (0, 1):
            yield bytes.fromhex(bare[start : start + (len(bare) - start) // 2 * 2].decode())
    for run in re.findall(rb"[0-9A-Za-z+/_-]{11,}", told):
        plain = run.translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            yield base64.b64decode(plain[start : start + (len(plain) - start) // 4 * 4])


def everything() -> list[bytes]:
    """Return every cell of every table, and every file of the home."""
    cells = {value for rows in dump.tables().values() for row in rows for _, value in dump.cells(row)}
    return ["\n".join(sorted(cells)).encode(), *dump.files(keys=False).of.values()]


def attempts(codes: Sequence[bytes], site: uuid.UUID, *, wide: bool) -> Iterator[bytes]:
    """Yield the first 8 bytes of what careless software would keep of each code: its hash, plain and with the site's id.

    `wide`: with the id in other spellings, and in JSON, too.
    """
    beside = [b"", str(site).encode(), *([site.hex.encode(), site.bytes, b'{"card":"'] if wide else [])]
    for made in HASHES:
        for salt in beside:
            end = b'"}' if salt.startswith(b"{") else b""
            yield b"".join([made(salt + code + end).digest()[:8] for code in codes])


class Hay:
    """Everything that a hash could be found in: sorted, with a coarse table before it that answers most questions."""

    COARSE = np.uint64(64 - 26)

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.sorted = np.unique(spread(b"\0".join(one for piece in pieces for one in decoded(piece))) & np.uint64(MASK))
        self.coarse = np.zeros(1 << 26, dtype=np.bool_)
        self.coarse[self.sorted >> self.COARSE] = True

    def places(self, told: bytes) -> list[int]:
        """Return which of these 8 bytes each are in it."""
        tried = np.frombuffer(told, dtype=">u8").astype(np.uint64) & np.uint64(MASK)
        likely = np.flatnonzero(self.coarse[tried >> self.COARSE])
        near = np.minimum(np.searchsorted(self.sorted, tried[likely]), len(self.sorted) - 1)
        return [int(place) for place in likely[self.sorted[near] == tried[likely]]]


def recovered(codes: Sequence[bytes], site: uuid.UUID, hay: Hay, *, wide: bool = True) -> set[bytes]:
    """Return the codes of which one attempt is found."""
    return {codes[place] for told in attempts(codes, site, wide=wide) for place in hay.places(told)}


def card_codes(step: int) -> Iterator[bytes]:
    """Yield each n-th of the 28,629,151 codes that a card can have."""
    for place in range(0, 31**5, step):
        five = "".join(rules.ALPHABET[place // 31**power % 31] for power in reversed(range(5)))
        yield (five + rules.check_character(five)).encode()


def memory_codes(step: int) -> Iterator[bytes]:
    """Yield each n-th of the 6,286,800 codes of two letters, sex, day and year, as other programmes ask people to remember."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for a, b, sex, day, year in islice(product(letters, letters, "MFX", range(1, 32), range(100)), 0, None, step):
        yield f"{a}{b}{sex}{day:02}{year:02}".encode()


def searched(site: uuid.UUID, hay: Hay) -> set[bytes]:
    """Try them: all of them in the long form, else each n-th."""
    found: set[bytes] = set()
    for codes, there_are in ((card_codes, 31**5), (memory_codes, 6_286_800)):
        tried = codes(1 if LONG else there_are // SAMPLE)
        while some := list(islice(tried, AT_ONCE)):
            found |= recovered(some, site, hay, wide=not LONG)
    return found


@pytest.mark.faults
@pytest.mark.scenario("frontline:S5")
def test_no_code_comes_back_from_a_database_without_its_keys(
    stolen: list[str], site: Any, other_site: Any, visit: Any, outreach: Any, now: Any
) -> None:
    """The attacker hashes the codes of cards and of memory (MD5, SHA-1, SHA-256, SHA-512; plain, with the site's id, in JSON) and looks
    for the first 60 bits at every place of every cell and file: as bytes, in hex, in base64, as an id. First the codes that were really
    used, also with 300 salts of the journal, then all there are (a sample of them here; every one with `./handrail test --faults`).
    The same attack is run against a table of plain hashes, and takes every code back.
    """
    pieces, used = everything(), [code.encode() for code in stolen]
    hay = Hay(pieces)
    careless = Hay(hashlib.sha256(str(site.id).encode() + code).hexdigest()[:32].encode() for code in used)
    assert recovered(used, site.id, careless) == set(used)
    assert recovered(used, site.id, hay) == set() and recovered(used, other_site.id, hay) == set()
    assert not np.isin(numbers(used), spread(b"\0".join(pieces)) >> np.uint64(16)).any()
    assert salted(used, hay) == 0
    assert searched(site.id, hay) == set()
    draft = visit({"given": [{"item": "SYR-INS-28-1", "amount": 1}], "card": stolen[0]}, site_id=other_site.id)
    assert draft.pseudonym != rules.pseudonym(stolen[0], site_id=site.id, ring=keys.ring())
    assert people.Participant.objects.filter(
        pseudonym=rules.pseudonym(stolen[0], site_id=site.id, ring=keys.ring())
    ).exists()


def salted(used: Sequence[bytes], hay: Hay) -> int:
    """Hash the codes with each of some salts that stand in the journal, before and behind, and keyed with it; return how many fell."""
    fell = 0
    for row in dump.tables()["journal_sealedentry"][:300]:
        salt = bytes(row["durable_salt"])
        before, behind = (
            [hashlib.sha256(salt + code).digest() for code in used],
            [hashlib.sha256(code + salt).digest() for code in used],
        )
        for hashes in (before, behind, [hmac.digest(salt, code, "sha256") for code in used]):
            fell += len(hay.places(b"".join(one[:8] for one in hashes)))
    return fell
