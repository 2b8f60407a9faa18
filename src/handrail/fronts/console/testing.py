"""`handrail test`: the suite on one database, the long fault runs, the acceptance scenarios.

This module is also the pytest plugin of `--scenarios`: it keeps the tests marked as a scenario and writes what became of each.
"""

import contextlib
import json as jsonlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from . import browser, cluster
from .setting_up import tell

ROOT = Path(__file__).resolve().parents[4]
PROCESSES = min(os.cpu_count() or 1, 4)
ALONE = ("-n", "--numprocesses", "--pdb", "-s", "--collect-only")  # words that ask for one process
TAKE_A_WORD = ("-m", "-k", "-p", "-o", "-W", "-c", "-r")
OUT = "HANDRAIL_SCENARIOS"  # the file in which the plugin writes outcomes
LONG = "HANDRAIL_FAULTS"  # "1": fault runs in their long form


@dataclass
class Scenario:
    """What became of one acceptance scenario: passed only if every one of its tests passed."""

    id: str
    outcome: str = "passed"
    seconds: float = 0.0

    def add(self, outcome: str, seconds: float) -> None:
        """Count one phase of one of its tests."""
        worst = ("passed", "skipped", "failed")
        self.outcome = max(self.outcome, outcome, key=worst.index)
        self.seconds = round(self.seconds + seconds, 3)


def run(args: Sequence[str], *, postgres: bool, faults: bool, scenarios: bool, json: bool) -> int:
    """Run the tests on one database and return pytest's exit code; 0 where PostgreSQL cannot run here, said loudly."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(cluster.running()) if postgres else ""
        if url is None:
            return 0
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handrail-tests-")))
        chromium = None if faults or "not browser" in args else browser.ensure()
        if chromium and not (_names_tests(args) and not any("browser" in word for word in args)):
            browser.ensure_certutil()
        environment = _environment(folder, url=url, faults=faults, chromium=chromium)
        words = [*_words(args, faults=faults, browsers=chromium is not None, scenarios=scenarios), *args]
        tell(
            f"tests on {'PostgreSQL (a cluster of its own)' if url else 'SQLite'}{', long fault runs' if faults else ''}"
        )
        code = subprocess.run(
            words, cwd=ROOT, env=environment, stdout=sys.stderr if json else None, check=False
        ).returncode
        if scenarios:
            _tell(_read(folder / "scenarios.jsonl"), json=json)
        return code


def _environment(folder: Path, *, url: str, faults: bool, chromium: str | None) -> dict[str, str]:
    """Return an environment without the operator's own settings: a test never meets a real home or database."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    told = {"HANDRAIL_DATABASE_URL": url, LONG: "1" if faults else "", browser.ENVIRONMENT: chromium or ""}
    return own | {name: value for name, value in told.items() if value} | {
        "TMPDIR": str(folder), "PYTHONPATH": str(ROOT / "src"), OUT: str(folder / "scenarios.jsonl"),
    }  # fmt: skip


def _words(args: Sequence[str], *, faults: bool, browsers: bool, scenarios: bool) -> list[str]:
    """Return pytest's command line up to the words of the caller."""
    words = [sys.executable, "-m", "pytest"]
    if not (faults or _names_tests(args) or any(word.startswith(ALONE) for word in args)):
        words += ["-n", str(PROCESSES), "--dist", "loadgroup"]
    if faults:
        words += ["-m", "faults", "-v"]
    elif not browsers:
        words += ["-m", "not browser"]
    return words + (["-p", __name__] if scenarios else [])


def _names_tests(args: Sequence[str]) -> bool:
    """Tell whether the caller names files or tests: then one process is soonest done."""
    before = ("", *args)
    return any(not word.startswith("-") and last not in TAKE_A_WORD for last, word in zip(before, args, strict=False))


def _read(path: Path) -> list[Scenario]:
    if not path.exists():
        return []
    return [Scenario(**jsonlib.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _tell(found: Sequence[Scenario], *, json: bool) -> None:
    if json:
        for one in found:
            print(jsonlib.dumps(asdict(one)), flush=True)
        return
    table = Table("scenario", "outcome", "seconds", title="Acceptance scenarios")
    colours = {"passed": "green", "failed": "bold red", "skipped": "yellow"}
    for one in found:
        table.add_row(one.id, f"[{colours[one.outcome]}]{one.outcome}[/]", f"{one.seconds:.2f}")
    Console().print(table)


# --- the plugin of --scenarios ---


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that are marked as a scenario; each carries its scenario into its reports."""
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        marked = list(item.iter_markers("scenario"))
        item.user_properties += [("scenario", name) for mark in marked for name in mark.args]
        (kept if marked else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


_found: dict[str, Scenario] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count one phase of one test."""
    for name, value in report.user_properties:
        if name == "scenario":
            _found.setdefault(str(value), Scenario(str(value))).add(report.outcome, report.duration)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the outcomes, in the order of document and number; a worker of a parallel run leaves that to the one who asked."""
    if not hasattr(session.config, "workerinput") and OUT in os.environ:
        lines = (jsonlib.dumps(asdict(one)) for one in sorted(_found.values(), key=_place))
        Path(os.environ[OUT]).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _place(one: Scenario) -> tuple[str, int, str]:
    document, _, number = one.id.partition(":")
    digits = "".join(filter(str.isdecimal, number))
    return document, int(digits or 0), number
