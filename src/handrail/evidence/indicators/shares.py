"""Rates of what is counted here, for staff: exact, of a site or all, for any span."""

import uuid
from dataclasses import dataclass
from datetime import date

from handrail.core.encounters import queries as encounters
from handrail.services.exchange import facts
from handrail.services.naloxone import facts as naloxone

from . import rates, syringes


def syringes_per_visit(*, since: date, until: date, site_id: uuid.UUID | None = None) -> float:
    """Return sets out per visit with exchange: definition `syringes-per-visit`. Raises NoBasis without a visit."""
    visits = facts.visits_with_exchange(since=since, until=until, site_id=site_id)
    return rates.per(syringes.sets_out(since=since, until=until, site_id=site_id), visits)


def visits_with_code(*, since: date, until: date) -> float:
    """Return percent of visits with a code: definition `visits-with-a-code`. Raises NoBasis without a visit."""
    told = encounters.visits_by_person(since=since, until=until)
    return rates.per(sum(one.visits for one in told if one.person), sum(one.visits for one in told), of=100)


def return_rate(*, since: date, until: date, site_id: uuid.UUID | None = None) -> tuple[float, rates.Returns]:
    """Return percent of sets out that came back, and its terms: definition `return-rate`. Raises NoBasis where nothing went out."""
    told = facts.returned(since=since, until=until, site_id=site_id)
    terms = rates.Returns(said=told.said, counted=told.counted, bins=told.bins, sweeps=told.area)
    return rates.return_rate(terms, sets_out=syringes.sets_out(since=since, until=until, site_id=site_id)), terms


@dataclass(frozen=True)
class Reversals:
    """Reversals told per 100 doses given out, and beside it doses used per 100; `unstated` reports did not say how many doses."""

    reports: float
    doses_used: float
    unstated: int


def reversal_rate(*, since: date, until: date, site_id: uuid.UUID | None = None) -> Reversals:
    """Return what was told per 100 doses given out: definition `reversal-rate`. A floor. Raises NoBasis where no dose went out."""
    told = naloxone.reports(since=since, until=until, site_id=site_id)
    out = naloxone.doses_out(since=since, until=until, site_id=site_id)
    reports, used = (
        rates.reports_per_100_doses(told.reports, doses_out=out),
        rates.doses_used_per_100(told.doses, doses_out=out),
    )
    return Reversals(reports, used, told.reports - told.stated)


@dataclass(frozen=True)
class OfReports:
    """Of the reports that say: doses a report, percent survived, percent with an ambulance called; None where none says."""

    doses: float | None
    survived: float | None
    ambulance: float | None


def of_reports(*, since: date, until: date, site_id: uuid.UUID | None = None) -> OfReports:
    """Return what reports tell, each of those that state it: definition `doses-per-report`. Of reports received, not of overdoses."""
    told = naloxone.reports(since=since, until=until, site_id=site_id)
    ended = told.survived + told.died
    return OfReports(
        rates.per(told.doses, told.stated) if told.stated else None,
        rates.survival_of_reports(survived=told.survived, died=told.died) if ended else None,
        rates.per(told.ambulance, told.said_ambulance, of=100) if told.said_ambulance else None,
    )
