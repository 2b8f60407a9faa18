"""Clean devices: browser profiles of their own that trust a house or do not, and what their cameras see."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import segno
from playwright.sync_api import BrowserContext, Playwright

from handrail.fronts.console import browser as chromium

from ..lan import LOOPBACK
from .conftest import ARGUMENTS

WIDTH, HEIGHT = 640, 480  # of the camera's picture


@contextlib.contextmanager
def device(
    playwright: Playwright, names: Sequence[str], *, trusts: bytes | None, home: Path, video: Path | None = None
) -> Iterator[BrowserContext]:
    """Open a browser in a clean home, which finds these names on loopback and trusts this certificate (DER) beside the system's."""
    home.mkdir(exist_ok=True)
    if trusts is not None:
        _trust(home, trusts)
    rules = ", ".join(f"MAP {name} {LOOPBACK}" for name in names)
    camera = [f"--use-file-for-fake-video-capture={video}"] if video else []
    context = playwright.chromium.launch_persistent_context(
        home / "profile", executable_path=chromium.find(), env=dict(os.environ) | {"HOME": str(home)},
        args=[
            *ARGUMENTS, f"--host-resolver-rules={rules}", "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream", *camera,
        ],
    )  # fmt: skip
    context.set_default_timeout(20_000)
    try:
        yield context
    finally:
        context.close()


def _trust(home: Path, certificate: bytes) -> None:
    database, file = home / ".pki" / "nssdb", home / "handrail.crt"
    database.mkdir(parents=True)
    file.write_bytes(certificate)
    tool = [str(chromium.certutil()), "-d", f"sql:{database}"]
    subprocess.run([*tool, "-N", "--empty-password"], check=True, capture_output=True)
    subprocess.run([*tool, "-A", "-n", "handrail", "-t", "C,,", "-i", str(file)], check=True, capture_output=True)


def film(file: Path, text: str) -> Path:
    """Write what a camera sees that is held over a QR code: a short film (YUV4MPEG2, 4:2:0)."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(scale=8, border=4)]
    light, dark = 235, 16  # of luma in video
    top, left = (HEIGHT - len(rows)) // 2, (WIDTH - len(rows[0])) // 2
    picture = [[light] * WIDTH for _ in range(HEIGHT)]
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            picture[top + y][left + x] = dark if module else light
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + b"".join(map(bytes, picture)) + grey
    file.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)
    return file
