"""A lean load client: prebuilt requests over kept connections, one process, so that the server is what is measured."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
ANSWER_WITHIN_SECONDS = 20


@dataclass
class Run:
    """One turn: answers counted, seconds it took, each answer's latency in seconds."""

    answers: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


@dataclass
class _Line:
    """One kept connection and the request under way on it."""

    socket: socket.socket
    sent: float = 0.0
    heard: bytes = b""

    def ask(self, request: bytes) -> None:
        self.heard, self.sent = b"", time.perf_counter()
        self.socket.sendall(request)

    def whole(self) -> bool:
        """Read what is there; tell whether the answer is complete."""
        more = self.socket.recv(262_144)
        if not more:
            raise ConnectionError("the server closed the connection")
        self.heard += more
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found:
            return False
        low = head.lower()
        length = int(low.partition(b"content-length:")[2].partition(b"\r")[0])
        return len(body) >= length


def drive(port: int, make: Callable[[], bytes], *, clients: int, seconds: float) -> Run:
    """Keep so many clients busy for so long. `make` gives the next request. Raises RuntimeError on any answer but 200."""
    run, chooser = Run(), selectors.DefaultSelector()
    lines = [_Line(socket.create_connection((LOOPBACK, port))) for _ in range(clients)]
    for line in lines:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        chooser.register(line.socket, selectors.EVENT_READ, line)
    began = time.perf_counter()
    try:
        for line in lines:
            line.ask(make())
        busy = clients
        while busy:
            busy -= _turn(run, chooser, make, until=began + seconds)
    finally:
        chooser.close()
        for line in lines:
            line.socket.close()
    run.seconds = time.perf_counter() - began
    return run


def _turn(run: Run, chooser: selectors.BaseSelector, make: Callable[[], bytes], *, until: float) -> int:
    """Take the answers that are there and ask again until the time is over; return how many clients are done."""
    done, ready = 0, chooser.select(ANSWER_WITHIN_SECONDS)
    if not ready:
        raise RuntimeError(f"no answer within {ANSWER_WITHIN_SECONDS} seconds")
    for key, _ in ready:
        line: _Line = key.data
        if not line.whole():
            continue
        if not line.heard.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(line.heard[:2000].decode(errors="replace"))
        now = time.perf_counter()
        run.answers += 1
        run.latencies.append(now - line.sent)
        if now < until:
            line.ask(make())
        else:
            done += 1
    return done
