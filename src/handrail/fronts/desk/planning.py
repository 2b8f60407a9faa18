"""Plan with a model: a question, its sliders, and an answer in sentences with intervals. Nobody's records are read."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common.refusals import Refused
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals
from handrail.evidence.impact import library, pack
from handrail.evidence.impact.uses import uses

from .plans import PLANS, Plan


@require_safe
@staff
def show(request: StaffRequest, name: str) -> HttpResponse:
    """Answer with the sentences, the picture and what stands behind them; a value past an end is refused with the end named."""
    plan = chosen(name)
    told: dict[str, Any] = {"plan": plan, "plans": PLANS.values()}
    template = "desk/_plan_answer.html" if swapped(request) else "desk/plan.html"
    try:
        typed = wanted(plan, request.GET)
        told["answer"] = plan.answer(typed)
    except Refused as refusal:
        told |= {"sliders": sliders(plan, request.GET), "say": refusals.say(refusal), "code": refusal.code}
        return render(request, template, told, status=refusals.status(refusal.code))
    told |= {"sliders": sliders(plan, request.GET), "asked": urlencode(typed)}
    return render(request, template, told)


@require_safe
@staff
def evidence(request: StaffRequest, name: str) -> HttpResponse:
    """Hand over the evidence pack of an answer, a ZIP: figures, parameters, CHEERS-28, ODD, report and hash; `./handrail model again` runs it again."""
    plan = chosen(name)
    try:
        whole = pack.of(plan.answer(wanted(plan, request.GET)).result)
    except Refused as refusal:
        told = {
            "plan": plan,
            "plans": PLANS.values(),
            "sliders": sliders(plan, request.GET),
            "say": refusals.say(refusal),
            "code": refusal.code,
        }
        return render(request, "desk/plan.html", told, status=refusals.status(refusal.code))
    heads = {"Content-Disposition": f'attachment; filename="{plan.name}-{whole.hash[:12]}.zip"'}
    return HttpResponse(whole.zipped(), content_type="application/zip", headers=heads)


@require_safe
@staff
def parameters(request: StaffRequest) -> HttpResponse:
    """Answer with every value of the parameter library, its source, and where it is used."""
    return render(
        request,
        "desk/plan_library.html",
        {"uses": uses(), "plans": PLANS.values(), "fingerprint": library.fingerprint()[:12]},
    )


def chosen(name: str) -> Plan:
    """Return a question by its address."""
    if name not in PLANS:
        raise Http404
    return PLANS[name]


def swapped(request: HttpRequest) -> bool:
    """Tell whether only the answer is wanted: a slider moved."""
    return request.headers.get("HX-Request") == "true"


def wanted(plan: Plan, typed: QueryDict) -> dict[str, float]:
    """Read the sliders.

    Raises:
        Refused: a value is no number, or lies past an end.
    """
    return {one.name: one.read(typed.get(one.name, f"{one.start:g}")) for one in plan.sliders}


def sliders(plan: Plan, typed: QueryDict) -> list[dict[str, Any]]:
    """Return each slider with its ends and where it stands; what cannot be stood on stands at its start."""
    return [{"is": one, "value": _value(one.read, typed.get(one.name, ""), one.start)} for one in plan.sliders]


def _value(read: Any, said: str, start: float) -> str:
    try:
        return f"{read(said):.12g}"
    except Refused:
        return f"{start:.12g}"
