"""The evidence pack: a run with its figures, inputs, CHEERS-28 answers and ODD text, sealed by one hash; re-running it gives every figure bit for bit."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import library
from .engine import LABEL, Result, digest
from .families import FAMILIES
from .tables import BadInput, Problem

BLANK = "(blank: to be answered by whoever uses this run)"
CHEERS = (
    "Title", "Abstract", "Background and objectives", "Health economic analysis plan", "Study population", "Setting and location", "Comparators",
    "Perspective", "Time horizon", "Discount rate", "Selection of outcomes", "Measurement of outcomes", "Valuation of outcomes",
    "Measurement and valuation of resources and costs", "Currency, price date, and conversion", "Rationale and description of model",
    "Analytics and assumptions", "Characterising heterogeneity", "Characterising distributional effects", "Characterising uncertainty",
    "Approach to engagement with patients and others affected", "Study parameters", "Summary of main results", "Effect of uncertainty",
    "Effect of engagement with patients and others affected", "Study findings, limitations, generalisability, and current knowledge",
    "Source of funding", "Conflicts of interest",
)  # fmt: skip
RECORD, FIGURES, ANSWERS, ODD = "run.json", "figures.csv", "cheers-28.csv", "odd.md"


@dataclass(frozen=True)
class Pack:
    """The files of a pack by name, and the hash over all of them."""

    files: Mapping[str, str]

    @property
    def hash(self) -> str:
        """One SHA-256 over names and contents."""
        return digest(dict(self.files))

    def write(self, folder: Path) -> None:
        """Write the files and `hash.txt` into a folder that is made for them."""
        folder.mkdir(parents=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "hash.txt").write_text(f"{self.hash}\n", encoding="utf-8")


def of(result: Result) -> Pack:
    """Put a run into a pack."""
    record = json.dumps(result.as_json() | {"library": library.fingerprint()}, sort_keys=True, indent=1)
    return Pack(
        {
            RECORD: record,
            FIGURES: figures(result),
            ANSWERS: _table(("item", "question", "answer"), cheers(result)),
            ODD: odd(result),
        }
    )


def read(folder: Path) -> Pack:
    """Read a pack.

    Raises:
        BadInput: a file is missing, or the hash is another.
    """
    try:
        found = Pack({name: (folder / name).read_text(encoding="utf-8") for name in (RECORD, FIGURES, ANSWERS, ODD)})
        stated = (folder / "hash.txt").read_text(encoding="utf-8").strip()
    except OSError as missing:
        raise BadInput([Problem(Path(str(missing.filename)).name, 0, "cannot be read", "a whole pack")]) from None
    if found.hash != stated:
        raise BadInput([Problem("hash.txt", 1, "another hash", "the hash of these files: something was changed")])
    return found


def figures(result: Result) -> str:
    """Return every figure as a row a value, every digit kept: figure, unit, labels, value; nothing where there is no value."""
    rows = []
    for name, one in result.figures.items():
        along = [one.labels[axis] for axis in one.axes]
        for at, value in zip(_places([len(labels) for labels in along]), one.values.ravel().tolist(), strict=True):
            where = "; ".join(f"{axis} {labels[here]}" for axis, labels, here in zip(one.axes, along, at, strict=True))
            rows.append((name, one.unit, where, "" if value != value else repr(value)))  # noqa: PLR0124  -- NaN has no value
    return f"{LABEL}\n" + _table(("figure", "unit", "where", "value"), rows)


def _places(sizes: list[int]) -> list[tuple[int, ...]]:
    places: list[tuple[int, ...]] = [()]
    for size in sizes:
        places = [(*place, at) for place in places for at in range(size)]
    return places


def cheers(result: Result) -> list[tuple[int, str, str]]:
    """Return the 28 items of CHEERS 2022 (BMJ 376:e067975) as far as the run knows the answer; a blank is flagged, never guessed."""
    family = FAMILIES[result.family]
    settings = (
        ", ".join(f"{name} = {value}" for name, value in result.scenario.settings.items()) or "all at their defaults"
    )
    rate = result.scenario.settings.get("discount_rate")
    known = {
        "Background and objectives": family.question,
        "Comparators": f"scenario {result.scenario.name}; {settings}",
        "Discount rate": f"{rate} a year"
        if rate is not None
        else f"as in the inputs of family {family.letter}; undiscounted figures stand beside",
        "Rationale and description of model": f"{family.lineage}; structure, equations and traps: docs/explanation/models/{family.name}.md",
        "Analytics and assumptions": " ".join(result.notes) or BLANK,
        "Characterising uncertainty": f"{result.draws} draws, seed {result.seed}; every arm on the same draws"
        if result.draws
        else "point estimates only",
        "Study parameters": ", ".join(f"{name} {sha[:12]}" for name, sha in result.provenance["inputs"].items()),
        "Summary of main results": f"{FIGURES}, {len(result.figures)} figures ({LABEL})",
    }
    return [(number, item, known.get(item, BLANK)) for number, item in enumerate(CHEERS, 1)]


def odd(result: Result) -> str:
    """Return the ODD text of an individual model, or say that the family has no individuals."""
    family = FAMILIES[result.family]
    if family.letter != "d1":
        return f"# ODD\n\nFamily ({family.letter}) {family.name} follows no individuals: an ODD text does not apply.\n"
    told = {
        "Purpose": family.question,
        "Entities, state variables, scales": "people (use state, own use state, ever overdosed, age, town), towns (kits in circulation); one month",
        "Process overview": "fentanyl exposure, moves and overdoses, kits, outcomes of overdoses, replacement of the dead, birthdays each twelfth month",
        "Design concepts": "people meet only through the kits of their town; nothing is learned or foreseen",
        "Initialisation": "people and parameters from the inputs named in run.json",
        "Input data": ", ".join(result.provenance["inputs"]),
        "Submodels": f"docs/explanation/models/{family.name}.md",
        "Face validity, reviewed by": BLANK,
    }
    return "# ODD\n\n" + "\n\n".join(f"## {head}\n\n{text}" for head, text in told.items()) + "\n"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str | int, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
