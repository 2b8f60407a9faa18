"""A house that can be copied and brought back, for the tests of copies."""

import io
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from handrail.core.common import home
from handrail.core.common.refusals import Refused
from handrail.fronts.console import keyring


class House:
    """An installation over the test's own database, with an offline key on a stick."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stick = folder, folder / "stick.key"
        self.home = home.open_home()
        said = io.StringIO()
        with redirect_stdout(said):
            keyring.print_offline(replace=False)
        self.stick.write_text(said.getvalue())

    @property
    def identity(self) -> str:
        """The offline key itself."""
        return self.stick.read_text().splitlines()[-1]

    def files(self, under: Path | None = None) -> list[str]:
        """Name what lies in a folder (the data folder when none is told), locks left out."""
        kept = under or self.home.data
        return sorted(str(one.relative_to(kept)) for one in kept.rglob("*") if one.is_file() and one.suffix != ".lock")


def kept(folder: Path) -> dict[str, bytes]:
    """Return every byte that lies under a folder, locks left out."""
    files = (one for one in folder.rglob("*") if one.is_file() and one.suffix != ".lock")
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


def refused(call: Any, *told: Any, **named: Any) -> Refused:
    """Return the refusal that a call ends in."""
    with pytest.raises(Refused) as refusal:
        call(*told, **named)
    return refusal.value


def older(path: Path, *, now: Any, hours: float) -> None:
    """Let a file be this old."""
    at = now.timestamp() - hours * 3600
    os.utime(path, (at, at))
