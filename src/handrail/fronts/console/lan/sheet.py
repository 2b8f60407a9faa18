"""The sheet of paper for new devices: one page, two QR codes, the fingerprint to compare."""

import base64
from collections.abc import Mapping
from pathlib import Path

import segno
from django.template.loader import render_to_string

from handrail.fronts.console import private

STYLE = Path(__file__).with_name("trust.css")


def write(folder: Path, *, trust: Mapping[str, str], desk: str) -> Path:
    """Write the sheet, complete in one file that any browser opens and prints; return where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    style = f"data:text/css;base64,{base64.b64encode(STYLE.read_bytes()).decode()}"
    codes = {"trust_qr": qr(trust["address"]), "desk_qr": qr(desk)}
    page = render_to_string("console/sheet.html", {"style": style, "trust": trust, "desk": desk} | codes)
    file = folder / "add-a-device.html"
    private.write(file, page)
    return file


def qr(text: str) -> str:
    """Return a QR code as an image that stands in the page itself."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(border=2, scale=6))
