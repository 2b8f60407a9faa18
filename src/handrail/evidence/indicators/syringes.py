"""Syringes given out, as sets: definition `syringes-out`. Exact figures, for staff and for `release`."""

import uuid
from datetime import date

from handrail.services.exchange import facts


def sets_out(*, since: date, until: date, site_id: uuid.UUID | None = None) -> int:
    """Return fixed-needle syringes plus barrels given out, site-local days, `until` not included.

    Separate needles are not added. Source: exchange facts, `items_out`; the rule: frontline reference, section 5.1.
    """
    rows = facts.items_out(since=since, until=until, site_id=site_id)
    return sum(row.units * row.counts_as_syringe for row in rows)


def contributors(*, since: date, until: date, site_id: uuid.UUID | None = None) -> int:
    """Return how many people, at least, visited exchange in the span.

    Distinct codes count one each. No ceiling of visits per person is signed, so all visits without a code may be one
    person, who may hold a code too: they count as one where there is no code, else as none. Source: exchange facts.
    """
    codes, without = facts.contributors(since=since, until=until, site_id=site_id)
    return max(codes, 1 if without else 0)
