"""One change of what is sealed, alone and whole: a sealing, a retention run, an erasure. Each is a link of its journal's chain."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from handrail.core.common import keys

from . import kinds, leaves, tables
from .models import Batch, Ending, Permit, Pruned, SealedTable


@dataclass
class Run:
    """A change under way: its batch's number; `hashes` are the leaves it seals. `counts` is for whoever reports."""

    journal: str
    number: int
    before: bytes
    hashes: list[bytes] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, how_many: int) -> None:
        """Add to what this run did."""
        self.counts[what] = self.counts.get(what, 0) + how_many


@contextmanager
def run(permit: str, *, day: date, journal: str = kinds.ANONYMOUS) -> Iterator[Run]:
    """Change what is sealed in one transaction, nobody else doing so; what was changed becomes a batch, nothing makes none.

    `permit` is what the guards ask for: `seal`, `retain` or `erase`.
    """
    with transaction.atomic():
        _alone()
        Permit.objects.create(name=permit)
        last = Batch.objects.filter(journal=journal).order_by("-number").first()
        under_way = Run(journal, last.number + 1 if last else 1, bytes(last.chain) if last else b"")
        yield under_way
        if under_way.hashes or (journal == kinds.ANONYMOUS and _told(under_way.number)):
            _link(under_way, day=day)
        Permit.objects.filter(name=permit).delete()


def _alone() -> None:
    """Wait until no other run is under way (PostgreSQL; on SQLite who writes is alone). Readers and writers go on."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Permit._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def _link(made: Run, *, day: date) -> None:
    root = leaves.root(made.hashes)
    rooms = rooms_digest(made.number) if made.journal == kinds.ANONYMOUS else leaves.EMPTY
    size = len(made.hashes)
    place = leaves.place(made.journal, made.number, day=day, size=size)
    chain = leaves.chain(made.before, place, root=root, rooms=rooms)
    Batch.objects.create(
        journal=made.journal, number=made.number, day=day, leaves=size, root=root, rooms=rooms, chain=chain
    )


def rooms_digest(number: int) -> bytes:
    """Read back what a batch wrote beside its leaves: the rooms' own, the tables' digests, what ended, what was pruned."""
    own = [f"{table.name}:{table.digest(number)}" for table in tables.registered() if table.digest]
    told = [*own, *_told(number)]
    return keys.ring().commit(kinds.ANONYMOUS, b"rooms", "\n".join(told))


def _told(number: int) -> Sequence[str]:
    return [
        "\x1f".join(one.hex() if isinstance(one, bytes | memoryview) else str(one) for one in row)
        for model in (SealedTable, Ending, Pruned)
        for row in model.objects.filter(batch=number).order_by("id").values_list()
    ]
