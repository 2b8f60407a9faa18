"""What stood on paper, kept afterwards under the hour written on it."""

import uuid
from dataclasses import replace
from datetime import datetime

from handrail.core import journal
from handrail.core.common.worker import Worker
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import rules as encounter_rules
from handrail.core.encounters.channels import ON_THE_FLOOR
from handrail.core.org.permissions import require
from handrail.services.consumption.rules import stays

from . import overdoses


def record_paper_visit(
    act_id: uuid.UUID, site_id: uuid.UUID, at: datetime, stay: stays.Stay, *, by: Worker, received_at: datetime
) -> journal.Entry:
    """Keep a line of a floor sheet, once: its hour and how long each part took. No name and no code stands on that sheet."""
    draft = encounter_rules.Visit(act_id, site_id, at, {"consumption": stay}, stay.told, where=ON_THE_FLOOR)
    return encounters.record_visit(draft, by=by, received_at=received_at)


def record_paper_overdose(draft: stays.Overdose, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Keep an overdose sheet, once. Raises Refused("not-allowed")."""
    require(by, "consumption.record", site_id=draft.site_id)
    signer = replace(by, grants=by.grants | {("consumption.overdose", draft.site_id)})
    return overdoses.record_overdose(draft, by=signer, received_at=received_at)
