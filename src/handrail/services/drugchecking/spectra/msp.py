"""MSP: text blocks of `NAME: value` lines, then so many peaks."""

import re
from collections.abc import Iterator

import numpy as np

from handrail.core.common.refusals import Refused

from .spectrum import INTENSITY, MASS, MOST_POINTS, Spectrum, spectrum

PEAKS = re.compile(r"num\s*peaks\s*:\s*(\d+)\s*$", re.IGNORECASE)
MOST_SPECTRA = 50_000


def read(text: str) -> list[Spectrum]:
    """Read every spectrum of the file.

    Raises:
        Refused: `not-a-spectrum`, `spectrum-cut`, `spectrum-number`, `spectrum-too-large`.
    """
    told: list[Spectrum] = []
    facts: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if counted := PEAKS.match(line.strip()):
            told.append(_spectrum(facts, _peaks(lines, int(counted.group(1)))))
            facts = {}
            if len(told) > MOST_SPECTRA:
                raise Refused("spectrum-too-large", most=MOST_SPECTRA)
        elif ":" in line:
            name, _, value = line.partition(":")
            facts[name.strip().upper()] = value.strip()
    if facts and told:
        raise Refused("spectrum-cut")
    if not told:
        raise Refused("not-a-spectrum")
    return told


def _peaks(lines: Iterator[str], count: int) -> list[str]:
    """Take so many peaks: one a line, or several divided by semicolons."""
    if not 1 <= count <= MOST_POINTS:
        raise Refused("spectrum-too-large", most=MOST_POINTS)
    peaks: list[str] = []
    while len(peaks) < count:
        line = next(lines, None)
        if line is None or not line.strip():
            raise Refused("spectrum-cut")
        peaks += [peak for peak in line.split(";") if peak.strip()]
    if len(peaks) != count:
        raise Refused("spectrum-cut")
    return peaks


def _spectrum(facts: dict[str, str], peaks: list[str]) -> Spectrum:
    try:
        points = np.array([peak.replace(",", " ").split()[:2] for peak in peaks], dtype=float).reshape(-1, 2)
    except ValueError:
        raise Refused("spectrum-number") from None
    return spectrum(MASS, points[:, 0], points[:, 1], y_unit=INTENSITY, title=facts.get("NAME", ""), facts=facts)
