"""What changes people: a first visit with a card, a sheet of new cards."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import models, queries, rules


def meet(pseudonyms: Iterable[str], *, site_id: uuid.UUID) -> None:
    """Make those of these cards known that are new. Two windows may meet one person at once."""
    asked = set(pseudonyms)
    if fresh := asked - queries.known(asked):
        rows = [models.Participant(site_id=site_id, pseudonym=pseudonym) for pseudonym in sorted(fresh)]
        models.Participant.objects.bulk_create(rows, ignore_conflicts=True)


def forget(pseudonym: str) -> None:
    """Make a card unknown."""
    models.Participant.objects.filter(pseudonym=pseudonym).delete()


@journal.one_act
def issue_cards(draft: rules.CardSheets, *, by: Worker, received_at: datetime) -> tuple[journal.Entry, list[str]]:
    """Draw new codes for printed sheets; return them once. A repeated act draws none: print a fresh sheet instead.

    Raises:
        Refused: `demo-prints-no-cards`, `bad-amount`, `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known, []
    require(by, "people.issue-cards", site_id=draft.site_id)
    rules.check_sheets(draft.sheets)
    if org.is_demo():
        raise Refused("demo-prints-no-cards")
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    return entry, _draw(draft.sheets * rules.CARDS_ON_A_SHEET, site_id=draft.site_id)


def _draw(wanted: int, *, site_id: uuid.UUID) -> list[str]:
    drawn: dict[str, str] = {}
    while len(drawn) < wanted:
        code = rules.new_code()
        pseudonym = rules.pseudonym(code, site_id=site_id, ring=keys.ring())
        if not models.Card.objects.filter(pk=pseudonym).exists() and not queries.is_known(pseudonym):
            drawn[pseudonym] = code
    models.Card.objects.bulk_create(models.Card(pseudonym=pseudonym, site_id=site_id) for pseudonym in sorted(drawn))
    return list(drawn.values())
