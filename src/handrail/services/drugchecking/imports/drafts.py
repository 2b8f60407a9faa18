"""What one published row, or the rows of one sample, state."""

import uuid
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.ids import part_id
from handrail.services.drugchecking.rules import NAMESPACE

LABORATORY = "laboratory"
REPORTED, NOTHING, PENDING, DAMAGED, FAILED = "reported", "nothing-of-interest", "pending", "damaged", "failed"
OUTCOMES = (REPORTED, NOTHING, PENDING, DAMAGED, FAILED)
MAIN, TRACE = "main", "trace"
AMOUNTS = ("", MAIN, TRACE)


@dataclass(frozen=True)
class Found:
    """A substance a test found: how much as told (`main`, `trace`), in hundredths of a percent, or as parts of a ratio."""

    substance: str
    amount: str = ""
    hundredths: int | None = None
    parts: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """As stated."""
        return {
            "substance": self.substance,
            "amount": self.amount,
            "hundredths": "" if self.hundredths is None else self.hundredths,
            "parts": self.parts,
        }


@dataclass(frozen=True)
class Tested:
    """One method, in the source's own words, with its outcome: a status is an outcome and never a substance."""

    told: str
    outcome: str
    found: tuple[Found, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """As stated."""
        return {"told": self.told, "outcome": self.outcome, "found": [one.body for one in self.found]}


@dataclass(frozen=True)
class Result:
    """What a source says of one sample. `region` is large: a state, a health authority. `completed` is when it was known."""

    native_id: str
    tests: tuple[Tested, ...]
    expected: tuple[str, ...] = ()
    region: str = ""
    collected: date | None = None
    completed: date | None = None
    kind: str = ""


@dataclass(frozen=True)
class ImportedResult:
    """One sample of a published file, on its way in."""

    source: str
    result: Result
    site_id: uuid.UUID
    batch_id: uuid.UUID

    @cached_property
    def id(self) -> uuid.UUID:
        """The act's id and the sample's: the same of the same source, in whichever file it comes."""
        return uuid.uuid5(NAMESPACE, f"{self.source}\n{self.result.native_id}")

    def test_id(self, number: int) -> uuid.UUID:
        """Return the id of one test of this sample."""
        return part_id(self.id, f"test:{number}")

    @cached_property
    def stated(self) -> Stated:
        """What was stated. When it happened stands in the body: a day at most."""
        one = self.result
        body = {
            "source": self.source, "native_id": one.native_id, "expected": list(one.expected), "region": one.region,
            "collected": str(one.collected or ""), "completed": str(one.completed or ""), "kind": one.kind,
            "tests": [test.body for test in one.tests],
        }  # fmt: skip
        return Stated(self.id, "drugchecking.import_result", 1, self.site_id, None, body)


@dataclass(frozen=True)
class Counted:
    """One cell of a published table: k of n over a span. `n` is None where the source tells no total.

    `unit` is what is counted, in the source's word: samples, reports. It is never contributors.
    """

    substance: str
    stratum: str
    since: date
    until: date
    k: int
    n: int | None
    unit: str

    @property
    def native_id(self) -> str:
        """What tells this cell from the others of its source."""
        return f"{self.substance}\n{self.stratum}\n{self.since}\n{self.until}"


@dataclass(frozen=True)
class ImportedCount:
    """One cell of a published table, on its way in."""

    source: str
    counted: Counted
    site_id: uuid.UUID
    batch_id: uuid.UUID

    @cached_property
    def id(self) -> uuid.UUID:
        """The act's id and the row's."""
        return uuid.uuid5(NAMESPACE, f"{self.source}\n{self.counted.native_id}")

    @cached_property
    def stated(self) -> Stated:
        """What was stated."""
        one = self.counted
        body = {
            "source": self.source, "substance": one.substance, "stratum": one.stratum, "since": str(one.since),
            "until": str(one.until), "k": one.k, "n": "" if one.n is None else one.n, "unit": one.unit,
        }  # fmt: skip
        return Stated(self.id, "drugchecking.import_count", 1, self.site_id, None, body)
