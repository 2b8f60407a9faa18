"""Bruker OPUS: a directory of blocks; the newest result and its parameters are what is wanted.

The form is undocumented by its maker; this was worked out from open files and agrees with two open readers on them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from handrail.core.common.refusals import Refused

from .spectrum import INFRARED, MOST_POINTS, Spectrum, as_absorbance, spectrum

MAGIC = b"\x0a\x0a\xfe\xfe"
DIRECTORY_AT, ENTRY, MOST_BLOCKS = 12, 12, 512
PLAIN = 0x00FF0000  # bits of the block type that a compressed or added copy sets
RESULT = 3  # the place in the type that says: computed from sample and reference
UNITS = {4: "ABSORBANCE", 5: "TRANSMITTANCE", 11: "REFLECTANCE"}  # data type of a result
INTEGER, DOUBLE = 0, 1
WAVENUMBERS = "WN"


@dataclass(frozen=True)
class _Block:
    data: int
    derived: int
    parameters: int
    start: int
    length: int


def read(raw: bytes) -> list[Spectrum]:
    """Read every computed spectrum of the file.

    Raises:
        Refused: `not-a-spectrum`, `spectrum-cut`, `spectrum-unit`, `spectrum-number`, `spectrum-too-large`.
    """
    try:
        blocks = list(_directory(raw))
    except struct.error:
        raise Refused("spectrum-cut") from None
    told = []
    for one in blocks:
        if one.parameters == 0 and one.derived == RESULT and one.data in UNITS:
            about = next((b for b in blocks if b.parameters == 1 and b.derived == RESULT and b.data == one.data), None)
            if about is None:
                raise Refused("spectrum-cut")
            told.append(_spectrum(raw, one, _parameters(raw, about), unit=UNITS[one.data]))
    if not told:
        raise Refused("not-a-spectrum")
    return told


def _directory(raw: bytes) -> Iterator[_Block]:
    start, _, count = struct.unpack_from("<3i", raw, DIRECTORY_AT)
    if not (0 < count <= MOST_BLOCKS and 0 < start < len(raw)):
        raise Refused("spectrum-cut")
    for number in range(count):
        kind, words, at = struct.unpack_from("<3I", raw, start + ENTRY * number)
        if at + 4 * words > len(raw):
            raise Refused("spectrum-cut")
        if not kind & PLAIN:
            yield _Block((kind >> 10) & 63, (kind >> 2) & 3, (kind >> 4) & 63, at, 4 * words)


def _parameters(raw: bytes, block: _Block) -> dict[str, float | str]:
    """Read three-letter names and their values."""
    told: dict[str, float | str] = {}
    at, end = block.start, block.start + block.length
    while at + 8 <= end:
        name = raw[at : at + 3]
        kind, words = struct.unpack_from("<HH", raw, at + 4)
        if name == b"END":
            break
        value = raw[at + 8 : at + 8 + 2 * words]
        if at + 8 + 2 * words > end or words == 0:
            raise Refused("spectrum-cut")
        told[name.decode("latin-1")] = _value(kind, value)
        at += 8 + 2 * words
    return told


def _value(kind: int, value: bytes) -> float | str:
    if kind == INTEGER and len(value) == struct.calcsize("<i"):
        return float(struct.unpack("<i", value)[0])
    if kind == DOUBLE and len(value) == struct.calcsize("<d"):
        return float(struct.unpack("<d", value)[0])
    return value.split(b"\0")[0].decode("latin-1")


def _spectrum(raw: bytes, block: _Block, told: dict[str, float | str], *, unit: str) -> Spectrum:
    points, first, last, scale = (told.get(name) for name in ("NPT", "FXV", "LXV", "CSF"))
    if not (isinstance(points, float) and isinstance(first, float) and isinstance(last, float)):
        raise Refused("spectrum-cut")
    if told.get("DXU") != WAVENUMBERS:
        raise Refused("spectrum-unit", expected="cm⁻¹ (DXU = WN)")
    if not 1 <= points <= MOST_POINTS:
        raise Refused("spectrum-too-large", most=MOST_POINTS)
    count = int(points)
    if 4 * count > block.length:
        raise Refused("spectrum-cut")
    y = np.frombuffer(raw, dtype="<f4", count=count, offset=block.start).astype(float)
    y = y * scale if isinstance(scale, float) else y
    with np.errstate(invalid="ignore"):
        y, y_unit = as_absorbance(y, told=unit)
    facts = {name: value for name, value in told.items() if isinstance(value, str)}
    return spectrum(INFRARED, np.linspace(first, last, count), y, y_unit=y_unit, facts=facts)
