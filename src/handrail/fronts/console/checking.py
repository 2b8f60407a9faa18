"""`handrail check` and `handrail fix`: every rule of the house, by the tool that keeps it. A check changes nothing."""

import json as jsonlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
TOOLS = Path(sys.prefix) / "bin"
AT_ONCE = 2  # tools side by side; more only steal from one another on a small machine

Command = tuple[str, ...]


def _python(module: str, *words: str) -> Command:
    return (sys.executable, "-m", module, *words)


def _tool(name: str, *words: str) -> Command:
    return (str(TOOLS / name), *words)


PARTS: Mapping[str, tuple[Command, ...]] = {  # the slow ones first, so that they run beside the others
    "types": (_tool("mypy", "--no-error-summary"),),
    "lint": (
        _tool("ruff", "check", "--quiet", "--output-format", "concise", "."),
        _tool("ruff", "format", "--check", "--output-format", "concise", "."),
        _tool("djlint", "--lint", "--quiet", "src"),
        _tool("codespell"),
        _tool("vulture"),
        _tool("deptry", "src"),
        _python("handrail.config.checks", "source"),
        _python("handrail.config.checks", "templates"),
    ),
    "contracts": (_tool("lint-imports", "--no-cache", "--no-logo"),),
    "schema": (_python("handrail.config.checks", "schema"),),
    "migrations": (_python("handrail.config.checks", "migrations"),),
    "docs": (_python("handrail.fronts.console.documents"),),
    "lock": (
        _python("handrail.fronts.console.locks"),
        _tool("uv", "pip", "check", "--quiet", "--python", sys.executable),
    ),
}
MENDS: tuple[Command, ...] = (
    _tool("ruff", "check", "--fix", "--quiet", "."),
    _tool("ruff", "format", "--quiet", "."),
    _python("handrail.fronts.console.reference"),
)


@dataclass(frozen=True)
class Outcome:
    """What one part came to: each failed command's words (empty: all is well), and the seconds it took."""

    part: str
    failures: tuple[str, ...]
    seconds: float


def run(parts: Sequence[str], *, json: bool = False) -> int:
    """Run the named parts (all of them without a name), print a line for each, return 1 when any failed and 2 for a wrong name."""
    if unknown := sorted(set(parts) - set(PARTS)):
        print(f"There is no part {', '.join(unknown)}. Choose from: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    chosen = [part for part in PARTS if not parts or part in parts]
    if not json:
        print(f"Checking {', '.join(chosen)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="handrail-check-") as home, ThreadPoolExecutor(AT_ONCE) as pool:
        environment = _environment(Path(home))
        outcomes = []
        for outcome in pool.map(lambda part: _part(part, environment), chosen):
            _tell(outcome, json=json)
            outcomes.append(outcome)
    failures = sum(len(outcome.failures) for outcome in outcomes)
    if not json:
        print(f"{failures} failed" if failures else "All is well", flush=True)
    return 1 if failures else 0


def fix() -> int:
    """Mend what can be mended by itself: imports, format, generated pages. Return 1 when something could not be."""
    with tempfile.TemporaryDirectory(prefix="handrail-fix-") as home:
        environment = _environment(Path(home))
        said = [_said(command, environment) for command in MENDS]
    for words in filter(None, said):
        print(words)
    return 1 if any(said) else 0


def _environment(home: Path) -> dict[str, str]:
    """Return an environment in which a check has a home and keys of its own, and the embedded database."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    return own | {
        "HANDRAIL_HOME": str(home / "var"),
        "HANDRAIL_KEYS": str(home / "keys"),
        "DJANGO_SETTINGS_MODULE": "handrail.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _part(part: str, environment: Mapping[str, str]) -> Outcome:
    began = time.monotonic()
    said = [_said(command, environment) for command in PARTS[part]]
    return Outcome(part, tuple(filter(None, said)), round(time.monotonic() - began, 2))


def _said(command: Command, environment: Mapping[str, str]) -> str:
    """Run one tool at the root; return its words when it failed, nothing when all is well."""
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return f"{Path(command[0]).name} is not installed. Run ./handrail check, which installs the developer lock."
    name = " ".join((Path(command[0]).name, *command[1:3]))
    return f"{name}\n{done.stdout}{done.stderr}".rstrip() if done.returncode else ""


def _tell(outcome: Outcome, *, json: bool) -> None:
    ok = not outcome.failures
    if json:
        told = {"part": outcome.part, "ok": ok, "seconds": outcome.seconds, "failures": outcome.failures}
        print(jsonlib.dumps(told), flush=True)
        return
    for words in outcome.failures:
        print(f"\n{words}\n")
    print(f"{outcome.part:<12}{'ok' if ok else 'FAILED':<8}{outcome.seconds:>6.1f} s", flush=True)
