"""What a check sees and says."""

from dataclasses import dataclass
from datetime import datetime

from handrail.core.common.home import Home

OK, LOOK, BROKEN = "ok", "look", "broken"


@dataclass(frozen=True)
class Look:
    """What every check is given: the house, and the time that this machine tells."""

    here: Home
    now: datetime


@dataclass(frozen=True)
class Finding:
    """One line of the page: `ok`, `look` (someone should) or `broken`; what is so; what to do, empty when nothing is."""

    name: str
    state: str
    said: str
    next: str = ""
