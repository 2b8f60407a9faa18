"""An alert or a notice on paper: what it is, what to do, until when, and a square that leads to where it stands corrected."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django.utils.translation import gettext as _

from . import queries, wording

LAYOUT = Path(__file__).with_name("poster.typ")
KEPT = 16


def of_alert(one: queries.Told, *, address: str) -> bytes:
    """Return the poster of a live alert (PDF, A4). Raises ValueError for one that was taken back or is over."""
    if one.status != queries.LIVE:
        raise ValueError("only what stands is printed")
    told = {
        "mark": _("Corrected") if one.corrected else _("Alert"), "substance": one.substance, "hazard": str(one.hazard),
        "advice": [str(advice) for advice in one.advice], "where": f"{one.region}, {one.week}",
        "void": _("Void after %(day)s. Take it down then.") % {"day": one.void_after}, "note": str(wording.NOT_THE_MARKET),
    }  # fmt: skip
    return _printed(json.dumps(told | _square(address), ensure_ascii=False, sort_keys=True))


def of_notice(one: queries.Hanging, *, address: str, until: str) -> bytes:
    """Return the poster of a notice that hangs (PDF, A4). `until`: the site's own time at which it ends, in words."""
    told = {
        "mark": str(wording.FIRST_RESULT), "substance": one.substance, "hazard": str(one.hazard),
        "advice": [str(advice) for advice in one.advice], "where": "", "note": str(wording.NOT_THE_MARKET),
        "void": _("Void after %(day)s. Take it down then.") % {"day": until},
    }  # fmt: skip
    return _printed(json.dumps(told | _square(address), ensure_ascii=False, sort_keys=True))


def _square(address: str) -> dict[str, str]:
    return {
        "address": address,
        "square": segno.make(address, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff"),
    }


@lru_cache(maxsize=KEPT)
def _printed(data: str) -> bytes:
    """Print data as the layout says. Text stays text: it reaches the layout as data and never as markup."""
    import typst  # a fifth of a second to load; only who asks for a poster waits for it

    more: dict[str, Any] = {"format": "pdf", "sys_inputs": {"data": data}, "timestamp": 0}
    made = typst.compile(LAYOUT, **more)
    assert isinstance(made, bytes)
    return made
