"""A copy of the sources that a test may break, and the tools to run on it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.prefix) / "bin"


@dataclass(frozen=True)
class Copy:
    """A copy of src and pyproject.toml, made once a session; each probe patches a file and puts it back."""

    root: Path

    @contextmanager
    def patched(self, files: Mapping[str, str]) -> Iterator[None]:
        """Add text to files of `src/handrail` (made where they do not exist) for as long as the block runs."""
        targets = {self.root / "src" / "handrail" / name: text for name, text in files.items()}
        before = {file: file.read_text() if file.exists() else None for file in targets}
        for file, text in targets.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{before[file] or ''}\n{text}\n")
        try:
            yield
        finally:
            for file, text in before.items():
                self._put_back(file, text)

    def run(self, tool: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a tool at the copy's root."""
        command = (str(TOOLS / tool), *words)
        return subprocess.run(
            command, cwd=self.root, env=self._environment(), capture_output=True, text=True, check=False
        )

    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(self.root / "src"),
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _put_back(self, file: Path, text: str | None) -> None:
        if text is not None:
            file.write_text(text)
            return
        file.unlink()
        while not any(file.parent.iterdir()):
            file = file.parent
            file.rmdir()


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Copy the sources once."""
    root = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", root)
    skipped = shutil.ignore_patterns("__pycache__", "static", "*.woff2")
    shutil.copytree(ROOT / "src" / "handrail", root / "src" / "handrail", ignore=skipped)
    return Copy(root)
