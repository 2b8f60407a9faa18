"""What is held for review: kind, site, day, reason. The body stays sealed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common.worker import Worker
from handrail.core.journal import queries as journal
from handrail.core.org import queries as org
from handrail.core.org.session import StaffRequest, staff


def for_review(worker: Worker) -> tuple[list[Any], dict[str, str]]:
    """Return what is held at the sites this worker reviews, and those sites' names by id; what names no site is shown to every reviewer."""
    sites = {str(site.id): site.name for site in org.sites_of(worker, "journal.see-held")}
    return [row for row in journal.held() if row.site in sites or not row.site] if sites else [], sites


@require_safe
@staff
def show(request: StaffRequest) -> HttpResponse:
    """List what is held at the sites this worker reviews."""
    rows, sites = for_review(request.worker)
    return render(request, "desk/held.html", {"rows": rows, "sites": sites})
