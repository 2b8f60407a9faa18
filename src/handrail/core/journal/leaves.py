"""What an entry commits to: a durable part and an expiring part, each keyed and salted, so that one can end and the chain still holds.

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


def split(stated: dict[str, Any], *, worker: str, day: date) -> tuple[str, str]:
    """Divide a statement into its durable text and its expiring text.

    Anonymous: time, worker and the kind's named body keys expire. Confidential: only the named keys do.
    """
    kind = kinds.kind(stated["kind"], stated["version"])
    durable, expiring = dict(stated), dict[str, Any]()
    durable["body"] = {key: part for key, part in stated["body"].items() if key not in kind.expires}
    expiring["body"] = {key: part for key, part in stated["body"].items() if key in kind.expires}
    ending = {"at": durable.pop("at"), "worker": worker} if kind.journal == kinds.ANONYMOUS else {}
    staying = {"day": day.isoformat()} | ({} if ending else {"worker": worker})
    return canonical(durable | staying), canonical(expiring | ending)


def join(durable: str, expiring: str | None) -> tuple[dict[str, Any], str]:
    """Put a statement together again, and its worker; without the expiring part, what is left of it."""
    stated = json.loads(durable)
    del stated["day"]
    worker = stated.pop("worker", "")
    if expiring is not None:
        ending = json.loads(expiring)
        worker = ending.pop("worker", worker)
        stated["body"] |= ending.pop("body")
        stated |= ending
    return stated, worker


def leaf(act_id: uuid.UUID, durable: bytes, expiring: bytes) -> bytes:
    """Hash one entry: its id and its two commitments."""
    return hashlib.sha256(b"\x00" + act_id.bytes + durable + expiring).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle root of leaves in their order; an odd one out rises as it is."""
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def chain(before: bytes, *, journal: str, number: int, root: bytes, rooms: bytes) -> bytes:
    """Chain a batch to the one before it."""
    return hashlib.sha256(b"\x02" + before + f"{journal}:{number}:".encode() + root + rooms).digest()
