"""The report of an evidence pack, a PDF: the same run gives the same bytes, whatever the hour and the machine."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from . import library, supervised_site
from .engine import LABEL, Array, Named, Result
from .families import FAMILIES
from .reporting import BLANK, cheers

ACCESSIBLE: Final = "ua-1"  # PDF/UA-1, ISO 14289-1
TEMPLATE = Path(__file__).with_name("report.typ")
WIDE, HIGH = 1000, 300  # of a picture
LARGE = 100_000  # from here on no digit after the point is shown
FEWEST = 5  # points that make a curve
SHORT = 12  # figures along one axis that are shown as rows
Rows = list[list[str]]


def pdf(result: Result, *, stated: str) -> bytes:
    """Return the report, for screen readers too; `stated` is the hash of the files beside it."""
    import typst  # a fifth of a second to load; only who asks for a report waits for it

    data = json.dumps(told(result, stated=stated), ensure_ascii=False, sort_keys=True)
    more: dict[str, Any] = {"format": "pdf", "sys_inputs": {"told": data}, "timestamp": 0}
    return bytes(typst.compile(TEMPLATE, ignore_system_fonts=True, pdf_standards=[ACCESSIBLE], **more))


def told(result: Result, *, stated: str) -> dict[str, Any]:
    """Return what the report says, as plain data."""
    family = FAMILIES[result.family]
    answers = cheers(result)
    settings = (
        "; ".join(f"{name} = {value}" for name, value in sorted(result.scenario.settings.items()))
        or "all at their defaults"
    )
    return {
        "title": family.question,
        "label": LABEL[0].upper() + LABEL[1:],
        "not_for": family.not_for,
        "dispute": supervised_site.DISPUTE if result.family == supervised_site.FAMILY else "",
        "asked": f"Family ({family.letter}) {family.name}, {family.lineage}. Scenario {result.scenario.name}: {settings}. Seed {result.seed}, {result.draws} draws.",
        "figures": [["Figure", "low", "middle", "high"], *figures(result)],
        "interval": f"Low and high are the credible interval of {result.draws} draws, where a figure has one." if result.draws else "No draws: no interval.",
        "pictures": pictures(result),
        "notes": [f"{note}" for note in result.notes],
        "parameters": parameters(result.provenance["effects"]),
        "cheers": [["", "Item", "Answer"], *([str(number), item, answer] for number, item, answer in answers)],
        "blank": sum(answer == BLANK for _, _, answer in answers),
        "command": f"handrail model again <this folder or its ZIP>   # seed {result.seed}, {result.draws} draws",
        "fingerprint": str(result.provenance["fingerprint"]),
        "stated": stated,
    }  # fmt: skip


def parameters(effects: Sequence[str]) -> Rows:
    """Return the library's rows that were taken."""
    rows = [["Effect", "Measure", "Estimate", "Source", "Not for"]]
    for key in effects:
        one = library.shipped()[key]
        ends = f" ({one.low:g} to {one.high:g})" if one.low is not None and one.high is not None else ""
        badge = " One site, disputed." if one.single_site else ""
        rows.append([f"{one.intervention}, {one.outcome}", one.measure, f"{one.estimate:g}{ends}", f"{one.citation}. Grade {one.grade}, checked {one.checked}.{badge}", one.not_for])  # fmt: skip
    return rows


def figures(result: Result) -> Rows:
    """Return single figures, figures with bounds, and short rows of figures, six digits each; longer ones stand in the CSV alone."""
    rows: Rows = []
    for name, one in result.figures.items():
        if name.startswith("draw_"):
            low, middle, high = np.quantile(one.values, [0.025, 0.5, 0.975])
            rows.append([f"{name.removeprefix('draw_')}, drawn ({one.unit})", _say(low), _say(middle), _say(high)])
        elif not one.axes:
            rows.append([f"{name} ({one.unit})", "", _say(one.values), ""])
        elif one.axes == ("bound",):
            rows.append([f"{name} ({one.unit})", *(_say(value) for value in one.values)])
        elif len(one.axes) == 1 and one.values.size <= SHORT and not _numeric(one.labels[one.axes[0]]):
            rows += [[f"{name}, {label} ({one.unit})", "", _say(value), ""] for label, value in zip(one.labels[one.axes[0]], one.values, strict=True)]  # fmt: skip
    return [[row[0].replace("_", " "), *row[1:]] for row in rows]


def pictures(result: Result) -> list[dict[str, str]]:
    """Return a picture of each figure that is a curve: over years, or over kits with its bounds."""
    found = []
    for name, one in result.figures.items():
        if len(one.axes) not in {1, 2} or not _numeric(one.labels[one.axes[-1]]) or name.startswith("draw_"):
            continue
        if one.values.shape[-1] < FEWEST or (len(one.axes) == 2 and one.axes[0] != "bound"):  # noqa: PLR2004  -- two axes
            continue
        along = one.labels[one.axes[-1]]
        most = float(np.nanmax(one.values))
        says = f"{name.replace('_', ' ')}: {one.unit} from 0 to {_say(most)}, over {one.axes[-1]} {_say(float(along[0]))} to {_say(float(along[-1]))}"
        found.append({"says": f"{says} ({LABEL})", "svg": _svg(one, most or 1.0)})
    return found


def _svg(one: Named, most: float) -> str:
    """Draw a curve, dashed bounds around it where it has them."""
    lines = np.atleast_2d(one.values)
    middle = len(lines) // 2
    drawn = "".join(_line(line, most, dashed=at != middle) for at, line in enumerate(lines))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 {WIDE + 20} {HIGH + 20}"><path d="M0 0 V{HIGH} H{WIDE}" fill="none" stroke="#555" stroke-width="2"/>{drawn}</svg>'  # fmt: skip


def _line(values: Array, most: float, *, dashed: bool) -> str:
    step = WIDE / (len(values) - 1)
    points = " ".join(f"{at * step:.1f},{HIGH * (1 - value / most):.1f}" for at, value in enumerate(values))
    style = 'stroke="#888" stroke-width="3" stroke-dasharray="10 8"' if dashed else 'stroke="#7f3a10" stroke-width="5"'
    return f'<polyline points="{points}" fill="none" {style}/>'


def _numeric(labels: Sequence[str]) -> bool:
    return all(label.replace(".", "", 1).removeprefix("-").isdecimal() for label in labels)


def _say(value: Any) -> str:
    number = float(value)
    if number != number:  # noqa: PLR0124  -- NaN has no value
        return ""
    return f"{number:,.0f}" if abs(number) >= LARGE else f"{number:.6g}"
