"""Open data: what is counted, what has left, each at an address that stays; the same table as a page, CSV and JSON."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common.refusals import Refused
from handrail.core.ui import failures
from handrail.evidence import release


@dataclass(frozen=True)
class Form:
    """How a released table is written: by what, as which kind of file."""

    write: Callable[[release.Published], str]
    kind: str
    ending: str


CSV = Form(release.as_csv, "text/csv; charset=utf-8", "csv")
JSON = Form(release.as_json, "application/json", "json")


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """List every indicator, what its columns mean, the licence, and every table that has left."""
    told = {
        "definitions": release.catalogue(), "addresses": release.addresses(), "columns": release.COLUMNS,
        "licence": release.LICENCE,
    }  # fmt: skip
    return render(request, "public/data.html", told)


@require_safe
def table(request: HttpRequest, indicator: str, period: str, by: str) -> HttpResponse:
    """Show one released table: every number, every blank with its reason; or that it was taken back."""
    try:
        published = release.released(indicator, period, by)
    except Refused:
        return failures.refused(request, Refused("no-such-page"))
    told = {"published": published, "grid": release.as_grid(published) if published.numbers else None}
    return render(request, "public/table.html", told)


@require_safe
def csv(request: HttpRequest, indicator: str, period: str, by: str) -> HttpResponse:
    """Give one released table as CSV."""
    return _file(request, (indicator, period, by), CSV)


@require_safe
def json(request: HttpRequest, indicator: str, period: str, by: str) -> HttpResponse:
    """Give one released table as JSON."""
    return _file(request, (indicator, period, by), JSON)


def _file(request: HttpRequest, address: tuple[str, str, str], form: Form) -> HttpResponse:
    try:
        text = form.write(release.released(*address))
    except Refused:
        return failures.refused(request, Refused("no-such-page"))
    name = f"{'-'.join(address).replace(',', '-')}.{form.ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=form.kind, headers=headers)
