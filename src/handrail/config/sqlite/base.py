"""Django's SQLite backend with a writer gate.

SQLite's own busy retry is unfair: under eight writers one can wait seconds. Each write transaction here first takes an
advisory file lock beside the database; waiting for it is short and even. Reads never touch it.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

PAUSE_SECONDS = 0.0005
LONGEST_WAIT_SECONDS = 10.0  # then SQLite's own timeout speaks, and the worker is told to try again

_turns: dict[str, threading.Lock] = {}  # by database file


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes the writer gate for each transaction it begins."""

    _gate: int | None = None
    _turn: "threading.Lock | None" = None  # quoted: in this Python the name is a function

    def _start_transaction_under_autocommit(self) -> None:
        try:
            self._enter_gate()
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django's own, left out of the stubs
        except BaseException:
            self._leave_gate()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]  # Django's own, left out of the stubs
        finally:
            self._leave_gate()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]  # Django's own, left out of the stubs
        finally:
            self._leave_gate()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]  # Django's own, left out of the stubs
        finally:
            self._leave_gate()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other writers out while the whole file is written anew, which no transaction can hold."""
        self._enter_gate()
        try:
            yield
        finally:
            self._leave_gate()

    def _enter_gate(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self.is_in_memory_db() or self._gate is not None:
            return
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        turn = _turns.setdefault(name, threading.Lock())  # threads of one process wait here, without polling
        self._turn = turn if turn.acquire(timeout=LONGEST_WAIT_SECONDS) else None
        gate = os.open(f"{Path(name)}-gate", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        while not _try_lock(gate) and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
        self._gate = gate

    def _leave_gate(self) -> None:
        if self._gate is not None:
            os.close(self._gate)  # closing lets the lock go, also when the process dies
            self._gate = None
        if self._turn is not None:
            self._turn.release()
            self._turn = None


def _try_lock(gate: int) -> bool:
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
