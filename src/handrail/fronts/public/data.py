"""Open data: what is counted, what has left, each at an address that stays; the same table as a page and as files; and feeds."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from handrail.core.common.refusals import Refused
from handrail.core.ui import failures
from handrail.evidence import release


@dataclass(frozen=True)
class Form:
    """How a released table is written: by what, as which kind of file."""

    write: Callable[[release.Published], str | bytes]
    kind: str


FORMS = {
    "csv": Form(release.as_csv, "text/csv; charset=utf-8"),
    "json": Form(release.as_json, "application/json"),
    "xlsx": Form(release.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": Form(release.as_pdf, "application/pdf"),
}
FEEDS = {"atom": (release.as_atom, "application/atom+xml"), "json": (release.as_json_feed, "application/feed+json")}
IN_A_FEED = 50  # tables, the latest


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
def file(request: HttpRequest, ending: str, **address: str) -> HttpResponse:
    """Give one released table as a file: CSV, JSON, XLSX or PDF."""
    form = FORMS.get(ending)
    try:
        if form is None:
            raise Refused("no-such-page")
        told = form.write(release.released(**address))
    except Refused:
        return failures.refused(request, Refused("no-such-page"))
    name = f"{'-'.join(address.values()).replace(',', '-')}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(told, content_type=form.kind, headers=headers)


@require_safe
def feed(request: HttpRequest, ending: str) -> HttpResponse:
    """Give what left last, and what was taken back, as a feed: Atom or JSON Feed."""
    if ending not in FEEDS:
        return failures.refused(request, Refused("no-such-page"))
    write, kind = FEEDS[ending]

    def at(one: release.Published) -> str:
        return request.build_absolute_uri(reverse("public:table", args=(one.definition.id, one.period, one.by)))

    home, here = request.build_absolute_uri(reverse("public:data")), request.build_absolute_uri(request.path)
    text = write(release.latest_released(IN_A_FEED), home=home, feed=here, address=at)
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8")
