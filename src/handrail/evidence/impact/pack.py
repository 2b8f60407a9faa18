"""The evidence pack: a run with its figures, parameters, CHEERS-28 answers, ODD text and report, sealed by one hash; re-running it gives every byte again."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import library, report
from .engine import LABEL, Result, digest
from .families import FAMILIES
from .reporting import BLANK, cheers, odd
from .tables import BadInput, Problem

RECORD, FIGURES, PARAMETERS, ANSWERS, ODD, REPORT = (
    "run.json", "figures.csv", "parameters.csv", "cheers-28.csv", "odd.md", "report.pdf",
)  # fmt: skip
FILES = (RECORD, FIGURES, PARAMETERS, ANSWERS, ODD, REPORT)
HASH = "hash.txt"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of every file in a ZIP: the hour of packing is no part of the evidence
LARGEST = 200_000_000  # bytes of one file in a ZIP that is read back

__all__ = ["BLANK", "Pack", "cheers", "figures", "odd", "of", "read"]


@dataclass(frozen=True)
class Pack:
    """The files of a pack by name, and the hash over all of them."""

    files: Mapping[str, bytes]

    @property
    def hash(self) -> str:
        """One SHA-256 over names and contents."""
        return digest({name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()})

    def write(self, folder: Path) -> None:
        """Write the files and `hash.txt` into a folder that is made for them."""
        folder.mkdir(parents=True)
        for name, content in self._all().items():
            (folder / name).write_bytes(content)

    def zipped(self) -> bytes:
        """Return the files and `hash.txt` as a ZIP, the same bytes each time."""
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._all().items():
                archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
        return whole.getvalue()

    def _all(self) -> dict[str, bytes]:
        return {**self.files, HASH: f"{self.hash}\n".encode()}

    def unlike(self, other: "Pack") -> list[str]:
        """Return the names of files that differ in any byte."""
        return [name for name in FILES if self.files[name] != other.files[name]]


def of(result: Result) -> Pack:
    """Put a run into a pack."""
    record = result.as_json() | {"not_for": FAMILIES[result.family].not_for, "library": library.fingerprint()}
    texts = {
        RECORD: json.dumps(record, sort_keys=True, indent=1),
        FIGURES: figures(result),
        PARAMETERS: parameters(result),
        ANSWERS: _table(("item", "question", "answer"), cheers(result)),
        ODD: odd(result),
    }
    files = {name: text.encode() for name, text in texts.items()}
    stated = digest({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
    return Pack({**files, REPORT: report.pdf(result, stated=stated)})


def read(at: Path) -> Pack:
    """Read a pack from its folder or its ZIP.

    Raises:
        BadInput: a file is missing, too large, or the hash is another.
    """
    found = _unzipped(at) if at.is_file() else _unfolded(at)
    stated = found.pop(HASH).decode("utf-8", "replace").strip()
    whole = Pack(found)
    if whole.hash != stated:
        raise BadInput([Problem(HASH, 1, "another hash", "the hash of these files: something was changed")])
    return whole


def _unfolded(folder: Path) -> dict[str, bytes]:
    try:
        return {name: (folder / name).read_bytes() for name in (*FILES, HASH)}
    except OSError as missing:
        raise BadInput([Problem(Path(str(missing.filename)).name, 0, "cannot be read", "a whole pack")]) from None


def _unzipped(file: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(file) as archive:
            if any(archive.getinfo(name).file_size > LARGEST for name in (*FILES, HASH)):
                raise BadInput([Problem(file.name, 0, "a file is too large", f"at most {LARGEST} bytes")])
            return {name: archive.read(name) for name in (*FILES, HASH)}
    except (OSError, KeyError, zipfile.BadZipFile):
        raise BadInput([Problem(file.name, 0, "cannot be read", "a whole pack")]) from None


def figures(result: Result) -> str:
    """Return every figure as a row a value, every digit kept: figure, unit, labels, value; nothing where there is no value."""
    rows = []
    for name, one in result.figures.items():
        along = [one.labels[axis] for axis in one.axes]
        for at, value in zip(_places([len(labels) for labels in along]), one.values.ravel().tolist(), strict=True):
            where = "; ".join(f"{axis} {labels[here]}" for axis, labels, here in zip(one.axes, along, at, strict=True))
            rows.append((name, one.unit, where, "" if value != value else repr(value)))  # noqa: PLR0124  -- NaN has no value
    not_for = f"not for: {FAMILIES[result.family].not_for}"
    return f"{LABEL}; {not_for}\n" + _table(("figure", "unit", "where", "value"), rows)


def parameters(result: Result) -> str:
    """Return the library's rows that the run took, each with citation, grade, badge, status and what it is not for; then the input files."""
    rows: list[tuple[str | int, ...]] = []
    for key in result.provenance["effects"]:
        one = library.shipped()[key]
        ends = ["" if end is None else repr(end) for end in (one.estimate, one.low, one.high)]
        badge = "one site, disputed" if one.single_site else ""
        rows.append((one.id, one.intervention, one.outcome, one.measure, *ends, one.citation, one.doi, one.grade, badge, one.status, one.checked, one.not_for))  # fmt: skip
    head = (
        "id", "intervention", "outcome", "measure", "estimate", "lo", "hi", "citation", "doi", "grade", "badge", "status", "checked", "not_for",
    )  # fmt: skip
    files = [(name, "", "", "input file, SHA-256", sha, *[""] * 9) for name, sha in result.provenance["inputs"].items()]
    return _table(head, [*rows, *files])


def _places(sizes: list[int]) -> list[tuple[int, ...]]:
    places: list[tuple[int, ...]] = [()]
    for size in sizes:
        places = [(*place, at) for place in places for at in range(size)]
    return places


def _table(head: tuple[str, ...], rows: Sequence[tuple[str | int, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
