"""Append-only is kept by triggers on both databases, put back after every migrate.

SQLite drops a table's triggers when an altered table is remade, so `missing` is asked at every start.
Rooms register their own tables from `AppConfig.ready`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = "append-only"  # no update, no delete
MOVES = "moves"  # no update; a row may go once its sealed twin stands
ENDS_BY_PERMIT = "ends-by-permit"  # no update; a row may go inside a run that holds one of the permits it names
ANY = ("seal", "retain", "erase")

# What a column may change to, in SQL over OLD and NEW, on SQLite and on PostgreSQL.
EMPTIED = ("NEW.{0} IS NULL", "NEW.{0} IS NULL")
BLANKED = ("NEW.{0} = ''", "NEW.{0} = ''")
GROWS = ("NEW.{0} > OLD.{0}", "NEW.{0} > OLD.{0}")
SET_ONCE = ("OLD.{0} IS NULL", "OLD.{0} IS NULL")
# An act's text may lose a person, `"person":"<32 hex digits>"` with its comma, wherever it stands; every other character stays.
# A quote inside a text is escaped, so what is found is a key. SQLite cannot tell the body from what lies in it; PostgreSQL does.
_KEY = """'"person":"'"""
_NEXT = f"instr(substr(OLD.{{0}}, at + 1), {_KEY})"
_AROUND = "substr(OLD.{0}, at - 1, 1) || substr(OLD.{0}, at + 43, 1)"
_CUT = "substr(OLD.{{0}}, 1, at - {}) || substr(OLD.{{0}}, at + {})"
_BODY = "(OLD.{0}::json -> 'body')"
LOSES_PERSON = (
    f"EXISTS (WITH RECURSIVE found(at) AS (SELECT instr(OLD.{{0}}, {_KEY}) UNION ALL SELECT at + {_NEXT} FROM found WHERE {_NEXT} > 0) "  # noqa: S608  -- texts of our own
    "SELECT 1 FROM found WHERE at > 0 AND substr(OLD.{0}, at + 10, 32) NOT GLOB '*[^0-9a-f]*' AND substr(OLD.{0}, at + 42, 1) = '\"' "
    f"AND NEW.{{0}} = CASE {_AROUND} WHEN ',,' THEN {_CUT.format(1, 44)} WHEN '{{{{,' THEN {_CUT.format(1, 44)} "
    f"WHEN ',}}}}' THEN {_CUT.format(2, 43)} WHEN '{{{{}}}}' THEN {_CUT.format(1, 43)} END)",
    f"json_typeof({_BODY} -> 'person') = 'string' AND NEW.{{0}} = replace(OLD.{{0}}, '\"body\":' || {_BODY}::text, "  # noqa: S608  -- texts of our own
    "'\"body\":{{' || coalesce((SELECT string_agg(to_json(key)::text || ':' || value::text, ',' ORDER BY place) "
    f"FROM json_each({_BODY}) WITH ORDINALITY AS told(key, value, place) WHERE key <> 'person'), '') || '}}}}')",
)
Change = tuple[str, str]


@dataclass(frozen=True)
class Guard:
    """One guarded table and how it may change: rows go as `rule` says; `changes` names the columns that may, and to what.

    `ends` are the permits under which a row may go, `by` those under which a column may change; none: always.
    """

    table: str
    rule: str
    key: str = "id"
    into: str = ""
    ends: tuple[str, ...] = ANY
    changes: tuple[tuple[str, Change], ...] = ()
    by: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The triggers that keep it, update first."""
        return tuple(f"guard_{self.table}_{event}" for event in ("update", "delete"))


_guards: dict[str, Guard] = {}


def register(
    model: type[models.Model],
    rule: str = APPEND_ONLY,
    *,
    into: type[models.Model] | None = None,
    ends: Collection[str] = ANY,
    changes: Mapping[str, Change] | None = None,
    by: Collection[str] = (),
) -> None:
    """Guard a table from now on. `into` is where its rows move on sealing (rule MOVES); see `Guard` for the rest."""
    table, columns = model._meta.db_table, (str(field.column) for field in model._meta.local_concrete_fields)
    _guards[table] = Guard(
        table, rule, str(model._meta.pk.column), into._meta.db_table if into else "", tuple(ends),
        tuple((changes or {}).items()), tuple(by), tuple(columns),
    )  # fmt: skip


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
        return _permitted(guard.ends)
    return "1 = 0"


def _may_change(guard: Guard, vendor: str) -> str:
    """Say, in SQL over OLD and NEW, when a row may be updated: each column stays, or changes as it may."""
    if not guard.changes:
        return "1 = 0"
    place, same = (0, "IS") if vendor == "sqlite" else (1, "IS NOT DISTINCT FROM")
    may = {column: change[place].format(f'"{column}"') for column, change in guard.changes}
    stay = ((column, f'NEW."{column}" {same} OLD."{column}"') for column in guard.columns)
    each = [f"({stays} OR {may[column]})" if column in may else stays for column, stays in stay]
    return " AND ".join([*each, *([_permitted(guard.by)] if guard.by else [])])


def _permitted(permits: tuple[str, ...]) -> str:
    named = ", ".join(f"'{name}'" for name in permits)
    return f"EXISTS (SELECT 1 FROM journal_permit WHERE name IN ({named}))"  # noqa: S608  -- names of our own


def _drop(guard: Guard, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "{name}"' for name in guard.names]
    return [f'DROP TRIGGER IF EXISTS "{name}" ON "{guard.table}"' for name in _wanted(guard, vendor)]


def _create(guard: Guard, vendor: str) -> list[str]:
    update, delete = guard.names
    if vendor == "sqlite":
        stop = f"BEGIN SELECT RAISE(ABORT, 'append-only: {guard.table}'); END"
        return [
            f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{guard.table}" WHEN ({_may_change(guard, vendor)}) IS NOT TRUE {stop}',
            f'CREATE TRIGGER "{delete}" BEFORE DELETE ON "{guard.table}" WHEN ({_may_go(guard)}) IS NOT TRUE {stop}',
        ]
    function = f'"guard_{guard.table}"'
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF {_may_go(guard)} THEN RETURN OLD; END IF; END IF; "
        f"IF TG_OP = 'UPDATE' THEN IF {_may_change(guard, vendor)} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION 'append-only: {guard.table}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{guard.table}" FOR EACH ROW EXECUTE FUNCTION {function}()',
        f'CREATE TRIGGER "{delete}" BEFORE DELETE ON "{guard.table}" FOR EACH ROW EXECUTE FUNCTION {function}()',
        f'CREATE TRIGGER "guard_{guard.table}_truncate" BEFORE TRUNCATE ON "{guard.table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]
