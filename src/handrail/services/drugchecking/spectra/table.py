"""Two columns of numbers, with or without a line of names."""

import re

import numpy as np

from handrail.core.common.refusals import Refused

from .spectrum import INFRARED, INTENSITY, MASS, MOST_POINTS, RAMAN, UNKNOWN, Spectrum, as_absorbance, spectrum

COLUMNS = 2
DIVIDERS = re.compile(r"[,;\t ]+")
NAMES = {
    MASS: re.compile(r"m/?z|mass", re.IGNORECASE),
    RAMAN: re.compile(r"raman", re.IGNORECASE),
    INFRARED: re.compile(r"wave ?number|cm|freq", re.IGNORECASE),
}


def read(text: str, *, kind: str | None = None) -> list[Spectrum]:
    """Read one spectrum.

    Args:
        kind: what it is, where no line of names says so; None for infrared.
    Raises:
        Refused: `not-a-spectrum`, `spectrum-cut`, `spectrum-number`, `spectrum-axis`, `spectrum-unit`, `spectrum-too-large`.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise Refused("not-a-spectrum")
    head = "" if _numbers(lines[0]) else lines.pop(0)
    if len(lines) > MOST_POINTS:
        raise Refused("spectrum-too-large", most=MOST_POINTS)
    told = [_numbers(line) for line in lines]
    if not told or not told[0]:
        raise Refused("not-a-spectrum")
    if any(point is None for point in told):
        raise Refused("spectrum-number")
    points = np.array(told, dtype=float)
    what = kind or _kind(head)
    y, unit = points[:, 1], INTENSITY if what != INFRARED else UNKNOWN
    if what == INFRARED and head:
        y, unit = as_absorbance(y, told=DIVIDERS.split(head, maxsplit=1)[-1].strip().upper())
    return [spectrum(what, points[:, 0], y, y_unit=unit)]


def _kind(head: str) -> str:
    """Tell what the line of names speaks of. Raises Refused("spectrum-unit") where it names another axis."""
    if not head:
        return INFRARED
    for kind, names in NAMES.items():
        if names.search(head):
            return kind
    raise Refused("spectrum-unit", expected="wavenumber, raman shift, m/z")


def _numbers(line: str) -> tuple[float, float] | None:
    cells = [cell for cell in DIVIDERS.split(line) if cell]
    try:
        return (float(cells[0]), float(cells[1])) if len(cells) == COLUMNS else None
    except ValueError:
        return None
