"""The server: one at a time on a data folder, supervised as a process group, the sealer beside it."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from handrail.core.common import home, unlocking
from handrail.core.common.refusals import Refused

from .setting_up import tell

LOOPBACK = "127.0.0.1"
THREADS = 4  # per worker process: two processes keep two cores busy while writers wait for the disk
ANSWER_WITHIN_SECONDS = 30
LAST_PORT = 65_535


def port() -> int:
    """Return the port the environment names, or 8000. Raises Refused("bad-port")."""
    told = os.environ.get("HANDRAIL_PORT") or "8000"
    if not (told.isascii() and told.isdecimal() and len(told) <= len(str(LAST_PORT)) and 1 <= int(told) <= LAST_PORT):
        raise Refused("bad-port", port=told[:20])
    return int(told)


def check() -> None:
    """Make sure that a server can start here, before anything is made for it. Ends a server that was left behind.

    Raises:
        Refused: `bad-port`, `server-runs`, `port-taken`.
    """
    at, run = port(), home.folder() / "run"
    if run.is_dir():
        with _alone(run):
            _stop_orphan(run)
    _check_free(at)


def command(*, host: str, port: int, workers: int) -> list[str]:
    """Return the server's command line: WSGI, no access log."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(THREADS), "--blocking-threads-idle-timeout", "600",
        "--no-ws", "--log-level", "error", "--no-access-log", "--respawn-failed-workers", "handrail.config.wsgi:application",
    ]  # fmt: skip


def serve(sign_ins: dict[str, str]) -> int:
    """Serve until told to stop; say the address and the sign-ins once it answers, the sign-ins also when it never does."""
    greeted = threading.Event()
    try:
        return _serve(sign_ins, greeted)
    finally:
        if not greeted.is_set():
            _tell_sign_ins(sign_ins)


def _serve(sign_ins: dict[str, str], greeted: threading.Event) -> int:
    from . import sealer

    run = home.open_home().run
    with _alone(run):
        _stop_orphan(run)
        at = port()
        _check_free(at)
        child = subprocess.Popen(
            command(host=LOOPBACK, port=at, workers=min(2, os.cpu_count() or 1)),
            env=os.environ | unlocking.hand_on(home.open_home().keys),
            start_new_session=True,
        )
        (run / "server.json").write_text(json.dumps({"group": child.pid}))
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        try:
            if not _answers(at, child):
                tell("the server did not answer")
                return 1
            _greet(at, sign_ins)
            greeted.set()
            sealing = threading.Thread(target=sealer.run, args=(stop,), daemon=True)
            sealing.start()
            while child.poll() is None and not stop.wait(0.5):
                pass
            return 0 if stop.is_set() else 1
        finally:
            stop.set()
            _end(child.pid)
            (run / "server.json").unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(run: Path) -> Iterator[None]:
    """Keep a second server off the same data folder. Raises Refused("server-runs")."""
    with (run / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("server-runs") from None
        yield


def _stop_orphan(run: Path) -> None:
    """End a server whose supervisor was killed: we hold the lock, so nobody watches over it."""
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
        group = int(json.loads((run / "server.json").read_text())["group"])
        if b"granian" in Path(f"/proc/{group}/cmdline").read_bytes():
            tell("ending a server that was left behind")
            _end(group)


def _end(group: int) -> None:
    for name, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 1.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, name)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _lives(group):
            time.sleep(0.05)


def _lives(group: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _check_free(at: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, at))
        except OSError:
            raise Refused("port-taken", port=at) from None


def _answers(at: int, child: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            if urllib.request.urlopen(f"http://{LOOPBACK}:{at}/", timeout=2).status == HTTPStatus.OK:
                return True
        time.sleep(0.05)
    return False


def _greet(at: int, sign_ins: dict[str, str]) -> None:
    tell("ready")
    print(f"\n  http://localhost:{at}/        public pages\n  http://localhost:{at}/desk/   staff\n")
    _tell_sign_ins(sign_ins)
    if not sign_ins:
        print("  sign in as before")
    print("\n  Ctrl+C stops it.", flush=True)


def _tell_sign_ins(sign_ins: dict[str, str]) -> None:
    for handle, password in sign_ins.items():
        print(f"  sign in as {handle:<8} password {password}", flush=True)
