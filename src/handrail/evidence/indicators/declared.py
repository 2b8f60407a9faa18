"""Definitions declared before they can be counted here: each says what it waits for."""

from django.utils.translation import gettext_lazy as _

from .definition import Definition

SURVEY = _("the anonymous point-in-time survey")

COVERAGE = Definition(
    id="syringe-coverage", version=1, title=_("Syringe coverage"),
    formula=_("C = sets given out by all channels in a year / people who inject, as an interval over the estimate's own"),
    unit=_("sets per person and year"),
    denominator=_("An outside estimate of people who inject, with its interval and source."),
    source=_("Sets out of every site and channel; the estimate is typed in with its citation."),
    missing=_("Without an estimate there is no basis. A site that reported no month is named."),
    uncertainty=_("The interval of the estimate, carried through."),
    not_for=_("Not for one site: people go to several. Not for ranking areas whose estimates were made differently."),
    waits_for=_("an outside estimate with its source"),
)  # fmt: skip

INDIVIDUAL_COVERAGE = Definition(
    id="individual-coverage", version=1, title=_("Individual coverage"),
    formula=_("c = (acquired - given to others) / injections in the same 14 to 30 days; reported is the share of people with c under 100 %"),
    unit=_("percent of people asked"),
    denominator=_("People asked who injected in the span."),
    source=_("Point-in-time survey."),
    missing=_("Who left a term out is not in the share; how many is printed."),
    uncertainty=_("95 % interval, clustered by site and day of the survey."),
    not_for=_("Not for one person's coverage, or for limiting what anyone is given."),
    waits_for=SURVEY,
)  # fmt: skip

KITS_PER_100K = Definition(
    id="naloxone-kits-per-100k", version=1, title=_("Naloxone kits per 100,000 people"),
    formula=_("kits = doses / 2; kits / population x 100,000 a year, and by month"),
    unit=_("kits per 100,000 and year"),
    denominator=_("Population of the area, with its year and source."),
    source=_("Naloxone dispensed by every channel; the population is typed in with its citation."),
    missing=_("Without a population there is no basis. Doses and kits are shown apart."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying that enough naloxone is where overdoses happen."),
    waits_for=_("a population with its source"),
)  # fmt: skip

SATURATION = Definition(
    id="naloxone-saturation", version=1, title=_("Naloxone at witnessed overdoses"),
    formula=_("S = witnessed overdoses at which naloxone was used / witnessed overdoses"),
    unit=_("percent of witnessed overdoses"),
    denominator=_("Overdoses that people asked had witnessed in the span."),
    source=_("Point-in-time survey."),
    missing=_("Who does not know is left out and counted apart. Nothing witnessed: no basis."),
    uncertainty=_("95 % interval, clustered by site and day of the survey."),
    not_for=_("Not for overdoses that nobody saw."),
    waits_for=SURVEY,
)  # fmt: skip

SURVEYED_REVERSALS = Definition(
    id="surveyed-overdose-experience", version=1, title=_("Overdose experience and reversals, as surveyed"),
    formula=_("people asked who overdosed in the past year / people asked; reversals they tell of; doses given out beside them"),
    unit=_("percent of people asked"),
    denominator=_("People asked who answered."),
    source=_("Point-in-time survey (SHaRP indicators 11 to 13)."),
    missing=_("Who skipped is not in the share; how many is printed."),
    uncertainty=_("95 % interval, clustered by site and day of the survey."),
    not_for=_("Not for adding to reversal reports: the same event may be in both."),
    waits_for=SURVEY,
)  # fmt: skip

REFERRALS = Definition(
    id="referral-conversion", version=1, title=_("Referrals: made, accepted, connected"),
    formula=_("connected / made x 100; made, accepted and connected each counted"),
    unit=_("percent of referrals made"),
    denominator=_("Referrals made in the span."),
    source=_("Referral slips and what was heard of them."),
    missing=_("Not heard of is not counted as not connected: it is shown. None made: no basis."),
    uncertainty=_("Counting error only."),
    not_for=_("Not for judging a worker or a place that has no room."),
    waits_for=_("referrals"),
)  # fmt: skip

VENDING = Definition(
    id="vending-presentations", version=1, title=_("Vending: presentations, and their share out of hours"),
    formula=_("orders of one machine at most 5 minutes apart are one presentation; out of hours / all"),
    unit=_("presentations"),
    denominator=_("All presentations of the machine."),
    source=_("Orders of vending machines, grouped before their times are coarsened."),
    missing=_("A machine that was out of order has no basis for those hours."),
    uncertainty=_("How far grouping errs is not known; orders are printed beside it."),
    not_for=_("Not for saying how many people use a machine."),
    waits_for=_("vending machines"),
)  # fmt: skip

STOCK_COVER = Definition(
    id="stock-cover",
    version=1,
    title=_("Stock: days of cover"),
    formula=_("on hand / mean daily use of 28 days, the same weekdays weighted; beside it hours without stock, units that expire unused, and what was asked for and not there"),
    unit=_("days"),
    denominator=_("Mean daily use of the last 28 days."),
    source=_("The stock ledger, by shelf and item."),
    missing=_("Nothing was used in 28 days: no basis, never infinity. A shelf below zero asks for a count and has no cover."),
    uncertainty=_("None is drawn: it is a projection of the last 28 days."),
    not_for=_("Not for rationing, or for comparing sites."),
    waits_for=_("daily use by weekday from the ledger"),
)  # fmt: skip

DECLARED = (
    COVERAGE, INDIVIDUAL_COVERAGE, KITS_PER_100K, SATURATION, SURVEYED_REVERSALS, REFERRALS, STOCK_COVER,
    VENDING,
)  # fmt: skip
