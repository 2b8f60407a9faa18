"""Run in a house's environment: seal, or forget on a moved clock, over and over until a file appears; say after each turn what was done so far, as JSON."""

import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.db import connection

from handrail.core.common import clock
from handrail.core.journal import sealing
from handrail.core.org import rules as org
from handrail.fronts.console import anchor, retaining

AHEAD = (timedelta(days=31), timedelta(days=91))  # times are due, then persons too
REAL = clock.now
org.SHIFT_NAMES = timedelta(days=1000)  # the writers' own shifts are of today, and go on


def seal(_turn):
    """Seal all that was written today."""
    today = REAL().date()
    done = {"sealed": sealing.seal_confidential(today) + sealing.seal_day(today + timedelta(days=1))}
    anchor.keep()
    return done


def retain(turn):
    """Forget what is due so many days from now; say where PostgreSQL keeps a table of times then."""
    clock.now = lambda: REAL() + AHEAD[turn % len(AHEAD)]
    counts = retaining.reapply()
    return counts | {f"file {where}": 1 for where in [_file()]}


def _file():
    if connection.vendor == "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode('journal_expiringtime')")
        return cursor.fetchone()[0]


def main():
    """Do it until told to stop."""
    told = json.load(sys.stdin)
    stop, done = Path(told["stop"]), Counter()
    turn = {"seal": seal, "retain": retain}[told["what"]]
    while not stop.exists():
        done["turns"] += 1
        done.update(turn(done["turns"]))
        print(json.dumps(done), flush=True)


main()
