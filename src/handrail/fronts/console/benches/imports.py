"""Importing a published file, beside bare SQL inserts of the rows that the import wrote."""

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from typing import Any

from handrail.core.common import home
from handrail.fronts.console import trial
from handrail.fronts.console.setting_up import tell

from .figures import Figure, faster

FILE = home.ROOT.parent / "shared" / "data" / "drugchecking" / "bc" / "bc_strip_vs_ftir_fentanyl_A.csv"
TURNS = 3
ROWS_AT_ONCE = 500


def import_rows() -> Iterator[Figure]:
    """Rows a second of `import bc-strips`."""
    if not FILE.exists():
        tell(f"NOT RUN: import-rows. The published file is not at {FILE}")
        return
    ours, theirs, rows = [], [], 0
    for _ in range(TURNS):
        with trial.house() as house, trial.house() as bare:
            told = json.loads(house.run("-m", __name__, "ours").splitlines()[-1])
            floor = json.loads(
                bare.run("-m", __name__, "bare", str(house.folder / "var" / "db.sqlite3")).splitlines()[-1]
            )
            if floor["written"] != told["written"]:
                raise RuntimeError(f"the import wrote {told['written']} rows, the floor {floor['written']}")
            rows = told["saved"]
            ours.append(rows / told["seconds"])
            theirs.append(rows / floor["seconds"])
    yield faster(
        "import-rows",
        ours,
        theirs,
        unit="rows/s",
        n=rows * TURNS,
        against="bare SQL inserts of the same rows, 500 acts a transaction",
    )


def _ours() -> dict[str, Any]:
    from handrail.fronts.console import importing

    before = _counts()
    began = time.perf_counter()
    report = importing.import_file("bc-strips", FILE)
    seconds = time.perf_counter() - began
    after = _counts()
    return {
        "saved": report.saved,
        "seconds": seconds,
        "written": {name: after[name] - n for name, n in before.items() if after[name] != n},
    }


def _bare(source: str) -> dict[str, Any]:
    """Insert what the import wrote in another house; reading it is not timed."""
    from django.db import connection, transaction

    before, tables = _counts(), _written(source)
    turns = -(-max(map(len, tables.values())) // ROWS_AT_ONCE)
    connection.disable_constraint_checking()  # in the floor's favour: it has not even foreign keys to check
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for turn in range(turns):
            with transaction.atomic():
                for name, rows in tables.items():
                    part = rows[len(rows) * turn // turns : len(rows) * (turn + 1) // turns]
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", part)  # noqa: S608  -- names of our own tables
    seconds = time.perf_counter() - began
    after = _counts()
    return {"seconds": seconds, "written": {name: after[name] - n for name, n in before.items() if after[name] != n}}


def _written(source: str) -> dict[str, list[tuple[Any, ...]]]:
    """Read what the import wrote, by table, with this house's site in the place of the other's."""
    from handrail.core.org import queries as org

    read = sqlite3.connect(source)
    names = [name for name in _counts() if name.startswith("drugchecking_")]
    asked = {name: f"SELECT * FROM {name} ORDER BY rowid" for name in names}  # noqa: S608  -- names of our own tables
    asked["journal_openentry"] = "SELECT * FROM journal_openentry WHERE kind LIKE 'drugchecking.%' ORDER BY rowid"
    theirs, ours = read.execute("SELECT id FROM org_site").fetchone()[0], org.site_named(None).id.hex
    tables = {
        name: [tuple(ours if value == theirs else value for value in row) for row in read.execute(words)]
        for name, words in asked.items()
    }
    read.close()
    return {name: rows for name, rows in tables.items() if rows}


def _counts() -> dict[str, int]:
    from django.db import connection

    counts = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names()):
            cursor.execute(f"SELECT COUNT(*) FROM {name}")  # noqa: S608  -- names of our own tables
            counts[name] = cursor.fetchone()[0]
    return counts


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_ours() if sys.argv[1] == "ours" else _bare(sys.argv[2])))
