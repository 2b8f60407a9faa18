"""What is held for review: kind, site, day, reason. The body stays sealed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.journal import queries as journal
from handrail.core.org import queries as org
from handrail.core.org.session import StaffRequest, staff


@require_safe
@staff
def show(request: StaffRequest) -> HttpResponse:
    """List what is held at the sites this worker reviews; what names no site is shown to every reviewer."""
    sites = {str(site.id): site.name for site in org.sites_of(request.worker, "journal.see-held")}
    rows = [row for row in journal.held() if sites and (row.site in sites or not row.site)]
    return render(request, "desk/held.html", {"rows": rows, "sites": sites})
