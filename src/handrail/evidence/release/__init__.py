"""Release: the one door out. Only this package makes the `Published` type that pages and files accept.

What a front may use stands in the names below. `gate` is the arithmetic; `actions` draft, let out and take back.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .feeds import as_atom, as_json_feed
    from .figures import method_agreement
    from .layout import as_grid, name
    from .open_data import COLUMNS, LICENCE, catalogue
    from .printed import as_pdf
    from .published import Number, Published, Row, Share
    from .queries import addresses, latest_released, released
    from .sheets import as_xlsx
    from .writers import as_csv, as_json

FOUND = {
    "method_agreement": ".figures",
    **dict.fromkeys(("as_grid", "name"), ".layout"),
    **dict.fromkeys(("COLUMNS", "LICENCE", "catalogue"), ".open_data"),
    **dict.fromkeys(("Number", "Published", "Row", "Share"), ".published"),
    **dict.fromkeys(("addresses", "latest_released", "released"), ".queries"),
    **dict.fromkeys(("as_atom", "as_json_feed"), ".feeds"),
    "as_pdf": ".printed",
    "as_xlsx": ".sheets",
    **dict.fromkeys(("as_csv", "as_json"), ".writers"),
}

__all__ = [
    "COLUMNS", "LICENCE", "Number", "Published", "Row", "Share", "addresses", "as_atom", "as_csv", "as_grid", "as_json",
    "as_json_feed", "as_pdf", "as_xlsx", "catalogue", "latest_released", "method_agreement", "name", "released",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a name when it is first used: Django reads this package before its tables may be imported."""
    if name not in FOUND:
        raise AttributeError(name)
    return getattr(import_module(FOUND[name], __name__), name)
