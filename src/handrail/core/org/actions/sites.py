"""What this data folder is, and its sites."""

from datetime import datetime

from django.db import transaction

from handrail.core import journal
from handrail.core.common.ids import new_id
from handrail.core.common.periods import site_day
from handrail.core.common.worker import Worker
from handrail.core.org import models, rules
from handrail.core.org.permissions import require


@transaction.atomic
def install(*, demo: bool) -> None:
    """Say what this data folder is, once and for life."""
    models.Installation.objects.create(id=new_id(), demo=demo)


@transaction.atomic
def note_demo_visits(visits: int) -> None:
    """Say how many visits the demo came with, once it is loaded."""
    models.DemoVisits.objects.create(id=new_id(), visits=visits)


@journal.one_act
def open_site(draft: rules.NewSite, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Open a site."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.change", site_id=None)
    day = site_day(received_at, rules.check_timezone(draft.timezone))
    entry = journal.enter(draft.stated, by=by, day=day)
    name = rules.check_name(draft.name)
    models.Site.objects.create(id=draft.site_id, name=name, timezone=draft.timezone, opened=day)
    return entry
