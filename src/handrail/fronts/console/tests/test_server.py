"""The server as a group of processes, with a stand-in for granian that answers every request."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from handrail.core.common import home, served
from handrail.core.common.refusals import Refused
from handrail.fronts.console import doors, machine, restoring, sealer, serving
from handrail.fronts.console.doors import Change, Door

STAND_IN = """
import http.server, signal, ssl, sys
host, port, status, *files = sys.argv[1:]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response_only(int(status) if self.headers["Host"] == "riverside.local" else 500)
        self.end_headers()
    def log_message(self, *words): pass
signal.signal(signal.SIGHUP, lambda *_: open(sys.argv[0] + "hup", "w").close())
server = http.server.HTTPServer((host, int(port)), Handler)
if files:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a stand-in into granian's place; signals are put back after."""
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN)

    def command(*, host: str, port: int, workers: int, files: tuple[Path, Path] | None) -> list[str]:
        return [sys.executable, str(program), host, str(port), os.environ.get("STATUS", "200"), *map(str, files or ())]

    monkeypatch.setattr(serving, "command", command)
    return program


@pytest.fixture
def door() -> Door:
    return Door("127.0.0.1", machine.free_port(), "http://riverside.local")


@pytest.fixture
def server(tmp_path: Path, stand_in: Path):
    made = serving._Server(tmp_path, {})
    yield made
    made.end()


def test_server_answers_and_leaves_nothing_behind(server, door, tmp_path) -> None:
    assert not server.runs()
    server.start(door)
    assert server.answers() and (tmp_path / "server.json").exists()
    server.end()
    assert not server.runs() and not (tmp_path / "server.json").exists()


def test_server_answers_over_its_own_https(server, door, signed) -> None:
    server.start(replace(door, address="https://riverside.local", files=signed("riverside.local")))
    assert server.answers()


def test_server_that_only_fails_does_not_answer(server, door, monkeypatch) -> None:
    monkeypatch.setenv("STATUS", "500")
    monkeypatch.setattr(serving, "ANSWER_WITHIN_SECONDS", 1)
    server.start(door)
    assert not server.answers()


def test_server_refuses_a_taken_port(server, door) -> None:
    server.start(door)
    assert server.answers()
    with pytest.raises(Refused, match="port-taken"):
        serving._Server(server.note.parent, {}).start(door)


def test_follow_shows_another_certificate_and_stands_elsewhere(server, door, stand_in) -> None:
    server.start(door)
    assert server.answers()
    first = server.child.pid
    server.follow(Change.NONE, door)
    server.follow(Change.CERTIFICATE, door)
    told = stand_in.with_name("stand_in.pyhup")
    deadline = time.monotonic() + 5
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert told.exists() and server.child.pid == first
    server.follow(Change.PLACE, replace(door, host="127.0.0.2"))
    assert server.answers() and server.child.pid != first


class Keeper(doors.Here):
    """Remembers what was asked of it, and tells the server to stop when it is tended."""

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self.seen: list[str] = []

    def begin(self) -> None:
        self.seen.append("begin")

    def tend(self) -> Change:
        self.seen.append("tend")
        os.kill(os.getpid(), signal.SIGTERM)
        return Change.NONE

    def end(self) -> None:
        self.seen.append("end")


@pytest.fixture
def alone(empty: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch):
    """A real folder, no sealer, and signals that are put back."""
    home.begin(demo=False)
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr(sealer, "run", lambda stop: None)
    monkeypatch.setattr(serving, "TEND_EVERY_SECONDS", 0)
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


def test_serve_begins_tends_and_ends_with_its_keeper(alone, door, capsys) -> None:
    keeper = Keeper(door)
    assert serving.serve({"lead": "shown once"}, keeper) == 0
    assert keeper.seen == ["begin", "tend", "end"]
    assert "shown once" in capsys.readouterr().out and not serving._lives(2**22 + 1)


def test_serve_greets_those_who_have_signed_in_before(alone, door, capsys) -> None:
    assert serving.serve({}, Keeper(door)) == 0
    assert "sign in as before" in capsys.readouterr().out


def test_serve_says_when_nothing_answers(alone, door, monkeypatch, capsys) -> None:
    monkeypatch.setattr(serving, "command", lambda **_: [sys.executable, "-c", ""])
    keeper = Keeper(door)
    assert serving.serve({}, keeper) == 1
    assert keeper.seen == ["end"] and "did not answer" in capsys.readouterr().err


class Killer(Keeper):
    """Kills the server as soon as it answers, and looks on."""

    def begin(self) -> None:
        os.killpg(json.loads((home.open_home().run / "server.json").read_text())["group"], signal.SIGKILL)

    def tend(self) -> Change:
        return Change.NONE


def test_serve_ends_when_the_server_does(alone, door) -> None:
    assert serving.serve({}, Killer(door)) == 1


def test_command_shows_a_certificate_where_there_is_one() -> None:
    plain = serving.command(host="127.0.0.1", port=1, workers=2)
    shown = serving.command(host="127.0.0.1", port=1, workers=2, files=(Path("a.pem"), Path("a.key")))
    assert "--ssl-certificate" not in plain and "--no-access-log" in plain
    assert shown[-5:] == ["--ssl-certificate", "a.pem", "--ssl-keyfile", "a.key", "handrail.config.wsgi:application"]


def test_check_leaves_a_stranger_alone_that_has_the_number_of_a_server(alone) -> None:
    (home.open_home().run / "server.json").write_text(f'{{"group": {os.getpid()}}}')
    serving.check_alone()


def test_check_ends_a_server_that_was_left_behind(alone, door, stand_in, capsys) -> None:
    run = home.open_home().run
    left = serving.subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)", "granian"], start_new_session=True
    )
    (run / "server.json").write_text(f'{{"group": {left.pid}}}')
    while b"granian" not in Path(f"/proc/{left.pid}/cmdline").read_bytes():
        time.sleep(0.01)  # it is not itself yet
    serving.check_alone()
    assert left.poll() is not None or not serving._lives(left.pid)
    assert "left behind" in capsys.readouterr().err


LEFT = """
import os, sys
from pathlib import Path
from handrail.core.common import served
if os.fork() == 0:
    served.hold(Path(sys.argv[1]))
    print(os.getpid(), flush=True)
    import time
    time.sleep(60)
"""


@pytest.fixture
def workers_left(alone):
    """A worker of a server whose first process has ended, and its run folder."""
    run = home.open_home().run
    first = subprocess.Popen(
        [sys.executable, "-c", LEFT, str(run)], start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    worker = int(first.stdout.readline())
    first.wait()
    (run / "server.json").write_text(json.dumps({"group": first.pid}))
    yield run, worker
    if serving._lives(first.pid):
        os.killpg(first.pid, signal.SIGKILL)
    first.stdout.close()


def test_check_ends_workers_whose_first_process_was_killed(workers_left, capsys) -> None:
    run, worker = workers_left
    assert served.is_served(run) and os.getpgid(worker) in served.groups(run)
    serving.check_alone()
    assert not served.is_served(run) and served.groups(run) == set()
    assert "left behind" in capsys.readouterr().err


def test_restore_refuses_while_workers_that_were_left_still_serve(workers_left) -> None:
    run, _ = workers_left
    with pytest.raises(Refused, match="server-left"):
        restoring.restore(run / "any.age", identity="-", destroy_old=False)
    assert served.is_served(run)
    serving.check_alone()
    with pytest.raises(Refused, match=r"no-such-file|not-an-identity"):
        restoring.restore(run / "any.age", identity=str(run / "none"), destroy_old=False)
