"""Tell by its first bytes what a file is, and read it."""

from handrail.core.common.refusals import Refused

from . import jcamp, msp, opus, spc, table
from .spectrum import LARGEST_BYTES, Spectrum

LEAST_BYTES = 8


def read(raw: bytes, *, kind: str | None = None) -> list[Spectrum]:
    """Read the spectra of one file: JCAMP-DX, Bruker OPUS, SPC, MSP or two columns of numbers.

    Args:
        kind: for two columns without names: `infrared`, `raman` or `mass`.
    Raises:
        Refused: `not-a-spectrum`, `spectrum-too-large`, or what the form's own reader refuses. Nothing else leaves here.
    """
    if len(raw) > LARGEST_BYTES:
        raise Refused("spectrum-too-large", most=LARGEST_BYTES)
    if len(raw) < LEAST_BYTES:
        raise Refused("not-a-spectrum")
    if raw.startswith(opus.MAGIC):
        return opus.read(raw)
    if raw[1] == spc.NEW_FORM and b"\0" in raw[:32]:
        return spc.read(raw)
    text = _text(raw)
    if text.lstrip().startswith("##"):
        return jcamp.read(text)
    if "num peaks" in text[:20_000].lower() or text[:5].upper() == "NAME:":
        return msp.read(text)
    return table.read(text, kind=kind)


def _text(raw: bytes) -> str:
    """Read bytes as text, UTF-8 or else Latin-1, in which old instruments write. Raises Refused("not-a-spectrum")."""
    if b"\0" in raw:
        raise Refused("not-a-spectrum")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
