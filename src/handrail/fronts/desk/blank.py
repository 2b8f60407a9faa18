"""What htmx gets after a saved visit: the empty window and the saved line. But for a few words it is the same for every worker of a
site until the catalogue or the quarter of an hour changes, so it is rendered once and the words are put in their places.
"""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

from handrail.core.common.ids import new_id
from handrail.core.journal import Entry
from handrail.core.org import queries as org
from handrail.core.supplies import queries as supplies

from . import catalogue, forms

PLACES = {  # what stands in the rendered text where a word belongs; no catalogue says any of them
    "form": "00000000-0000-4000-8000-0000000000f1", "visit": "00000000-0000-4000-8000-0000000000f2",
    "undo": "00000000-0000-4000-8000-0000000000f3", "token": "the-form-token-belongs-here", "line": "the-saved-line-belongs-here",
}  # fmt: skip

_kept: dict[tuple[uuid.UUID, str | None, bool], tuple[tuple[object, datetime], str]] = {}


def after(entry: Entry, request: HttpRequest, site_id: uuid.UUID, form: forms.VisitForm) -> str:
    """Return the window and the line that follow a saved visit. `form` is fresh."""
    place, state = (site_id, get_language(), entry.already), (supplies.catalogue().edition, form.at)
    kept = _kept.get(place)
    if kept is None or kept[0] != state or state[0] is None:
        kept = _kept[place] = (state, _render(site_id, form.at, already=entry.already))
    words = {
        "form": str(form.id), "visit": str(entry.id), "undo": str(new_id()), "token": get_token(request),
        "line": escape(catalogue.line(entry)),
    }  # fmt: skip
    text = kept[1]
    for name, mark in PLACES.items():
        text = text.replace(mark, words[name])
    return text


def _render(site_id: uuid.UUID, at: datetime, *, already: bool) -> str:
    form = forms.VisitForm(uuid.UUID(PLACES["form"]), at)
    entry = {"id": PLACES["visit"], "already": already}
    told: dict[str, Any] = {
        "site": org.site(site_id), "form": form, "people": forms.PEOPLE, "swap": True, "csrf_token": PLACES["token"],
        "saved": {"entry": entry, "line": PLACES["line"], "undo_id": PLACES["undo"]},
    }  # fmt: skip
    return render_to_string("desk/_next.html", told | catalogue.shown(site_id, form))
