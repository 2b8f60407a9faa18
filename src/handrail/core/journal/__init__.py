"""The journal: every act, once. Actions say `seen`, then `enter`; a sealer closes each period; `verify` walks what is sealed.

A room uses this package through the names below. Two journals share one mechanism: the *confidential* one (roles, devices,
releases, later treatment) is sealed every second, in order; the *anonymous* one (all else) is sealed when its day is over,
in the order of its random ids, so that arrival is forgotten.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .entering import Entry, Raced, answers, enter, enter_many, find, one_act, seen, seen_many, sort_out
    from .held import keep, keep_refused

__all__ = [
    "Entry", "Raced", "answers", "enter", "enter_many", "find", "keep", "keep_refused", "one_act", "seen", "seen_many",
    "sort_out",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a name when it is first used: Django reads this package before its tables may be imported."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(".held" if name.startswith("keep") else ".entering", __name__), name)
