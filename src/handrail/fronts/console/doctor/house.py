"""The data: the database's mode, guards and soundness, what is sealed and held, what devices have not brought."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from handrail.core.common.refusals import Refused
from handrail.core.journal import guards, turns
from handrail.core.journal import queries as journal
from handrail.core.org import queries as org
from handrail.fronts.console import anchor, setting_up

from .finding import BROKEN, LOOK, OK, Finding, Look

HELD_LOOK, HELD_BROKEN = timedelta(days=7), timedelta(days=30)
OVERDUE = timedelta(days=2)  # of what is done daily, once a day is over at every site
SILENT = timedelta(days=14)  # so long a device may be away and lose nothing
SERVER_LOGS = {  # trust reference, 2.9: no value of a row in a server's log
    "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0", "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}  # fmt: skip


def mode(look: Look) -> Iterator[Finding]:
    """See whether the embedded database keeps what it acknowledges."""
    if connection.vendor != "sqlite":
        yield Finding("database", OK, "PostgreSQL")
        return
    try:
        setting_up.check_database(connection)
    except Refused as refusal:
        yield Finding("database", BROKEN, setting_up.say(refusal), "start it with ./handrail up")
    else:
        yield Finding("database", OK, "WAL, synchronous FULL")


def guarded(look: Look) -> Iterator[Finding]:
    """See whether every guard stands that keeps records from being changed unseen."""
    if lacking := guards.missing(connection):
        yield Finding(
            "guards",
            BROKEN,
            f"{len(lacking)} are missing, {lacking[0]} for one",
            "./handrail verify, then ./handrail up --guards",
        )
    else:
        yield Finding("guards", OK, "all in place")


def sound(look: Look) -> Iterator[Finding]:
    """Look for damage in the database's own structure."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(3)")
        wrong = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        wrong += [f"{row[0]} names a row of {row[2]} that is not there" for row in cursor.fetchall()]
    if wrong:
        yield Finding(
            "soundness",
            BROKEN,
            wrong[0].splitlines()[-1][:120],
            "stop the server, then ./handrail restore the last copy",
        )
    else:
        yield Finding("soundness", OK, "no damage found")


def server(look: Look) -> Iterator[Finding]:
    """See whether a PostgreSQL server keeps what rows say out of its log, and notices damage."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings")
        told = dict(cursor.fetchall())
    odd = sorted(name for name, wanted in SERVER_LOGS.items() if told.get(name) != wanted)
    if odd:
        yield Finding(
            "server log",
            LOOK,
            f"may hold what rows say: {', '.join(odd)}",
            "set them as docs/how-to/postgresql.md says",
        )
    else:
        yield Finding("server log", OK, "says nothing that a row holds")
    if told.get("data_checksums") != "on":
        yield Finding(
            "soundness",
            LOOK,
            "pages carry no checksums: damage is not noticed",
            "pg_checksums --enable while it is stopped",
        )


def sealed(look: Look) -> Iterator[Finding]:
    """See whether days that are over are sealed, and when the sealer last turned."""
    through, oldest, last = journal.sealed_through(), journal.oldest_open_day(), turns.last(turns.SEALING)
    ran = f"last ran {last.isoformat()}" if last else "has not run here"
    if oldest is not None and oldest < look.now.date() - OVERDUE:
        said = f"{oldest.isoformat()} is not sealed yet; {ran}"
        yield Finding("sealing", LOOK, said, "./handrail seal, and look whether the server runs")
    else:
        yield Finding("sealing", OK, f"{f'through {through.isoformat()}' if through else 'no day yet'}; {ran}")


def forgotten(look: Look) -> Iterator[Finding]:
    """See when what is due was last forgotten. It is overdue two days later, and from the first day there is anything at all."""
    last = turns.last(turns.FORGETTING)
    since = last or journal.oldest_open_day() or journal.sealed_through() or look.now.date()
    said = f"last ran {last.isoformat()}" if last else "has not run here"
    if since < look.now.date() - OVERDUE:
        told = "see that the clock is right, then ./handrail seal and ./handrail retain; the server does both daily"
        yield Finding("forgetting", LOOK, f"overdue: {said}", told)
    else:
        yield Finding("forgetting", OK, said)


def ends(look: Look) -> Iterator[Finding]:
    """Compare the journals' ends with the copy beside the keys."""
    if anchor.compare().state == anchor.CUT:
        yield Finding("journals", BROKEN, "they lack an end that they had", "./handrail verify names it")
    else:
        yield Finding("journals", OK, "their ends are there; ./handrail verify walks them wholly")


def held(look: Look) -> Iterator[Finding]:
    """See how long acts have waited for a reviewer."""
    waiting = journal.held_summary()
    age = look.now.date() - waiting.oldest if waiting.oldest else timedelta(0)
    if age > HELD_LOOK:
        state = BROKEN if age >= HELD_BROKEN else LOOK
        yield Finding(
            "held",
            state,
            f"{waiting.count}, the oldest since {waiting.oldest}",
            "review them: after 30 days their content is destroyed",
        )
    else:
        yield Finding("held", OK, f"{waiting.count} wait for review")


def devices(look: Look) -> Iterator[Finding]:
    """See which devices lack acts or have not been heard from."""
    known = org.contacts()
    for one in known:
        if one.missing:
            said = f"{one.device.label}: at least {one.missing} acts missing since {one.since.isoformat()}"
            yield Finding("devices", LOOK, said, "bring it to the network and open it; if it is lost, count the shelf")
        elif not one.device.revoked and look.now.date() - one.last > SILENT:
            yield Finding(
                "devices",
                LOOK,
                f"{one.device.label}: not heard from since {one.last.isoformat()}",
                "open it on the network, or revoke it",
            )
    if not known:
        yield Finding("devices", OK, "none was heard from yet")
    elif not any(one.missing for one in known):
        yield Finding("devices", OK, f"{len(known)}, no act missing")
