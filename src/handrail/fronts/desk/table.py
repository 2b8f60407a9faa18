"""The sample table: a queue, a sample, tap the picture you see, tell. One form a tap; nothing here knows a person."""

import uuid
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import Entry, kinds
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, recording
from handrail.core.ui import refusals
from handrail.services.drugchecking.bench import codes, queries, rules
from handrail.services.drugchecking.statements import Advice, advice
from handrail.services.drugchecking.statements.readings import PRODUCTS, STRIPS

from . import forms, table_words

RECORD, WITHDRAW = "drugchecking.record", "drugchecking.withdraw"
CONFIRM = {Advice.CONFIRM, Advice.CONFIRM_CONFLICT, Advice.CROSS}
COMMON = 10  # components that stand as buttons before the whole list


@require_safe
@recording
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the queue, and a sample where one is chosen."""
    return _page(request, site_id, parse_id(request.GET.get("sample")))


@require_safe
@recording
def find(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Go to the sample of a bench number."""
    require(request.worker, RECORD, site_id=site_id)
    try:
        found = queries.by_bench(codes.parse_label(request.GET.get("bench", "")), site_id=site_id)
    except Refused as refusal:
        return _page(request, site_id, None, refusal=refusal)
    return redirect(_at(site_id, found.id))


@require_safe
@recording
def intake(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show an empty intake."""
    return _intake(request, site_id, {})


@require_POST
@recording
def take_in(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record what was brought in; go to it."""
    told = request.POST
    body = {
        name: told.get(name, "").strip()
        for name in ("bench", "kind", "form", "colour", "imprint", "place", "overdose", "note")
    }
    whole: dict[str, Any] = body | {"expected": told.getlist("expected"), "paper": int(bool(told.get("paper")))}
    try:
        entry = record(request, site_id, "intake", whole)
    except Refused as refusal:
        return _intake(request, site_id, whole, refusal=refusal)
    return redirect(_at(site_id, entry.id))


@require_POST
@recording
def open_box(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record which box of strips is on the table from now on."""
    told = request.POST
    panel, _, product = told.get("strips", "").partition(":")
    sample_id = parse_id(told.get("sample"))
    try:
        body = {
            "panel": panel,
            "product": product,
            "lot": told.get("lot", "").strip(),
            "ug_per_ml": forms.whole(told.get("ug_per_ml") or "0"),
        }
        record(request, site_id, "open_box", body)
    except Refused as refusal:
        return _page(request, site_id, sample_id, refusal=refusal)
    return redirect(_at(site_id, sample_id))


@require_POST
@recording
def strip(request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID) -> HttpResponse:
    """Record the picture that was seen on a strip; the box on the table says what it means."""
    panel = request.POST.get("panel", "")
    box = queries.boxes(site_id, today=_today(site_id)).get(panel) or queries.Strips(panel)
    body = {
        "sample": str(sample_id), "method": "strip", "panel": panel, "picture": request.POST.get("picture", ""), "product": box.product,
        "lot": box.lot, "ug_per_ml": box.ug_per_ml,
    }  # fmt: skip
    return _done(request, site_id, sample_id, "test", body=body)


@require_POST
@recording
def components(request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID) -> HttpResponse:
    """Record what an instrument, or a laboratory, saw: fields `seen.SLUG` with an amount; none for nothing it knows."""
    told = request.POST
    seen = [
        {"substance": name.removeprefix("seen."), "amount": told[name]}
        for name in told
        if name.startswith("seen.") and told[name]
    ]
    try:
        seen += _other(told)
        body = {
            "sample": str(sample_id),
            "method": told.get("method", "ftir"),
            "seen": seen,
            "instrument": told.get("instrument", "").strip(),
        }
    except Refused as refusal:
        return _page(request, site_id, sample_id, refusal=refusal)
    return _done(request, site_id, sample_id, "test", body=body)


def _other(told: Any) -> list[dict[str, Any]]:
    """Read the one substance that was typed, with its share where it was measured. Raises Refused: `unknown-substance`, `bad-amount`."""
    name = told.get("other", "").strip()
    if not name:
        return []
    found = queries.substances().match(name)
    if found is None:
        raise Refused("unknown-substance")
    percent, off = (tenths(told.get(field, "")) for field in ("percent", "off"))
    return [
        {
            "substance": found.slug,
            "amount": told.get("other_amount") or "some",
            "percent_tenths": percent,
            "give_or_take_tenths": off,
        }
    ]


def tenths(text: str) -> int:
    """Read a per cent with at most one decimal as tenths; blank is 0. Raises Refused("bad-amount")."""
    whole, _, part = text.strip().replace(",", ".").partition(".")
    if len(part) > 1:
        raise Refused("bad-amount", least=0, most=100)
    return forms.whole(f"{whole or '0'}{part or '0'}")


@require_POST
@recording
def tell(request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID) -> HttpResponse:
    """Let the statement out as it stood on the page: to the code, told in person, printed."""
    how = request.POST.get("how", "code")
    body = {"sample": str(sample_id), "how": how, "tests": request.POST.get("tests", "").split()}
    to = reverse("desk:slip", args=[site_id, sample_id]) if how == "slip" else ""
    return _done(request, site_id, sample_id, "tell", body=body, to=to)


@require_POST
@recording
def withdraw(request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID) -> HttpResponse:
    """Take back a test that was wrong."""
    body = {"test": request.POST.get("test", ""), "why": request.POST.get("why", "")}
    return _done(request, site_id, sample_id, "withdraw_test", body=body)


@require_POST
@recording
def handle(request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID) -> HttpResponse:
    """Record what became of the sample itself."""
    body = {
        "sample": str(sample_id),
        "state": request.POST.get("state", ""),
        "note": request.POST.get("note", "").strip(),
    }
    return _done(request, site_id, sample_id, "handle", body=body)


@require_safe
@recording
def slip(request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID) -> HttpResponse:
    """Show the last statement to print, in the language that is asked for. No code, no number of the bag."""
    require(request.worker, RECORD, site_id=site_id)
    of = queries.sample(sample_id, site_id=site_id)
    if not of.statements:
        raise Refused("nothing-to-tell")
    last, language = of.statements[-1], request.GET.get("in", "en")
    language = language if language in table_words.LANGUAGES else "en"
    told = {
        "site": org.site(site_id), "said": queries.said(last, language), "statement": last, "sample": of, "language": language,
        "languages": table_words.LANGUAGES, "slip_words": table_words.SLIP[language], "void": last.day + rules.CODE_LIVES,
    }  # fmt: skip
    return render(request, "desk/slip.html", told)


def record(request: StaffRequest, site_id: uuid.UUID, name: str, body: dict[str, Any]) -> Entry:
    """Record an act of the table through the same door as a device's: the form's id and time, the room's parser and action."""
    now = clock.now()
    act_id, at = forms.happened(request.POST, received_at=now)
    kind = kinds.kind(f"drugchecking.{name}", 1)
    told = {key: value for key, value in body.items() if value not in ("", 0, [])}
    entry: Entry = kind.run(
        kind.parse(kinds.Envelope(act_id, kind.name, 1, site_id, at, told)), by=request.worker, received_at=now
    )
    return entry


def _done(
    request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID, name: str, *, body: dict[str, Any], to: str = ""
) -> HttpResponse:
    try:
        record(request, site_id, name, body)
    except Refused as refusal:
        return _page(request, site_id, sample_id, refusal=refusal)
    return redirect(to or _at(site_id, sample_id))


def _at(site_id: uuid.UUID, sample_id: uuid.UUID | None) -> str:
    return reverse("desk:table", args=[site_id]) + (f"?sample={sample_id}" if sample_id else "")


def _today(site_id: uuid.UUID) -> date:
    return periods.site_day(clock.now(), org.site(site_id).timezone)


def _page(
    request: StaffRequest, site_id: uuid.UUID, sample_id: uuid.UUID | None, *, refusal: Refused | None = None
) -> HttpResponse:
    require(request.worker, RECORD, site_id=site_id)
    today = _today(site_id)
    boxes = queries.boxes(site_id, today=today)
    told: dict[str, Any] = {
        "site": org.site(site_id), "queue": queries.queue(site_id, today=today), "done": queries.done_today(site_id, today=today),
        "today": today, "at": periods.coarse(clock.now()), "words": table_words, "products": _products(), "strengths": table_words.STRENGTHS,
        "boxes": [(panel, boxes[panel], PRODUCTS.get(boxes[panel].product)) for panel in STRIPS if panel in boxes],
        "may_print": request.worker.may("drugchecking.kits", site_id=site_id),
    }  # fmt: skip
    if sample_id:
        told |= _sample(request, sample_id, site_id=site_id, boxes=boxes)
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, "desk/table.html", told, status=refusals.status(refusal.code) if refusal else 200)


def _sample(
    request: StaffRequest, sample_id: uuid.UUID, *, site_id: uuid.UUID, boxes: dict[str, queries.Strips]
) -> dict[str, Any]:
    of = queries.sample(sample_id, site_id=site_id)
    known = queries.substances()
    names = sorted((one.slug, one.name) for one in known.by_slug.values())
    return {
        "sample": of, "expected": [table_words.name(slug, known) for slug in of.expected], "draft": queries.draft(of)["en"],
        "advice": [table_words.ADVICE[one] for one in advice(of.judgement, expected=of.expected)],
        "tests": [(test, reading, table_words.test(test, reading)) for test, reading in zip(of.tests, of.readings, strict=True)],
        "standing": " ".join(sorted(of.standing)), "strips": [panel for panel in STRIPS if panel in boxes or panel == STRIPS[0]],
        "others": [panel for panel in STRIPS if panel not in boxes and panel != STRIPS[0]], "pictures": rules.PICTURES,
        "common": [(slug, table_words.name(slug, known)) for slug in table_words.COMMON[:COMMON]], "names": names,
        "whys": table_words.WITHDRAWN, "states": table_words.STATES, "may_withdraw": request.worker.may(WITHDRAW, site_id=site_id),
    }  # fmt: skip


def _products() -> list[tuple[str, str]]:
    return [(f"{one.panel}:{key}", table_words.product(one)) for key, one in PRODUCTS.items()] + [
        (f"{panel}:", table_words.unknown_product(panel)) for panel in STRIPS
    ]


def _intake(
    request: StaffRequest, site_id: uuid.UUID, typed: dict[str, Any], *, refusal: Refused | None = None
) -> HttpResponse:
    require(request.worker, RECORD, site_id=site_id)
    known = queries.substances()
    told: dict[str, Any] = {
        "site": org.site(site_id), "id": new_id(), "at": periods.coarse(clock.now()), "typed": typed, "kinds": table_words.KINDS,
        "forms": table_words.FORMS, "colours": table_words.COLOURS, "overdose": table_words.OVERDOSE,
        "expected": [(slug, table_words.name(slug, known)) for slug in table_words.EXPECTED],
    }  # fmt: skip
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, "desk/table_intake.html", told, status=refusals.status(refusal.code) if refusal else 200)


@require_safe
@recording
def laboratory(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show what should go to a laboratory, and what has not come back."""
    return _laboratory(request, site_id)


@require_POST
@recording
def send(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record that samples went to a laboratory together; show their list to print."""
    body = {"laboratory": request.POST.get("laboratory", "").strip(), "samples": request.POST.getlist("sample")}
    try:
        entry = record(request, site_id, "send", body)
    except Refused as refusal:
        return _laboratory(request, site_id, refusal=refusal)
    return redirect("desk:batch", site_id, entry.id)


@require_safe
@recording
def batch(request: StaffRequest, site_id: uuid.UUID, batch_id: uuid.UUID) -> HttpResponse:
    """Show a batch to print: bench numbers, what was expected, never a code."""
    require(request.worker, RECORD, site_id=site_id)
    laboratory, day, sent = queries.batch(batch_id, site_id=site_id)
    known = queries.substances()
    rows = [(one, ", ".join(table_words.name(slug, known) for slug in one.expected)) for one in sent]
    return render(
        request, "desk/lab_batch.html", {"site": org.site(site_id), "laboratory": laboratory, "day": day, "rows": rows}
    )


def _laboratory(request: StaffRequest, site_id: uuid.UUID, *, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, RECORD, site_id=site_id)
    waiting = queries.unsent(site_id, today=_today(site_id))
    rows = [
        (one, [table_words.ADVICE[part] for part in parts], bool(CONFIRM & set(parts)))
        for one in waiting
        if (parts := _advice(one)) or one.tests
    ]
    told: dict[str, Any] = {
        "site": org.site(site_id),
        "rows": rows,
        "out": queries.unanswered(site_id),
        "at": periods.coarse(clock.now()),
    }
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, "desk/lab.html", told, status=refusals.status(refusal.code) if refusal else 200)


def _advice(one: queries.Brought) -> list[Advice]:
    return advice(one.judgement, expected=one.expected)


@require_safe
@recording
def sheet(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the paper sample sheet: for a day without machines, entered afterwards."""
    require(request.worker, RECORD, site_id=site_id)
    told = {
        "site": org.site(site_id), "kinds": table_words.KINDS, "forms": table_words.FORMS, "overdose": table_words.OVERDOSE[1:],
        "panels": table_words.PANELS.values(), "pictures": table_words.PICTURES.values(), "amounts": table_words.AMOUNTS,
    }  # fmt: skip
    return render(request, "desk/sample_sheet.html", told)
