"""A PostgreSQL cluster of one's own, for as long as a run of tests or a bench lasts. It listens on loopback only."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .machine import free_port, install
from .setting_up import tell

OLDEST = 15  # major version
LOOPBACK = "127.0.0.1"
NAME = "handrail"  # of the cluster's owner and of its first database
UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL refuses root
STARTS_WITHIN_SECONDS = 60
TRIES = 3  # another process may take the free port first

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_parameter_max_length": "0",  # what a log may say: no value of a row, ever
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@contextlib.contextmanager
def running() -> Iterator[str | None]:
    """Run a new, empty cluster; yield its HANDRAIL_DATABASE_URL, or None (said loudly) where this machine cannot."""
    programs = find() or (find() if install("postgresql") else None)
    if programs is None:
        tell("NOT RUN: PostgreSQL 15 or newer is not on this machine. Install it: apt-get install postgresql")
        yield None
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the cluster ends with us
    folder = Path(tempfile.mkdtemp(prefix="handrail-pg-"))
    owner = _owner(folder)
    try:
        _run(
            [
                programs / "initdb",
                "-D",
                folder / "data",
                "-U",
                NAME,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-instructions",
            ],
            owner,
        )
        server, port = _start(programs, folder, owner)
        try:
            _run([programs / "createdb", "-h", LOOPBACK, "-p", str(port), "-U", NAME, NAME], owner)
            yield f"postgresql://{NAME}@{LOOPBACK}:{port}/{NAME}"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find() -> Path | None:
    """Return the folder of the newest PostgreSQL that is new enough; None where there is none."""
    folders = {
        int(path.parent.name): path
        for path in Path("/usr/lib/postgresql").glob("*/bin")
        if path.parent.name.isdecimal()
    }
    if on_path := shutil.which("initdb"):
        said = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False).stdout
        folders.setdefault(int(said.split()[-1].partition(".")[0] or 0) if said else 0, Path(on_path).resolve().parent)
    newest = max((version for version, path in folders.items() if (path / "postgres").exists()), default=0)
    return folders[newest] if newest >= OLDEST else None


def _owner(folder: Path) -> dict[str, Any]:
    """Return who runs the cluster, as subprocess wants it said; the folder becomes theirs."""
    if os.geteuid() != 0:
        return {}
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            os.chown(folder, found.pw_uid, found.pw_gid)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL refuses root, and this machine has neither a user postgres nor nobody")


def _start(programs: Path, folder: Path, owner: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(TRIES):
        port, said = free_port(), folder / "said.log"
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with said.open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-p", str(port), *settings],
                cwd=folder, stdout=log, stderr=log, start_new_session=True, **owner,
            )  # fmt: skip
        if _answers(programs, port, server):
            return server, port
        _stop(server)
    raise RuntimeError(f"PostgreSQL did not start: {said.read_text()[-2000:]}")


def _answers(programs: Path, port: int, server: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    ask = [str(programs / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port)]
    while server.poll() is None and time.monotonic() < deadline:
        if subprocess.run(ask, check=False).returncode == 0:
            return server.poll() is None
        time.sleep(0.05)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End a cluster at once: its data is thrown away."""
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(signal.SIGQUIT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _run(words: Sequence[Path | str], owner: dict[str, Any]) -> None:
    done = subprocess.run(words, cwd="/", capture_output=True, text=True, check=False, **owner)
    if done.returncode:
        raise RuntimeError(f"{words[0]} failed: {done.stderr.strip()}")
