"""Incidents: something the next shift should know."""

from datetime import datetime

from handrail.core import journal
from handrail.core.common.periods import site_day
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.services.consumption import models
from handrail.services.consumption.rules import incidents


@journal.one_act
def note_incident(draft: incidents.Incident, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Note an incident, once: its kind and its day, nobody's name and no code."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "consumption.record", site_id=draft.site_id)
    incidents.check_incident(draft)
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Incident.objects.create(id=draft.id, site_id=draft.site_id, day=day, kind=draft.kind)
    return entry
