"""Drafts and judgements of drug checking: what a row of a published file says. Plain Python."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from handrail.core.common.acts import Stated
from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused

NAMESPACE = uuid.UUID("5b3bb0a3-5d1c-4f0e-9f1e-6a2f0d0f7c11")  # ours, fixed for ever: ids of imported rows hang on it

STRIP, FTIR = "fentanyl-strip", "ftir"
FENTANYL = "fentanyl"
REACTED, DID_NOT_REACT = "reacted", "did-not-react"
SEEN, NOT_SEEN = "seen", "not-seen"
OUTCOMES: Mapping[str, tuple[str, str]] = {STRIP: (REACTED, DID_NOT_REACT), FTIR: (SEEN, NOT_SEEN)}
BASIS: Mapping[str, str] = {
    REACTED: "likely-there",
    SEEN: "detected",
}  # a strip presumes, an instrument sees; reference, section 5
KINDS = ("drug", "residue", "used-equipment")


@dataclass(frozen=True)
class Layout:
    """A published file that can be imported: who publishes it, under which licence, and what its columns mean.

    `readings` maps a column to the method whose outcome it holds; `values` maps a cell to positive or not.
    """

    source: str
    licence: str
    parser: str
    native_id: str
    native_form: re.Pattern[str]
    readings: Mapping[str, str]
    values: Mapping[str, bool]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the first line names, in any order."""
        return (self.native_id, *self.readings)


BC_STRIPS = Layout(
    source="DrugCheckingBC/nn-fentanyl-prediction",
    licence="MIT",
    parser="bc-strips/1",
    native_id="FILE_ID",
    native_form=re.compile(r"[0-9a-f]{64}\.dx"),
    readings={"FENTANYL_STRIP_POS": STRIP, "FENTANYL_FTIR_POS": FTIR},
    values={"1.0": True, "0.0": False},
)
LAYOUTS: Mapping[str, Layout] = {"bc-strips": BC_STRIPS}
PUBLICATIONS = (
    "bc-quantity",
    "ecstasydata",
    "nflis",
    "nyc-monthly",
    "unc-gcms",
    "unc-monthly",
    "wedinos",
)  # read in `imports`


class BadCell(Exception):  # noqa: N818  -- a row that does not fit is news for the report, not an error of the program
    """One cell does not fit: its column by our own name for it, and a code. Never what stands in the cell."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


@dataclass(frozen=True)
class Reading:
    """The outcome of one method applied once, looking for fentanyl."""

    method: str
    outcome: str

    @property
    def basis(self) -> str:
        """What the outcome lets one say of fentanyl; empty when it found nothing."""
        return BASIS.get(self.outcome, "")


@dataclass(frozen=True)
class Row:
    """What one line of a file says: the source's own id and one or two readings."""

    native_id: str
    readings: tuple[Reading, ...]


def layout(kind: str) -> Layout:
    """Return the layout of an import. Raises Refused("unknown-import")."""
    if kind not in LAYOUTS:
        raise Refused("unknown-import", kinds=", ".join(sorted({*LAYOUTS, *PUBLICATIONS})))
    return LAYOUTS[kind]


def check_columns(names: Sequence[str], *, of: Layout) -> tuple[str, ...]:
    """Return a file's columns in its own order. Raises Refused("wrong-columns") unless they are the layout's, each once."""
    told = tuple(name.strip() for name in names)
    if sorted(told) != sorted(of.columns):
        raise Refused("wrong-columns", columns=", ".join(of.columns))
    return told


def parse_row(cells: Sequence[str], *, columns: Sequence[str], of: Layout) -> Row:
    """Read one line. A blank reading is left out: the sample is kept with the other one.

    Raises:
        BadCell: `not-a-row` (too few or too many cells), `bad-native-id`, `bad-reading`, `no-reading`.
    """
    if len(cells) != len(columns):
        raise BadCell("", "not-a-row")
    told = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    if not of.native_form.fullmatch(told[of.native_id]):
        raise BadCell(of.native_id, "bad-native-id")
    for column in of.readings:
        if told[column] and told[column] not in of.values:
            raise BadCell(column, "bad-reading")
    readings = tuple(_reading(method, positive=of.values[told[c]]) for c, method in of.readings.items() if told[c])
    if not readings:
        raise BadCell(next(iter(of.readings)), "no-reading")
    return Row(told[of.native_id], readings)


def _reading(method: str, *, positive: bool) -> Reading:
    yes, no = OUTCOMES[method]
    return Reading(method, yes if positive else no)


@dataclass(frozen=True)
class ImportedSample:
    """One sample of a published file. `batch_id` is the file it came in: how it travelled, not what was stated."""

    source: str
    native_id: str
    readings: tuple[Reading, ...]
    site_id: uuid.UUID
    batch_id: uuid.UUID

    @cached_property
    def id(self) -> uuid.UUID:
        """The act's id and the sample's: the same row of the same source is the same sample, in whichever file it comes."""
        return uuid.uuid5(NAMESPACE, f"{self.source}\n{self.native_id}")

    def test_id(self, reading: Reading) -> uuid.UUID:
        """Return the id of one test of this sample."""
        return part_id(self.id, reading.method)

    @cached_property
    def stated(self) -> Stated:
        """What was stated. When it happened is unknown, so importing again states the same."""
        tests = [{"method": one.method, "target": FENTANYL, "outcome": one.outcome} for one in self.readings]
        body = {"source": self.source, "native_id": self.native_id, "tests": tests}
        return Stated(self.id, "drugchecking.import_sample", 1, self.site_id, None, body)


@dataclass(frozen=True)
class Issue:
    """A line that was refused or is worth a note: where and why, never what stands there. `column` is empty for the whole line."""

    line: int
    column: str
    code: str


@dataclass(frozen=True)
class ImportedFile:
    """A file that was read: its fingerprint, by which parser, and what was odd in it. The file itself is not kept."""

    source: str
    licence: str
    parser: str
    sha256: str
    rows: int
    issues: tuple[Issue, ...]
    site_id: uuid.UUID

    @cached_property
    def id(self) -> uuid.UUID:
        """The act's id and the batch's: the same bytes read by the same parser are one import."""
        return uuid.uuid5(NAMESPACE, f"{self.source}\n{self.parser}\n{self.sha256}")

    @cached_property
    def stated(self) -> Stated:
        """What was stated: the fingerprint and the counts; the odd lines follow from both."""
        body = {
            "source": self.source, "licence": self.licence, "parser": self.parser, "sha256": self.sha256,
            "rows": self.rows, "issues": len(self.issues),
        }  # fmt: skip
        return Stated(self.id, "drugchecking.import_file", 1, self.site_id, None, body)
