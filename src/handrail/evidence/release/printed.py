"""A released table as a page to print (PDF), laid out as the public page is: every blank with its mark, the reasons below."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import override

from .layout import Grid, Shown, as_grid
from .published import Published
from .writers import about, check

LAYOUT = Path(__file__).with_name("printed.typ")
ACCESSIBLE: Final = "ua-1"  # PDF/UA-1, ISO 14289-1: a screen reader finds the table and its headings
KEPT = 32  # printed pages kept in memory: what has left does not change


def as_pdf(published: Published) -> bytes:
    """Return a released table as a PDF that a screen reader can read. The same table is the same file, byte for byte."""
    told = check(published)
    with override("en"):
        data = {"about": about(told), "grid": _grid(as_grid(told)) if told.numbers else None}
    return _printed(json.dumps(data, ensure_ascii=False, sort_keys=True))


def _grid(grid: Grid) -> dict[str, Any]:
    lines = [[line.name, *map(_cell, line.numbers)] for line in grid.lines]
    return {"columns": [grid.corner, *grid.columns], "lines": lines, "reasons": [list(one) for one in grid.reasons]}


def _cell(one: Shown) -> str:
    if one.mark:
        return f"not told {one.mark}"
    value = "" if one.value is None else str(one.value)
    return f"{value} (to {one.step})" if one.step is not None else value


@lru_cache(maxsize=KEPT)
def _printed(data: str) -> bytes:
    """Print data as the layout says. Text stays text: it reaches the layout as data and never as markup."""
    import typst  # a fifth of a second to load; only who asks for a page waits for it

    more: dict[str, Any] = {"format": "pdf", "sys_inputs": {"data": data}, "timestamp": 0}
    try:
        made = typst.compile(LAYOUT, ignore_system_fonts=True, pdf_standards=[ACCESSIBLE], **more)
    except typst.TypstError:  # a name in letters that our own fonts lack: the machine's may have them
        made = typst.compile(LAYOUT, **more)
    assert isinstance(made, bytes)
    return made
