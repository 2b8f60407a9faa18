"""`handrail export`: long histories for questions across sites. Internal, not released: what leaves goes through the gate."""

import json as json_module
from pathlib import Path

from handrail.core.common import clock, home
from handrail.core.common.refusals import Refused
from handrail.core.ui.spreadsheet import INTERNAL
from handrail.evidence.indicators import history

KINDS = ("history",)
NOTE = "README.txt"


def run(kind: str, folder: Path | None, *, json: bool) -> None:
    """Export what is new or changed. Raises Refused("unknown-export")."""
    if kind not in KINDS:
        raise Refused("unknown-export", kinds=", ".join(KINDS))
    where = folder or home.folder() / "exports" / kind
    told = history.export(where, today=clock.now().date())
    (where / NOTE).write_text(f"{INTERNAL}. No person stands beside a day here. Keep it where the database is kept.\n")
    if json:
        print(
            json_module.dumps({"written": told.written, "kept": told.kept, "ended": told.ended, "folder": str(where)})
        )
    else:
        print(
            f"{told.written} months written, {told.kept} as they were, {told.ended} too old and gone: {where} ({INTERNAL})"
        )
