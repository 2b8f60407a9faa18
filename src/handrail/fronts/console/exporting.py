"""`handrail export`: long histories for questions across sites. Internal, not released: what leaves goes through the gate."""

import json as json_module
from pathlib import Path

from handrail.core.common import clock, home
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.ui.spreadsheet import INTERNAL
from handrail.evidence.indicators import history
from handrail.evidence.release import internal, rules

from .programme import CONSOLE

KINDS = ("history",)
NOTE = "README.txt"


def run(kind: str, folder: Path | None, *, why: str, json: bool) -> None:
    """Export what is new or changed, for a reason that the journal keeps. Raises Refused: `unknown-export`, `why-needed`."""
    if kind not in KINDS:
        raise Refused("unknown-export", kinds=", ".join(KINDS))
    now = clock.now()
    internal.take_out(rules.TakeOut(new_id(), kind, None, why, now), by=CONSOLE, received_at=now)
    where = folder or home.folder() / "exports" / kind
    told = history.export(where, today=now.date())
    (where / NOTE).write_text(
        f"{INTERNAL}; taken for: {why}. No person stands beside a day here. Keep it where the database is kept.\n"
    )
    if json:
        print(
            json_module.dumps({"written": told.written, "kept": told.kept, "ended": told.ended, "folder": str(where)})
        )
    else:
        print(
            f"{told.written} months written, {told.kept} as they were, {told.ended} too old and gone: {where} ({INTERNAL})"
        )
