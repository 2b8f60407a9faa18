"""The desk's home: the sites this worker serves, and what their day amounts to (internal, not released)."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common import clock, periods
from handrail.core.encounters import queries as encounters
from handrail.core.journal import holds, reviewing
from handrail.core.journal import queries as journal
from handrail.core.org import queries as org
from handrail.core.org.session import StaffRequest, staff
from handrail.evidence.indicators import syringes

from . import releases
from .held import reviewed


@require_safe
@staff
def home(request: StaffRequest) -> HttpResponse:
    """Show each site's doors and its day so far."""
    now, cards, gaps = clock.now(), [], org.gaps()
    for site in org.sites_of(request.worker, "supplies.see"):
        day = periods.site_day(now, site.timezone)
        cards.append(
            {
                "site": site,
                "day": encounters.count_day(site.id, day),
                "sets_out": syringes.sets_out(since=day, until=day + timedelta(days=1), site_id=site.id),
                "may_serve": request.worker.may("exchange.record", site_id=site.id),
                "may_let_in": (may_let_in := request.worker.may("org.devices", site_id=site.id)),
                "gaps": [gap for gap in gaps if may_let_in and gap.device.site_id == site.id],
                "may_floor": request.worker.may("consumption.record", site_id=site.id),
                "may_print": request.worker.may("people.issue-cards", site_id=site.id),
                "may_weigh": request.worker.may("exchange.returns", site_id=site.id),
                "may_limit": request.worker.may("exchange.set-policy", site_id=site.id),
                "has_week": request.worker.may("exchange.record", site_id=site.id),
                "may_tell": request.worker.may("naloxone.report", site_id=site.id),
                "may_check": request.worker.may("drugchecking.record", site_id=site.id),
                "may_alert": request.worker.may("release.notice", site_id=site.id),
                "may_scan": request.worker.may("people.scan", site_id=site.id),
            }
        )
    sites = reviewed(request)
    told = {
        "cards": cards, "held": journal.held_summary(sites), "reviews": bool(sites),
        "asked": reviewing.waiting_for(request.worker, sites, now=now).count(),
        "releases": releases.may_see(request.worker), "holding": org.sites_of(request.worker, holds.PERMISSION),
    }  # fmt: skip
    return render(request, "desk/home.html", told)
