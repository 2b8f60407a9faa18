"""What the public front may ask of naloxone: the form by which anyone tells us it was used. Nobody signs it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handrail.core.common.ids import new_id
from handrail.core.common.periods import coarse
from handrail.core.common.refusals import Conflict

from . import actions, rules
from .asked import answers, asked
from .queries import Choices, choices

__all__ = ["Choices", "answers", "asked", "choices", "tell"]


def tell(answers: Mapping[str, Any], *, act_id: uuid.UUID, area: uuid.UUID | None, received_at: datetime) -> bool:
    """Record one report of anyone's; return whether it told of a death. An id that was used for another report gets a new one.

    What does not stand on the form is left out, never a reason to refuse. Raises Refused("nothing-told") for no answer at all.
    """
    offered = choices(received_at.date())
    kept = {name: answer for name, answer in answers.items() if _is_offered(name, answer, offered)}
    near = area if str(area) in dict(offered.areas) else None
    draft = rules.parse_report(kept, act_id=act_id, heard_at=coarse(received_at), area=near)
    try:
        actions.record_report(draft, by=rules.ANYONE, received_at=received_at)
    except Conflict:  # they went back and changed an answer: both are kept, and staff see that they are alike
        return tell(answers, act_id=new_id(), area=area, received_at=received_at)
    return draft.told("outcome") == rules.DIED


def _is_offered(name: str, answer: Any, offered: Choices) -> bool:
    told = {"product": dict(offered.products), "month": offered.months}
    if name in told:
        return answer in told[name]
    return rules.is_offered(name, answer)
