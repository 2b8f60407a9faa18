"""Append-only is kept by triggers on both databases, put back after every migrate.

SQLite drops a table's triggers when an altered table is remade, so `missing` is asked at every start.
Rooms register their own tables from `AppConfig.ready`.
"""

from dataclasses import dataclass

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = "append-only"  # no update, no delete
MOVES = "moves"  # no update; a row may go once its sealed twin stands
ENDS_BY_PERMIT = "ends-by-permit"  # no update; a row may go inside a sealing or a retention run


@dataclass(frozen=True)
class Guard:
    """One guarded table and how it may change."""

    table: str
    rule: str
    key: str = "id"
    into: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The triggers that keep it, update first."""
        return tuple(f"guard_{self.table}_{event}" for event in ("update", "delete"))


_guards: dict[str, Guard] = {}


def register(model: type[models.Model], rule: str, *, into: type[models.Model] | None = None) -> None:
    """Guard a table from now on. `into` is where its rows move on sealing (rule MOVES)."""
    table = model._meta.db_table
    _guards[table] = Guard(table, rule, str(model._meta.pk.column), into._meta.db_table if into else "")


def registered() -> tuple[Guard, ...]:
    """Return every guard, by table."""
    return tuple(_guards[table] for table in sorted(_guards))


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place on the tables that exist; those already there are replaced."""
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in registered():
            if guard.table in present:
                for statement in _drop(guard, connection.vendor) + _create(guard, connection.vendor):
                    cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away. For a test's flush and nothing else."""
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in registered():
            if guard.table in present:
                for statement in _drop(guard, connection.vendor):
                    cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the guards that should stand and do not. A server must not start while there is one."""
    where = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(where)
        standing = {row[0] for row in cursor.fetchall()}
    wanted = [name for guard in registered() for name in _wanted(guard, connection.vendor)]
    return [name for name in wanted if name not in standing]


def _wanted(guard: Guard, vendor: str) -> tuple[str, ...]:
    return guard.names if vendor == "sqlite" else (*guard.names, f"guard_{guard.table}_truncate")


def _may_go(guard: Guard) -> str:
    """Say, in SQL over OLD, when a row may be deleted."""
    if guard.rule == MOVES:
        return f'EXISTS (SELECT 1 FROM "{guard.into}" WHERE "id" = OLD."{guard.key}")'  # noqa: S608  -- names of our own tables
    if guard.rule == ENDS_BY_PERMIT:
        return "EXISTS (SELECT 1 FROM journal_permit)"
    return "1 = 0"


def _drop(guard: Guard, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "{name}"' for name in guard.names]
    return [f'DROP TRIGGER IF EXISTS "{name}" ON "{guard.table}"' for name in _wanted(guard, vendor)]


def _create(guard: Guard, vendor: str) -> list[str]:
    update, delete = guard.names
    if vendor == "sqlite":
        stop = f"BEGIN SELECT RAISE(ABORT, 'append-only: {guard.table}'); END"
        return [
            f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{guard.table}" {stop}',
            f'CREATE TRIGGER "{delete}" BEFORE DELETE ON "{guard.table}" WHEN NOT ({_may_go(guard)}) {stop}',
        ]
    function = f'"guard_{guard.table}"'
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF {_may_go(guard)} THEN RETURN OLD; END IF; END IF; "
        f"RAISE EXCEPTION 'append-only: {guard.table}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{guard.table}" FOR EACH ROW EXECUTE FUNCTION {function}()',
        f'CREATE TRIGGER "{delete}" BEFORE DELETE ON "{guard.table}" FOR EACH ROW EXECUTE FUNCTION {function}()',
        f'CREATE TRIGGER "guard_{guard.table}_truncate" BEFORE TRUNCATE ON "{guard.table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]
