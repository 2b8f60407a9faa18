"""Set a policy; say why more was given."""

from datetime import datetime

from handrail.core import journal
from handrail.core.common.periods import site_day
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.services.exchange import models

from . import rules


@journal.one_act
def set_policy(draft: rules.NewPolicy, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Give by another policy from today on; what was given before was given by the one before."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "exchange.set-policy", site_id=draft.site_id)
    day = site_day(received_at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    number = models.Policy.objects.filter(site=draft.site_id).count() + 1
    models.Policy.objects.create(id=draft.id, site_id=draft.site_id, day=day, number=number, **vars(draft.policy))
    return entry


@journal.one_act
def say_why(draft: rules.GaveMore, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record why more was given than a law limits: of the giving, never of a person."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "exchange.record", site_id=draft.site_id)
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.GaveMore.objects.create(id=draft.id, site_id=draft.site_id, day=day, because=draft.because)
    return entry
