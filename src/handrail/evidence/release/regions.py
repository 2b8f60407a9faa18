"""Regions: the level between a site and all of them. Fixed for each period when it is frozen; nobody draws an area for one question."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from handrail.core import journal
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.rules import check_name

from . import models, rules

PLACE = "release.draft"
REGION = "region/"  # before a region's name, so that none is taken for a site
LONGEST = 60


@journal.one_act
def place_site(draft: rules.PlaceSite, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Place a site in a region, or in none. It holds for periods that are frozen from now on.

    Raises:
        Refused: `not-allowed`, `unknown-site`, `bad-name`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, PLACE, site_id=None)
    site, name = org.site(draft.site_id), check_name(draft.region) if draft.region.strip() else ""
    if len(name) > LONGEST:
        raise Refused("bad-name", longest=LONGEST)
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    number = (models.Region.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    models.Region.objects.create(
        id=draft.id, number=number, site=site.id, name=name, day=received_at.date(), placed_by=str(by.id)
    )
    return entry


@dataclass(frozen=True)
class Placed:
    """A site and the region it lies in; blank for none."""

    site_id: uuid.UUID
    site: str
    region: str


def placed() -> Sequence[Placed]:
    """Return every site with its region."""
    latest = dict(models.Region.objects.order_by("number").values_list("site", "name"))
    return [Placed(one.id, one.name, latest.get(one.id, "")) for one in org.sites()]


def in_force() -> Mapping[str, str]:
    """Return the node of its region by the name of each site that lies in one."""
    return {one.site: f"{REGION}{one.region}" for one in placed() if one.region}
