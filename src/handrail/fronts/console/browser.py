"""The system's Chromium, for the tests that drive a browser."""

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
