"""The system's Chromium, for the tests that drive a browser, and the tool by which it comes to trust a certificate."""

import os
import shutil

from .machine import install
from .setting_up import tell

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ENVIRONMENT = "HANDRAIL_CHROMIUM"  # where the tests are told which one


def find() -> str | None:
    """Return the Chromium of this machine; None where there is none."""
    named = os.environ.get(ENVIRONMENT)
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def ensure() -> str | None:
    """Return the Chromium of this machine, installing it where root may; None, said loudly, where there can be none."""
    found = find() or (find() if install("chromium") else None)
    if found is None:
        tell("NOT RUN: the browser tests. There is no Chromium on this machine. Install it: apt-get install chromium")
    return found


def certutil() -> str | None:
    """Return the tool that puts a certificate into a profile; None where there is none."""
    return shutil.which("certutil")


def ensure_certutil() -> None:
    """Install that tool where root may; say loudly where it cannot be."""
    if certutil() is None and not install("libnss3-tools"):
        tell("NOT RUN: the tests of a trusted name. There is no certutil. Install it: apt-get install libnss3-tools")
