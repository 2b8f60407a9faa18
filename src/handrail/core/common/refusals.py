"""A refusal is a code and facts. The sentences stand in one catalogue, in `core.ui.refusals`."""

import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .acts import Stated


class Refused(Exception):  # noqa: N818  -- the field's word: something was refused, nothing broke
    """What was asked for will not be done. `code` is stable; `facts` fill the catalogue's sentence."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Conflict(Exception):  # noqa: N818  -- two tellings of one act; neither is an error of the program
    """The same act id arrived with another body. The caller keeps it for a reviewer, outside the action's transaction."""

    def __init__(self, act_id: uuid.UUID, stated: "Stated") -> None:
        super().__init__("conflict")
        self.code = "conflict"
        self.act_id = act_id
        self.stated = stated
