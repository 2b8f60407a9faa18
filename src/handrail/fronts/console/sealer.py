"""The sealer beside the server: the confidential journal every second, a day when it is over at every site, what is due to be forgotten once a day."""

import logging
import threading
from datetime import date, datetime, timedelta

from django.db import connection

from handrail.core.common import clock, periods
from handrail.core.journal import queries as journal
from handrail.core.journal import sealing, turns
from handrail.core.org import queries as org
from handrail.core.org import session

from . import anchor, retaining

EVERY_SECONDS = 1.0
SESSIONS_EVERY = 60  # turns between two clearings of what has ended in sessions
log = logging.getLogger("handrail.sealer")


def seal_due(turned: set[date] | None = None) -> int:
    """Seal what is due now, as `seal_over` and the confidential journal; return how many entries were sealed."""
    now = clock.now()
    sealed = sealing.seal_confidential(now.date()) + seal_over(now, turned)
    if sealed:
        anchor.keep()
    return sealed


def seal_over(now: datetime, turned: set[date] | None = None) -> int:
    """Seal the days that are over at every site; return how many entries were sealed.

    A day is sealed once: an act that comes late waits for the next day's sealing, since alone it would be placed for good.
    `turned` remembers the days a running sealer has been through, those on which nothing had happened too.
    """
    sealed = 0
    if sites := org.sites():
        over = min(periods.site_day(now, site.timezone) for site in sites) - timedelta(days=1)
        through = journal.sealed_through()
        if (through is None or through < over) and (turned is None or over not in turned):
            sealed += sealing.seal_day(over)
            turns.note(turns.SEALING, now.date())
            if turned is not None:
                turned.add(over)
    return sealed


def work(turned: set[date], forgot: date | None) -> date | None:
    """Seal and forget what is due; return the day on which was last forgotten.

    What is destroyed early is lost, and a day sealed far ahead keeps the days before it open: when the clock has jumped, both wait
    until somebody who sees that it is right runs `./handrail seal` and `./handrail retain`.
    """
    now = clock.now()
    if turns.jumped(now.date()):
        sealing.seal_confidential(now.date())
        return forgot
    seal_due(turned)
    today = retaining.today(now)
    if today != forgot:
        retaining.reapply()
    return today


def run(stop: threading.Event) -> None:
    """Work until told to stop. Whatever goes wrong is said, without its contents, and tried again."""
    turn, turned, forgot, warned = 0, set[date](), None, False
    try:
        while not stop.wait(EVERY_SECONDS):
            try:
                forgot = work(turned, forgot)
                if turn % SESSIONS_EVERY == 0:
                    session.clear(clock.now())
                    warned = _warn(warned=warned)
                turn += 1
            except Exception as error:  # noqa: BLE001  -- a sealer that ends quietly would leave days open for good
                log.error("sealing did not go through (%s) and will be tried again", type(error).__name__)
                connection.close()
    finally:
        connection.close()


def _warn(*, warned: bool) -> bool:
    """Say once that the clock has jumped; return whether it has."""
    jumped = turns.jumped(clock.now().date())
    if jumped and not warned:
        log.error(
            "nothing is sealed or forgotten: the clock has jumped. Is it right? Then ./handrail seal and ./handrail retain"
        )
    return jumped
