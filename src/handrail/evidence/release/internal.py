"""Staff exports: internal, not released. Each is taken for a reason, and the journal keeps who took what, when and why."""

from collections.abc import Mapping
from datetime import datetime

from handrail.core import journal
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org.permissions import require

from . import rules

NEEDS: Mapping[str, str] = {  # what may be taken out, and what one must be allowed to do there
    "shelf": "supplies.see",
    "figures": "release.draft",
    "history": "evidence.export",
}


@journal.one_act
def take_out(draft: rules.TakeOut, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Note that a worker takes figures out that were not released, before they get them.

    Raises:
        Refused: `not-allowed`, `unknown-export`, `why-needed` without one of the reasons.
    """
    if known := journal.seen(draft.stated):
        return known
    if draft.what not in NEEDS:
        raise Refused("unknown-export", kinds=", ".join(sorted(NEEDS)))
    require(by, NEEDS[draft.what], site_id=draft.site_id)
    if draft.why not in rules.TAKEN_FOR:
        raise Refused("why-needed")
    return journal.enter(draft.stated, by=by, day=received_at.date())
