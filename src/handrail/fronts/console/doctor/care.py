"""What keeps the data from being taken or lost: the place of the keys, the offline key, the copies."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from handrail.core.common import wrapping
from handrail.core.org import queries as org
from handrail.fronts.console import copying, drilling, keyring, restoring, setting_up

from .finding import BROKEN, LOOK, OK, Finding, Look

STALE = timedelta(days=1)
OLD = timedelta(days=7)


def place(look: Look) -> Iterator[Finding]:
    """See where the keys lie, and whether a passphrase stands before them."""
    if wrapping.is_wrapped(look.here.keys):
        yield Finding("keys", OK, "a passphrase stands before them")
    elif look.here.demo:
        yield Finding("keys", OK, "a demo's: they guard invented data only")
    elif keyring.lies_beside_data(look.here):
        yield Finding("keys", BROKEN, "they lie readable on the data's volume: who takes one takes both",
                      "./handrail keys wrap, or name other media in HANDRAIL_KEYS")  # fmt: skip
    else:
        yield Finding("keys", OK, "on another volume than the data, for their owner alone")


def offline(look: Look) -> Iterator[Finding]:
    """See whether there is a key that copies are encrypted to."""
    if keyring.offline_recipient(look.here):
        yield Finding("offline key", OK, "copies are encrypted to it")
    elif look.here.demo:
        yield Finding("offline key", OK, "none: a demo needs no copies")
    else:
        yield Finding(
            "offline key",
            LOOK,
            "none, so no copy can be made",
            "./handrail keys offline, and keep what it prints elsewhere",
        )


def copies(look: Look) -> Iterator[Finding]:
    """See how old the last copy is, and whether some are kept longer than they may be."""
    last = org.last_copy_day()
    age = look.now.date() - last if last else None
    if look.here.demo and last is None:
        yield Finding("copies", OK, "none: a demo needs no copies")
    elif age is None:
        yield Finding(
            "copies",
            LOOK,
            "none was ever made",
            "./handrail backup --to FOLDER, or HANDRAIL_BACKUP_TO for every quarter hour",
        )
    else:
        state = OK if age <= STALE else LOOK if age <= OLD else BROKEN
        yield Finding(
            "copies",
            state,
            f"the last whole one is of {last}",
            "" if state == OK else "./handrail backup, and look why none came",
        )
    due = list(copying.due(look.now))
    if due:
        yield Finding(
            "copies",
            LOOK,
            f"{len(due)} are kept longer than they may be, {due[0].name} for one",
            "./handrail backup --prune",
        )


def left_over(look: Look) -> Iterator[Finding]:
    """See whether a copy or a return that was cut off left something readable, or a house half done."""
    if (look.here.run / setting_up.RESTORING).exists():
        yield Finding(
            "left over",
            BROKEN,
            "a copy was being brought back, and that did not come to its end",
            "./handrail restore again",
        )
    left = [
        path for path in (*look.here.run.glob(f"{copying.SNAPSHOT}*"), look.here.run / restoring.WORK) if path.exists()
    ]
    if left and not copying.runs(look.here.run):
        yield Finding(
            "left over", LOOK, f"{left[0].name} was left by a run that was killed", "./handrail backup --prune"
        )
    if killed := drilling.left(look.here.run, look.here.keys):
        yield Finding(
            "left over", LOOK, f"{killed[0].name} was left by a drill that was killed", "start the server anew"
        )
    away = os.environ.get(copying.TO)
    if away and not Path(away).is_dir():
        yield Finding(
            "copies", BROKEN, f"the folder that copies go to is not there: {away}", "plug it in, or name another"
        )
