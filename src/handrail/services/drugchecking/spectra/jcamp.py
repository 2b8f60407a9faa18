"""JCAMP-DX: labelled lines and a table, plain or packed (AFFN, PAC, SQZ, DIF, DUP).

Source: McDonald and Wilks 1988, Appl Spectrosc 42:151 (JCAMP-DX 4.24); Lampen et al. 1994, Appl Spectrosc 48:1545 (5.01).
"""

import re
from collections.abc import Iterator

import numpy as np

from handrail.core.common.refusals import Refused

from .spectrum import INFRARED, INTENSITY, MASS, MOST_POINTS, RAMAN, Spectrum, Vector, as_absorbance, spectrum

SQUEEZED = {c: n for n, c in enumerate("@ABCDEFGHI")} | {c: -n for n, c in enumerate("abcdefghi", start=1)}
DIFFERENCE = {c: n for n, c in enumerate("%JKLMNOPQR")} | {c: -n for n, c in enumerate("jklmnopqr", start=1)}
REPEATED = {c: n for n, c in enumerate("STUVWXYZ", start=1)} | {"s": 9}
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]\d{1,3})?"
TOKEN = re.compile(
    rf"(?P<plain>{NUMBER})|(?P<squeezed>[@A-Ia-i]\d*\.?\d*)|(?P<difference>[%J-Rj-r]\d*)|(?P<repeat>[S-Zs]\d*)|(?P<missing>\?)"
)
SEPARATOR = re.compile(r"[\s,;]*")
TABLES = ("XYDATA", "XYPOINTS", "PEAKTABLE")
MASS_TYPES = ("MASS SPECTRUM", "CONTINUOUS MASS SPECTRUM")
LAST_OFF = 0.02  # of an axis step by which a line's own x may differ from its place: it is printed rounded
FEWEST_VALUES = 2  # of a line: its x and an ordinate
CHECK_OFF = 1.0  # of a step of the packed ordinate


def read(text: str) -> list[Spectrum]:
    """Read every block that holds a table.

    Raises:
        Refused: `not-a-spectrum`, `spectrum-cut`, `spectrum-number`, `spectrum-unit`, `spectrum-axis`, `spectrum-too-large`.
    """
    told = [_block(labels) for labels in _blocks(text)]
    if not told:
        raise Refused("not-a-spectrum")
    return told


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Yield the labels of each block with a table; `=` is the table's lines."""
    labels: dict[str, str] = {}
    for record in re.split(r"^\s*##", text, flags=re.MULTILINE)[1:]:
        label, equals, value = record.partition("=")
        if not equals:
            raise Refused("spectrum-cut")
        name = re.sub(r"[\s/_-]", "", label).upper()
        if name == "TITLE":
            labels = {}
        labels[name] = re.sub(r"\$\$.*", "", value).strip()
        if name in TABLES:
            labels["="] = name
        if name == "END" and "=" in labels:
            yield labels
            labels = {}
    if "=" in labels:
        raise Refused("spectrum-cut")


def _block(labels: dict[str, str]) -> Spectrum:
    form, _, table = labels[labels["="]].partition("\n")
    packed = re.sub(r"\s", "", form).upper().startswith("(X++(Y..Y))")
    x, y = _ordinates(labels, table) if packed else _pairs(labels, form, table)
    kind = _kind(labels)
    facts = {name: value for name, value in labels.items() if "\n" not in value and name not in {*TABLES, "=", "END"}}
    title = labels.get("TITLE", "")
    if kind == MASS:
        return spectrum(kind, x, y, y_unit=INTENSITY, title=title, facts=facts)
    y, unit = as_absorbance(y, told=labels.get("YUNITS", "").upper()) if kind == INFRARED else (y, INTENSITY)
    return spectrum(kind, _wavenumbers(x, labels), y, y_unit=unit, title=title, facts=facts)


def _kind(labels: dict[str, str]) -> str:
    told = labels.get("DATATYPE", "").upper()
    if "MASS" in told:
        return MASS
    if "RAMAN" in told:
        return RAMAN
    if "INFRARED" in told or told == "":
        return INFRARED
    raise Refused("spectrum-unit", expected="INFRARED SPECTRUM, RAMAN SPECTRUM, MASS SPECTRUM")


def _wavenumbers(x: Vector, labels: dict[str, str]) -> Vector:
    unit = re.sub(r"\s", "", labels.get("XUNITS", "")).upper()
    if unit in {"1/CM", "CM-1", "CM^-1", "1/CM.", "WAVENUMBERS", "RAMANSHIFT"}:
        return x
    if x.size and (x > 0).all():
        if unit.startswith(("MICROM", "UM", "MICRON")):
            return 1e4 / x
        if unit.startswith(("NANOM", "NM")):
            return 1e7 / x
    raise Refused("spectrum-unit", expected="1/CM, MICROMETERS, NANOMETERS")


def _ordinates(labels: dict[str, str], table: str) -> tuple[Vector, Vector]:
    """Read `X++(Y..Y)`: each line an x and its ordinates, the x of the others following from the steps."""
    factor, first, last = (_number(labels, name) for name in ("YFACTOR", "FIRSTX", "LASTX"))
    points = int(_number(labels, "NPOINTS"))
    if not 1 <= points <= MOST_POINTS:
        raise Refused("spectrum-too-large", most=MOST_POINTS)
    step = (last - first) / (points - 1) if points > 1 else 0.0
    scale = _number(labels, "XFACTOR")
    y: list[float] = []
    packed = False
    for line in table.splitlines():
        values, difference = _line(line)
        if len(values) < FEWEST_VALUES:
            if values:
                raise Refused("spectrum-cut")
            continue
        if packed:  # the last ordinate of a line of differences stands again at the head of the next one: a check
            if abs(values[1] - y[-1]) > CHECK_OFF:
                raise Refused("spectrum-cut")
            y.pop()
        place = first + step * len(y)
        if abs(values[0] * scale - place) > max(abs(step), LAST_OFF * max(1.0, abs(place)) / 10):
            raise Refused("spectrum-axis", expected=f"FIRSTX {first:g} + n · {step:g}")
        y.extend(values[1:])
        packed = difference
        if len(y) > points + 1:
            raise Refused("spectrum-cut")
    if len(y) != points:
        raise Refused("spectrum-cut")
    return np.linspace(first, last, points), np.array(y) * factor


def _line(line: str) -> tuple[list[float], bool]:
    """Unpack one line: x and ordinates, and whether it ended in a difference."""
    values: list[float] = []
    at, was = 0, ""
    step = 0.0
    while at < len(line):
        at = SEPARATOR.match(line, at).end()  # type: ignore[union-attr]  # it matches the empty text too
        if at == len(line):
            break
        token = TOKEN.match(line, at)
        if token is None or token.lastgroup in {None, "missing"}:
            raise Refused("spectrum-number")
        at, text, kind = token.end(), token.group(), token.lastgroup
        if kind == "repeat":
            values = _repeat(values, was, step, times=int(f"{REPEATED[text[0]]}{text[1:]}"))
            continue
        step = _value(text, kind or "")
        values.append(values[-1] + step if kind == "difference" and values else step)
        was = kind or ""
    return values, was == "difference"


def _repeat(values: list[float], was: str, step: float, *, times: int) -> list[float]:
    """Repeat the ordinate before so that it stands so many times; after a difference, the difference."""
    if not values or not was or not 1 <= times <= MOST_POINTS or len(values) + times > MOST_POINTS:
        raise Refused("spectrum-number")
    if was == "difference":
        return [*values, *(values[-1] + step * n for n in range(1, times))]
    return values + [values[-1]] * (times - 1)


def _value(text: str, kind: str) -> float:
    if kind == "plain":
        return float(text)
    head = SQUEEZED[text[0]] if kind == "squeezed" else DIFFERENCE[text[0]]
    return float(f"{head}{text[1:]}")


def _pairs(labels: dict[str, str], form: str, table: str) -> tuple[Vector, Vector]:
    """Read `XY..XY`: every point with its own x."""
    if not re.sub(r"\s", "", form).upper().startswith("(XY"):
        raise Refused("spectrum-unit", expected="(X++(Y..Y)), (XY..XY)")
    numbers = re.findall(NUMBER, table)
    if re.sub(NUMBER, "", table).strip(" ,;\t\r\n") or len(numbers) % 2 or len(numbers) > 2 * MOST_POINTS:
        raise Refused("spectrum-cut")
    flat = np.array(numbers, dtype=float).reshape(-1, 2)
    told = labels.get("NPOINTS")
    if told and int(_number(labels, "NPOINTS")) != len(flat):
        raise Refused("spectrum-cut")
    scale = [_number(labels, name) if name in labels else 1.0 for name in ("XFACTOR", "YFACTOR")]
    return flat[:, 0] * scale[0], flat[:, 1] * scale[1]


def _number(labels: dict[str, str], name: str) -> float:
    if name in {"XFACTOR", "YFACTOR"} and name not in labels:
        return 1.0
    if name not in labels:
        raise Refused("spectrum-cut")
    try:
        value = float(labels[name].split()[0].rstrip(",;"))
    except (ValueError, IndexError):
        raise Refused("spectrum-number") from None
    if not np.isfinite(value):
        raise Refused("spectrum-number")
    return value
