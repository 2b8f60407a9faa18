"""Definitions of what is counted on the consumption floor."""

from django.utils.translation import gettext_lazy as _

from .definition import Definition

OVERDOSES_PER_1000 = Definition(
    id="overdoses-per-1000-consumption-visits", version=1, title=_("Overdoses per 1,000 visits where consumption occurred"),
    formula=_("events / visits where consumption occurred x 1,000; by drug, by route, per 1,000 people"),
    unit=_("events per 1,000 visits"),
    denominator=_("Visits where consumption occurred, and no others: all-service visits are refused."),
    source=_("Overdose records that are not mistaps; consumption visits."),
    missing=_("Mistaps are left out, their number shown to staff. No visit: no basis."),
    uncertainty=_("Exact Poisson interval (Garwood 1936): counting error only; or clustered by day."),
    not_for=_("Not for comparing sites that count events differently, or for reading a rise as a site's quality."),
)  # fmt: skip

OVERDOSE_SHARES = Definition(
    id="overdose-response-shares", version=1, title=_("Overdoses: naloxone, oxygen only, ambulance"),
    formula=_("events with naloxone / events; events with oxygen and no naloxone / events; ambulance called (declined too) / events"),
    unit=_("percent of events"),
    denominator=_("Overdose records that are not mistaps."),
    source=_("Overdose records."),
    missing=_("No event: no basis."),
    uncertainty=_("95 % Wilson interval: counting error only."),
    not_for=_("Not for judging one response."),
)  # fmt: skip

ACCESS = Definition(
    id="access-to-places", version=1, title=_("Access: waits, people who left, use of places"),
    formula=_("median and 95th percentile from arriving to being seated; left before a seat / arrived; sum of occupied minutes / (places x open minutes)"),
    unit=_("minutes; percent"),
    denominator=_("People who were seated, for waits; people who arrived, for who left."),
    source=_("Durations of floor visits; never clock times."),
    missing=_("Waits of those who left are not in the waits: the share that left is always printed beside them."),
    uncertainty=_("A full count; no sampling error."),
    not_for=_("Not for saying how long people who left would have waited."),
)  # fmt: skip

CONSUMPTION_VISITS = Definition(
    id="consumption-visits", version=1, title=_("Visits where consumption occurred, by route"),
    formula=_("visits to the floor that ended after a place was used; by route as people said"),
    unit=_("visits"),
    denominator=_("None: this is a count."),
    source=_("Stays on the floor that were not taken back, by site-local day."),
    missing=_("Visits nobody recorded are not in it. Who said no route stands under that name. What was recorded late is added to the next period."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying how many people use drugs, or how much demand there is: who left before a seat is not in it."),
    grid="month", tables=(("place",), ("place", "route")),
)  # fmt: skip

OVERDOSES = Definition(
    id="overdoses", version=1, title=_("Overdoses on the floor and at its door, by response"),
    formula=_("overdose records that are not mistaps; by whether naloxone was given, oxygen without naloxone, or neither"),
    unit=_("events"),
    denominator=_("None: this is a count. Its rate has a definition of its own."),
    source=_("Overdose records, by site-local day."),
    missing=_("Mistaps are left out. What was recorded late is added to the next period."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying how many people overdosed, for finding one of them, or for comparing sites that count events differently."),
    grid="month", tables=(("place",), ("place", "response")),
)  # fmt: skip

ON_THE_FLOOR = (OVERDOSES_PER_1000, OVERDOSE_SHARES, ACCESS, CONSUMPTION_VISITS, OVERDOSES)
