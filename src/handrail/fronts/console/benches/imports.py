"""Importing a published file, beside bare SQL inserts of the rows that the import wrote."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from handrail.core.common import home
from handrail.fronts.console import trial
from handrail.fronts.console.setting_up import tell

from . import bare
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

    before = bare.counts()
    began = time.perf_counter()
    report = importing.import_file("bc-strips", FILE)
    seconds = time.perf_counter() - began
    return {"saved": report.saved, "seconds": seconds, "written": _more(before)}


def _bare(source: str) -> dict[str, Any]:
    """Insert what the import wrote in another house; reading it is not timed."""
    before = bare.counts()
    asked = {name: "1 = 1" for name in before if name.startswith("drugchecking_")}
    tables = bare.written(source, asked | {"journal_openentry": "kind LIKE 'drugchecking.%'"})
    seconds = bare.insert(tables, transactions=-(-max(map(len, tables.values())) // ROWS_AT_ONCE))
    return {"seconds": seconds, "written": _more(before)}


def _more(before: dict[str, int]) -> dict[str, int]:
    after = bare.counts()
    return {name: after[name] - n for name, n in before.items() if after[name] != n}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_ours() if sys.argv[1] == "ours" else _bare(sys.argv[2])))
