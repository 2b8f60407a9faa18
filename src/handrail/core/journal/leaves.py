"""What an entry commits to: what stays, its time and its person, each keyed and salted, so that one can end and the chain still holds.

Hashes follow RFC 6962 (2013), section 2.1: a leaf and a node never share a prefix.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from handrail.core.common.canonical import canonical

from . import kinds

SALT_BYTES = 16
EMPTY = hashlib.sha256(b"").digest()


def split(stated: dict[str, Any], *, worker: str, day: date) -> tuple[str, str | None, str | None]:
    """Divide a statement into what stays, its time and its person; None for a part that this kind of act never has.

    Anonymous: time and worker end, and the kind's named body keys. Confidential: only the named keys do.
    A visit of nobody has a person part too, so that the parts do not tell it from one with a card.
    """
    kind = kinds.kind(stated["kind"], stated["version"])
    durable, timed = dict(stated), kind.journal == kinds.ANONYMOUS
    durable["body"] = {key: part for key, part in stated["body"].items() if key not in kind.expires}
    durable |= {"day": day.isoformat()} | ({} if timed else {"worker": worker})
    time = canonical({"at": durable.pop("at"), "worker": worker}) if timed else None
    person = canonical({key: part for key, part in stated["body"].items() if key in kind.expires})
    return canonical(durable), time, person if kind.expires else None


def join(durable: str, time: str | None, person: str | None) -> tuple[dict[str, Any], str]:
    """Put a statement together again, and its worker; without a part, what is left of it."""
    stated = json.loads(durable)
    del stated["day"]
    told = json.loads(time) if time else {}
    worker = told.pop("worker", stated.pop("worker", ""))
    stated |= told
    stated["body"] |= json.loads(person) if person else {}
    return stated, worker


def leaf(act_id: uuid.UUID, durable: bytes, time: bytes, person: bytes) -> bytes:
    """Hash one entry: its id and its three commitments, 32 bytes each."""
    return hashlib.sha256(b"\x00" + act_id.bytes + durable + time + person).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle root of leaves in their order; an odd one out rises as it is."""
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def place(journal: str, number: int, *, day: date, size: int) -> bytes:
    """Return a batch's place as it is chained: its journal, number, day and how many leaves it has."""
    return f"{journal}:{number}:{day.isoformat()}:{size}:".encode()


def chain(before: bytes, place: bytes, *, root: bytes, rooms: bytes) -> bytes:
    """Chain a batch to the one before it: its place, the root of its leaves, and what the rooms sealed with it."""
    return hashlib.sha256(b"\x02" + before + place + root + rooms).digest()
