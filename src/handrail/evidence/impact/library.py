"""The parameter library: effects with interval, citation, grade and what they are not for. Its fingerprint is stored with every run."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .distributions import Uncertain
from .tables import Findings, Row, Table, read

SHIPPED = Path(__file__).with_name("effects.csv")
COLUMNS = (
    "id",
    "intervention",
    "outcome",
    "measure",
    "estimate",
    "lo",
    "hi",
    "citation",
    "grade",
    "single_site",
    "joint_group",
    "status",
    "not_for",
)
GRADES = {
    "high": 1.0,
    "moderate": 1.0,
    "low": 1.5,
    "very low": 2.0,
}  # how much wider than its interval a default is drawn [design]
OPENED = "opened"  # only what was opened may be a default; `verify` and `erratum` never


@dataclass(frozen=True)
class Effect:
    """One row: an effect as published."""

    id: str
    intervention: str
    outcome: str
    measure: str
    estimate: float | None
    low: float | None
    high: float | None
    definition: str
    citation: str
    doi: str
    grade: str
    single_site: bool
    joint_group: str
    status: str
    checked: str
    not_for: str

    @property
    def may_be_default(self) -> bool:
        """Whether a run may take it without being asked: an estimate that was opened, not one to verify or under an erratum."""
        return self.status == OPENED and self.estimate is not None

    def uncertain(self) -> Uncertain:
        """Return it for drawing; a missing interval stays missing, a low grade widens the one there is."""
        if self.estimate is None:
            raise ValueError(f"{self.id} has no estimate: it is a named scenario only")
        kind = "probability" if self.measure in {"proportion", "probability"} else "ratio"
        if self.low is None or self.high is None:
            return Uncertain(self.id, self.estimate, kind="fixed")
        wide = GRADES[self.grade]
        if kind == "ratio":
            return Uncertain(
                self.id,
                self.estimate,
                self.low**wide * self.estimate ** (1 - wide),
                self.high**wide * self.estimate ** (1 - wide),
                kind,
            )
        return Uncertain(
            self.id,
            self.estimate,
            self.estimate - wide * (self.estimate - self.low),
            self.estimate + wide * (self.high - self.estimate),
            kind,
        )


@cache
def shipped() -> Mapping[str, Effect]:
    """Return the library that comes with the house."""
    return load(SHIPPED)


def fingerprint() -> str:
    """Return the SHA-256 of the library that comes with the house."""
    return hashlib.sha256(SHIPPED.read_bytes()).hexdigest()


def load(file: Path) -> Mapping[str, Effect]:
    """Read a library.

    Raises:
        BadInput: an id stands twice, a number or a grade is none, a row lacks what it is not for.
    """
    table, findings = read(file, needs=COLUMNS), Findings()
    effects = {row.text("id"): _effect(row, findings) for row in table}
    _check_ids(table, findings)
    findings.stop()
    return effects


def _check_ids(table: Table, findings: Findings) -> None:
    seen: set[str] = set()
    for row in table:
        if row.text("id") in seen:
            findings.say(row.file, row.number, f"{row.text('id')} stands twice", "one row an id")
        seen.add(row.text("id"))


def _effect(row: Row, findings: Findings) -> Effect:
    numbers = {name: row.amount(name, findings) if row.text(name) else None for name in ("estimate", "lo", "hi")}
    if row.text("grade") not in GRADES:
        findings.say(row.file, row.number, f"grade {row.text('grade')!r}", f"one of {', '.join(GRADES)}")
    if not row.text("not_for"):
        findings.say(row.file, row.number, "not_for is missing", "what the effect must not be used for")
    plain = {
        name: row.text(name)
        for name in ("id", "intervention", "outcome", "measure", "definition", "citation", "doi", "grade")
    }
    return Effect(
        **plain,
        estimate=numbers["estimate"],
        low=numbers["lo"],
        high=numbers["hi"],
        single_site=row.text("single_site") == "yes",
        joint_group=row.text("joint_group"),
        status=row.text("status"),
        checked=row.text("checked"),
        not_for=row.text("not_for"),
    )


def together(one: Effect, other: Effect, effects: Mapping[str, Effect]) -> Effect | None:
    """Return the joint estimate of two effects where one was published; then the two are never multiplied."""
    group = one.joint_group
    if not group or group != other.joint_group:
        return None
    found = (
        each
        for each in effects.values()
        if each.joint_group == group and " and " in each.intervention and each.outcome == one.outcome
    )
    return next(found, None)
