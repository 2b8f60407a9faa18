"""Release: the one door out. Only this package makes the `Published` type that pages and files accept.

What a front may use stands in the names below.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .figures import method_agreement, syringes_out
    from .published import Published, Row, Share

__all__ = ["Published", "Row", "Share", "method_agreement", "syringes_out"]


def __getattr__(name: str) -> Any:
    """Load a name when it is first used: Django reads this package before its tables may be imported."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(
        import_module(".figures" if name in {"method_agreement", "syringes_out"} else ".published", __name__), name
    )
