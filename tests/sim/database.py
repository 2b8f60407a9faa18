"""The simulated server's database: a real one of its own, taken as a crash leaves it, copied, and put back.

SQLite: a file in memory-backed storage where there is one. What a power cut takes from a disk is the business of the fault runs;
here a crash is what a killed process leaves. PostgreSQL: databases of the run's own cluster.
"""

import contextlib
import shutil
import uuid
from pathlib import Path

from django.core.management import call_command
from django.db import connection

MEMORY = Path("/dev/shm")  # noqa: S108  -- a tmpfs: simulated days wait for no disk


class SqliteFiles:
    """A line of files: each crash, copy and restore goes on with another one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number, self.now = folder, 0, Path()

    def make(self) -> Path:
        """Make the database that all histories begin with."""
        self._use(self._next())
        call_command("migrate", verbosity=0, interactive=False)
        return self.now

    def begin(self, base: Path) -> None:
        """Begin a history: a database of its own with what the base holds."""
        connection.close()
        fresh = self._next()
        for tail in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(f"{base}{tail}", f"{fresh}{tail}")
        self._use(fresh)

    def take(self) -> Path:
        """Take file and log as they stand this moment, as a killed process leaves them."""
        left = self._next()
        for tail in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(f"{self.now}{tail}", f"{left}{tail}")
        return left

    def go_on(self, left: Path) -> None:
        """Go on with what a crash left: the log is read again."""
        self._use(left)

    def copy(self) -> Path:
        """Take a consistent copy."""
        taken = self._next()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(taken)])
        return taken

    def _use(self, path: Path) -> None:
        connection.close()
        connection.settings_dict["NAME"] = path
        self.now = path

    def _next(self) -> Path:
        self.number += 1
        return self.folder / f"{self.number}.sqlite3"


class PostgresDatabases:
    """A line of databases, each made from another one as its template."""

    def __init__(self, folder: Path) -> None:
        self.made: list[str] = []

    def make(self) -> str:
        """Make the database that all histories begin with."""
        self._use(self._from("template1"))
        call_command("migrate", verbosity=0, interactive=False)
        return str(connection.settings_dict["NAME"])

    def begin(self, base: str) -> None:
        """Begin a history: a database of its own with what the base holds."""
        self._use(self._from(base))

    def take(self) -> str:
        """End the connection in the middle of what it does: the server rolls it back."""
        connection.connection.close()
        return str(connection.settings_dict["NAME"])

    def go_on(self, left: str) -> None:
        """Go on with what a crash left."""
        connection.close()

    def copy(self) -> str:
        """Take a copy."""
        return self._from(str(connection.settings_dict["NAME"]))

    def end(self) -> None:
        """Take every database away that was made."""
        connection.close()
        with connection._nodb_cursor() as cursor:
            for name in self.made:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')

    def _from(self, template: str) -> str:
        name = f"sim_{uuid.uuid4().hex[:12]}"
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.made.append(name)
        return name

    def _use(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name


Databases = SqliteFiles | PostgresDatabases


def databases(folder: Path) -> Databases:
    """Return the line of databases for the engine of this run."""
    return SqliteFiles(folder) if connection.vendor == "sqlite" else PostgresDatabases(folder)
