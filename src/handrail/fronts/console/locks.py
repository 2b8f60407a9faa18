"""What `check lock` looks at: every dependency is pinned with hashes, the locks agree, and what is installed is what is pinned."""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[4]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)([^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
MARKER = re.compile(r"\s*;\s*([^\\\n]+)")
MOST_DIRECT = 15  # runtime dependencies of the core
HASH = "--hash=sha256:"


@dataclass(frozen=True)
class Pin:
    """One pinned package: its version, whether it has hashes, whether this machine needs it."""

    version: str
    hashed: bool
    here: bool = True


def problems(root: Path = ROOT) -> list[str]:
    """Return everything in which pyproject.toml and the locks disagree, one line each."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    core, extras = project["project"]["dependencies"], project["project"]["optional-dependencies"]
    wanted = {
        "run": [*core, *extras["evidence"]],
        "pg": [*core, *extras["evidence"], *extras["pg"]],
        "dev": project["dependency-groups"]["dev"],
    }
    locks = {name: pins((root / "lock" / f"{name}.txt").read_text(encoding="utf-8")) for name in wanted}
    return [
        *(line for name, direct in wanted.items() for line in unmet(name, direct, locks[name])),
        *(
            f"lock/{name}.txt: {each} has no hash"
            for name, lock in locks.items()
            for each, pin in lock.items()
            if not pin.hashed
        ),
        *(line for name in ("run", "pg") for line in apart(name, locks[name], locks["dev"])),
        *too_many(core),
    ]


def pins(text: str) -> dict[str, Pin]:
    """Read a lock: package name to its pin."""
    return {
        canonicalize_name(name): Pin(version, HASH in rest, _here(rest)) for name, version, rest in PIN.findall(text)
    }


def _here(rest: str) -> bool:
    marker = MARKER.match(rest)
    return Marker(marker.group(1)).evaluate() if marker else True


def unmet(name: str, direct: list[str], lock: Mapping[str, Pin]) -> Iterator[str]:
    """Yield each direct dependency that a lock does not satisfy."""
    for requirement in map(Requirement, direct):
        pin = lock.get(canonicalize_name(requirement.name))
        if pin is None:
            yield f"lock/{name}.txt: {requirement.name} is not pinned"
        elif not requirement.specifier.contains(pin.version, prereleases=True):
            yield f"lock/{name}.txt: {requirement.name} {pin.version} is not {requirement.specifier}"


def apart(name: str, lock: Mapping[str, Pin], dev: Mapping[str, Pin]) -> Iterator[str]:
    """Yield each pin that the developer lock does not hold at the same version: what is tested is what is run."""
    for each, pin in lock.items():
        if each not in dev or dev[each].version != pin.version:
            yield f"lock/{name}.txt: {each} {pin.version} is not what lock/dev.txt pins"


def too_many(direct: list[str]) -> Iterator[str]:
    """Yield a line when the core has more direct dependencies than it may."""
    if len(direct) > MOST_DIRECT:
        yield f"pyproject.toml: {len(direct)} direct dependencies, at most {MOST_DIRECT}"


def not_installed(lock: Mapping[str, Pin]) -> Iterator[str]:
    """Yield each pin that this environment has at another version, or not at all."""
    for each, pin in ((each, pin) for each, pin in lock.items() if pin.here):
        try:
            have = metadata.version(each)
        except metadata.PackageNotFoundError:
            have = "missing"
        if have != pin.version:
            yield f"{each}: {have} here, {pin.version} in lock/dev.txt"


def main() -> int:
    """Print what disagrees; return 1 when anything does."""
    found = [*problems(), *not_installed(pins((ROOT / "lock" / "dev.txt").read_text(encoding="utf-8")))]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
