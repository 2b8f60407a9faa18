"""The look-up: a code typed in, what is known of one sample read. POST only, no cookie, no script, nothing kept of who asks.

A wrong code, an unknown one and one that has ended get one answer, of one size and after the same work. Failed tries are slowed; a
code that opens something never waits. Standards: the drug checking reference, section 6; the privacy rules, 2.6.
"""

import time
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from handrail.core.common import clock
from handrail.core.common.refusals import Refused
from handrail.core.ui import failures
from handrail.services.drugchecking import public as drugchecking

from . import slowing

BLOCK = 16_384  # bytes: every answer is a whole number of these, so that its size tells little
MOST_TYPED = 200
NAMES = {"en": "English", "es": "Español", "fr": "Français"}
OURS = ("same-origin", "none", "")  # Sec-Fetch-Site of our own form; an old browser does not say


@cache
def words(language: str) -> Mapping[str, str]:
    """Return what the page says in a language."""
    told = tomllib.loads((Path(__file__).parent / "words" / f"{language}.toml").read_text(encoding="utf-8"))
    return dict(told)


@csrf_exempt  # a token would need a cookie; nothing here changes anything, and a strange site's form is turned away
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, language: str = "en") -> HttpResponse:
    """Show the box for a code, or what the code that was sent leads to."""
    if language not in drugchecking.LANGUAGES:
        return failures.refused(request, Refused("no-such-page"))
    if request.method != "POST":
        return _answer(request, language, {"asks": True})
    if request.headers.get("Sec-Fetch-Site", "") not in OURS:
        return failures.refused(request, Refused("not-readable"))
    found = drugchecking.look_up(_typed(request), language=language, today=clock.now().date())
    slowing.heard(request.META.get("REMOTE_ADDR", ""), good=found is not None, sleep=time.sleep)
    if found is None:
        return _answer(request, language, {"none": True})
    return _answer(request, language, _found(found, language))


def _typed(request: HttpRequest) -> str:
    """Return what was typed: the field's name says nothing, and is another for each day, so that no browser offers it again."""
    return next((str(value) for name, value in request.POST.items() if name.startswith("c")), "")[:MOST_TYPED]


def _found(found: drugchecking.Answer, language: str) -> dict[str, Any]:
    expect = drugchecking.written_day(found.expect, language) if found.expect else ""
    told = words(language)
    why = {
        "first": told["first"],
        "new-test": told["newtest"],
        "laboratory": told["laboratory"],
        "correction": told["correction"],
    }
    versions = [(one, drugchecking.written_day(one.day, language), why[one.why]) for one in found.versions]
    return {
        "waiting": not versions, "expect": told["expect"].format(day=expect), "newest": versions[0] if versions else None,
        "preliminary": told["preliminary"].format(day=expect), "older": versions[1:],
    }  # fmt: skip


def _answer(request: HttpRequest, language: str, told: dict[str, Any]) -> HttpResponse:
    today: date = clock.now().date()
    frame = {"words": words(language), "language": language, "languages": tuple(NAMES.items()), "field": f"c{today:%j}"}
    with translation.override(language):
        response = render(request, "public/results.html", frame | told)
    short = -len(response.content) % BLOCK
    response.content += b" " * short
    return response
