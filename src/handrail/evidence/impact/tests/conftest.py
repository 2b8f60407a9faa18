"""Where the models' test data lie."""

from pathlib import Path

import pytest


@pytest.fixture
def data(shared: Path) -> Path:
    """The evidence folder of the shared library."""
    return shared / "data" / "evidence"


@pytest.fixture
def changed(data: Path, tmp_path: Path):
    """Copy a folder and change a text in one of its files: `changed("burnet", "file.csv", "was", "is")` returns the copy."""

    def copy(folder: str, file: str, was: str, now: str) -> Path:
        for one in (data / folder).glob("*.csv"):
            text = one.read_text(encoding="utf-8")
            assert one.name != file or was in text
            (tmp_path / one.name).write_text(text.replace(was, now, 1) if one.name == file else text, encoding="utf-8")
        return tmp_path

    return copy
