"""Thermo Galactic SPC, new form, one trace with an even axis. Source: Galactic Industries, Universal Data Format specification, 1997."""

import struct

import numpy as np

from handrail.core.common.refusals import Refused

from .spectrum import INFRARED, INTENSITY, MOST_POINTS, RAMAN, Spectrum, Vector, as_absorbance, spectrum

NEW_FORM = 0x4B
HEADER, SUBHEADER = 512, 32
HEAD = "<BBBbiddi"
AXIS_AT = 28
SIXTEEN_BITS, UNEVEN = 0x01, 0x80
FLOATS = -128  # the exponent that says: ordinates are floats
WAVENUMBER_AXES = {1: INFRARED, 13: RAMAN}
ORDINATES = {2: "ABSORBANCE", 11: "% TRANSMITTANCE", 128: "TRANSMITTANCE", 129: "REFLECTANCE"}


def read(raw: bytes) -> list[Spectrum]:
    """Read the one trace of the file.

    Raises:
        Refused: `not-a-spectrum`, `spectrum-cut`, `spectrum-unit`, `spectrum-too-large`, `spectrum-number`.
    """
    if len(raw) < HEADER + SUBHEADER:
        raise Refused("spectrum-cut")
    flags, form, _, exponent, points, first, last, traces = struct.unpack_from(HEAD, raw, 0)
    if form != NEW_FORM or traces > 1 or flags & UNEVEN:
        raise Refused("not-a-spectrum")
    axis, ordinate = raw[AXIS_AT], raw[AXIS_AT + 1]
    kind = WAVENUMBER_AXES.get(axis, RAMAN if axis == 0 else "")
    if not kind:
        raise Refused("spectrum-unit", expected="cm⁻¹")
    if not 1 <= points <= MOST_POINTS:
        raise Refused("spectrum-too-large", most=MOST_POINTS)
    y = _ordinates(raw, points, exponent=exponent, short=bool(flags & SIXTEEN_BITS))
    unit = INTENSITY
    if kind == INFRARED:
        y, unit = as_absorbance(y, told=ORDINATES.get(ordinate, ""))
    return [spectrum(kind, np.linspace(first, last, points), y, y_unit=unit)]


def _ordinates(raw: bytes, points: int, *, exponent: int, short: bool) -> Vector:
    kind, bits = ("<f4", 0) if exponent == FLOATS else ("<i2", 16) if short else ("<i4", 32)
    if HEADER + SUBHEADER + points * np.dtype(kind).itemsize > len(raw):
        raise Refused("spectrum-cut")
    y = np.frombuffer(raw, dtype=kind, count=points, offset=HEADER + SUBHEADER).astype(float)
    return y if not bits else y * 2.0 ** (exponent - bits)
