"""The server: one at a time on a data folder, supervised as a process group, the sealer beside it."""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from handrail.core.common import home, served, unlocking
from handrail.core.common.refusals import Refused

from . import doors
from .doors import Change, Door, Keeper
from .setting_up import tell

THREADS = 4  # requests at once in a worker process: two processes keep two cores busy while writers wait for the disk
LISTENERS = (
    112  # threads more, each of which waits for news of a floor board; config.wsgi lets none of them starve a request
)
ANSWER_WITHIN_SECONDS = 30
TEND_EVERY_SECONDS = 5.0  # between two looks at the door
LAST_PORT = 65_535
UP_PORT, TLS_PORT = 8000, 8443


def port(usual: int = UP_PORT) -> int:
    """Return the port the environment names, or the usual one. Raises Refused("bad-port")."""
    told = os.environ.get("HANDRAIL_PORT") or str(usual)
    if not (told.isascii() and told.isdecimal() and len(told) <= len(str(LAST_PORT)) and 1 <= int(told) <= LAST_PORT):
        raise Refused("bad-port", port=told[:20])
    return int(told)


def check(host: str = doors.LOOPBACK, at: int | None = None) -> None:
    """Make sure that a server can start here, before anything is made for it. Ends a server that was left behind.

    Raises:
        Refused: `bad-port`, `server-runs`, `port-taken`.
    """
    at = at or port()
    check_alone()
    check_free(host, at)


def check_alone() -> None:
    """End a server that was left behind on the data folder. Raises Refused("server-runs") when somebody watches over it."""
    run = home.folder() / "run"
    if run.is_dir():
        with _alone(run):
            _stop_orphan(run)


def command(*, host: str, port: int, workers: int, files: tuple[Path, Path] | None = None) -> list[str]:
    """Return the server's command line: WSGI, no access log, https (TLS 1.3) where it is given a certificate and its key."""
    shown = ["--ssl-certificate", str(files[0]), "--ssl-keyfile", str(files[1])] if files else []
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(THREADS + LISTENERS), "--blocking-threads-idle-timeout", "600",
        "--no-ws", "--log-level", "error", "--no-access-log", "--respawn-failed-workers", *shown,
        "handrail.config.wsgi:application",
    ]  # fmt: skip


def serve(sign_ins: dict[str, str], keeper: Keeper | None = None) -> int:
    """Serve until told to stop; say the address and the sign-ins once it answers, the sign-ins also when it never does."""
    greeted = threading.Event()
    try:
        return _serve(keeper or doors.for_up(port()), sign_ins, greeted)
    finally:
        if not greeted.is_set():
            _tell_sign_ins(sign_ins)


def _serve(keeper: Keeper, sign_ins: dict[str, str], greeted: threading.Event) -> int:
    from . import copying, drilling, restoring, sealer

    copying.every()  # refused now, not beside a server that runs already
    run = home.open_home().run
    with _alone(run):
        _stop_orphan(run)
        restoring.clear_left(run)
        drilling.clear_left(run, home.open_home().keys)
        server = _Server(run, unlocking.hand_on(home.open_home().keys))
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        try:
            server.start(keeper.door)
            if not server.answers():
                tell("the server did not answer")
                return 1
            keeper.begin()
            _greet(keeper, sign_ins)
            greeted.set()
            for beside in (sealer.run, copying.run):
                threading.Thread(target=beside, args=(stop,), daemon=True).start()
            server.watch(keeper, stop)
            return 0 if stop.is_set() else 1
        finally:
            stop.set()
            keeper.end()
            server.end()


class _Server:
    """The server's process group, and the file by which a later start finds it if this process is killed."""

    def __init__(self, run: Path, unlocked: Mapping[str, str]) -> None:
        self.note, self.unlocked, self.door = run / "server.json", unlocked, Door("", 0, "")
        self.child: subprocess.Popen[bytes] | None = None

    def start(self, door: Door) -> None:
        """Start in a door. Raises Refused("port-taken")."""
        check_free(door.host, door.port)
        words = command(host=door.host, port=door.port, workers=min(2, os.cpu_count() or 1), files=door.files)
        self.door = door
        told = os.environ | dict(self.unlocked) | dict(door.environment)
        self.child = subprocess.Popen(words, start_new_session=True, env=told)
        self.note.write_text(json.dumps({"group": self.child.pid}))

    def runs(self) -> bool:
        """Tell whether it has not ended."""
        return self.child is not None and self.child.poll() is None

    def answers(self) -> bool:
        """Wait until it answers; tell whether it did."""
        deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
        while time.monotonic() < deadline and self.runs():
            with contextlib.suppress(OSError, http.client.HTTPException):
                if _status(self.door) < http.client.INTERNAL_SERVER_ERROR:
                    return True
            time.sleep(0.05)
        return False

    def watch(self, keeper: Keeper, stop: threading.Event) -> None:
        """Stand by until it ends or is told to stop; follow what changes at the door."""
        due = time.monotonic() + TEND_EVERY_SECONDS
        while self.runs() and not stop.wait(0.5):
            if time.monotonic() >= due:
                self.follow(keeper.tend(), keeper.door)
                due = time.monotonic() + TEND_EVERY_SECONDS

    def follow(self, change: Change, door: Door) -> None:
        """Show another certificate, or stand in another door; what is being answered is answered first."""
        if change is Change.CERTIFICATE and self.child:
            self.child.send_signal(signal.SIGHUP)  # granian puts new workers in the old ones' place, one by one
        elif change is Change.PLACE:
            self.end()
            self.start(door)

    def end(self) -> None:
        """End the whole group."""
        if self.child:
            _end(self.child.pid)
            self.child.wait()
        self.note.unlink(missing_ok=True)


def _status(door: Door) -> int:
    """Ask for the public page as a browser does; return the status."""
    talk = http.client.HTTPConnection(door.host, door.port, timeout=2)
    if door.files:
        unseen = ssl._create_unverified_context()  # noqa: S323  -- it is our own child that is asked whether it answers
        talk = http.client.HTTPSConnection(door.host, door.port, timeout=2, context=unseen)
    with contextlib.closing(talk):
        talk.request("GET", "/", headers={"Host": door.name})
        return talk.getresponse().status


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
        if _is_server(group) or group in served.groups(run):  # its workers may have outlived its first process
            tell("ending a server that was left behind")
            _end(group)


def _is_server(process: int) -> bool:
    try:
        return b"granian" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def check_unserved(run: Path) -> None:
    """Make sure that nobody serves this data folder unwatched. Raises Refused("server-left")."""
    if served.is_served(run):
        raise Refused("server-left")


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


def check_free(host: str, at: int) -> None:
    """Make sure that nobody listens there. Raises Refused("port-taken")."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, at))
        except OSError:
            raise Refused("port-taken", port=at) from None


def _greet(keeper: Keeper, sign_ins: dict[str, str]) -> None:
    tell("ready")
    keeper.greet()
    _tell_sign_ins(sign_ins)
    if not sign_ins:
        print("  sign in as before")
    print("\n  Ctrl+C stops it.", flush=True)


def _tell_sign_ins(sign_ins: dict[str, str]) -> None:
    for handle, password in sign_ins.items():
        print(f"  sign in as {handle:<8} password {password}", flush=True)
