"""Definitions of what is counted here today."""

from django.utils.translation import gettext_lazy as _

from .definition import Definition

SYRINGES_OUT = Definition(
    id="syringes-out",
    version=1,
    title=_("Syringes given out, as sets"),
    formula=_("sets = fixed-needle syringes + barrels. Separate needles are not added: they outnumber barrels and would inflate the figure."),
    unit=_("sets"),
    denominator=_("None: this is a count. Coverage per person who injects needs an estimate of people, which this is not."),
    source=_("Exchange lines given out at visits that were not taken back, by site-local day; what counts as a set stands on each item."),
    missing=_("Visits nobody recorded are not in it. Where fewer needles than barrels were given, sets in use may be fewer: no correction is made. What was recorded late is added to the next period."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying how many people inject, how often a syringe was used, or how one worker did."),
    grid="month",
    tables=(("place",),),
)  # fmt: skip

SUPPLIES_OUT = Definition(
    id="supplies-out",
    version=1,
    title=_("Supplies given out, by kind"),
    formula=_("units = sum of amounts given out of the items of a kind"),
    unit=_("units"),
    denominator=_("None: this is a count. Kinds have different units: never add them to one figure of need."),
    source=_("Exchange lines given out at visits that were not taken back, by site-local day and the item's kind."),
    missing=_("Visits nobody recorded are not in it. What was recorded late is added to the next period."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying what people use, how many people there are, or how one worker did."),
    grid="week",
    tables=(("place",), ("kind",), ("place", "kind")),
)  # fmt: skip

NALOXONE_DOSES_OUT = Definition(
    id="naloxone-doses-out",
    version=1,
    title=_("Naloxone doses given out"),
    formula=_("doses = sum of units given out x doses in one unit of the product"),
    unit=_("doses"),
    denominator=_("None: this is a count. A kit, for rates, is two doses."),
    source=_("Naloxone dispensed at visits that were not taken back, by site-local day."),
    missing=_("Kits nobody recorded are not in it. What was recorded late is added to the next period."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying how many overdoses there were, or how many doses were used."),
    grid="month",
    tables=(("place",),),
)  # fmt: skip

VISITS = Definition(
    id="visits",
    version=1,
    title=_("Visits, with a code and without"),
    formula=_("visits = encounters recorded and not taken back; each by whether a card was shown"),
    unit=_("visits"),
    denominator=_("All visits: the share with a code is visits with a code / all visits."),
    source=_("Encounters of every channel, by site-local day."),
    missing=_("Visits nobody recorded are not in it. What was recorded late is added to the next period."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying how many people came: one person may come often, and one visit may be for several."),
    grid="month",
    tables=(("place",), ("place", "code")),
    may_be_noised=True,
)  # fmt: skip

PARTICIPANTS_SEEN = Definition(
    id="participants-seen",
    version=1,
    title=_("Distinct participants, as codes seen"),
    formula=_("D = distinct month pseudonyms of a site. Printed beside it: visits without a code. Upper: solve D = d (1 - exp(-N / d)) for N, d = 31^5 random codes; lower: D / (1 + v e), v visits a code, e the share of visits that made a new code by mistake."),
    unit=_("codes"),
    denominator=_("None: this is a count. Months are never added, nor sites: the same person has another pseudonym in each."),
    source=_("Encounters with a card that were not taken back, by site and month."),
    missing=_("Who shows no card is not in it. What was recorded late is left out: it cannot be told whether the person was counted."),
    uncertainty=_("A full count of codes; the band says how far codes and people may differ."),
    not_for=_("Not for saying how many people use drugs, or for adding up months or sites."),
    grid="month",
    tables=(("place",),),
    people=True,
    may_be_noised=True,
)  # fmt: skip

STRIP_FTIR_AGREEMENT = Definition(
    id="strip-ftir-agreement",
    version=1,
    title=_("Fentanyl strip and FTIR on the same samples"),
    formula=_("share = samples where FTIR saw fentanyl / samples where the strip reacted, among samples with both readings"),
    unit=_("share of samples"),
    denominator=_("Samples with both readings whose fentanyl strip reacted."),
    source=_("DrugCheckingBC/nn-fentanyl-prediction (MIT): one service in British Columbia, no dates, no places, no strip brand."),
    missing=_("Samples with one blank reading are left out. An identical row counts once."),
    uncertainty=_("95 % Wilson interval: counting error only. The file does not say who brought which sample, so each is counted by itself; one person may have brought several, and the true interval may be wider."),
    not_for=_("Not for saying what your drug contains, how common fentanyl is, or how good one device is."),
)  # fmt: skip

SYRINGES_PER_VISIT = Definition(
    id="syringes-per-visit",
    version=1,
    title=_("Syringes per visit, and per person served"),
    formula=_("sets out / visits; sets out / sum of people served, as they said"),
    unit=_("sets per visit"),
    denominator=_("Visits at which exchange took part; people served at them, as they said."),
    source=_("Exchange lines and encounters, by site-local day."),
    missing=_("No visit in the span: no basis, never 0. Visits nobody recorded are in neither number."),
    uncertainty=_("A full count of what was recorded; no sampling error. People served are as they said."),
    not_for=_("Not for judging how much one person needs, or for setting a limit."),
)  # fmt: skip

VISITS_WITH_CODE = Definition(
    id="visits-with-a-code",
    version=1,
    title=_("Visits with a code"),
    formula=_("visits with a code / all visits x 100"),
    unit=_("percent of visits"),
    denominator=_("All visits of the span that were not taken back."),
    source=_("Encounters, by site-local day."),
    missing=_("No visit in the span: no basis. After 90 days the share is kept as counted then."),
    uncertainty=_("A full count of what was recorded; no sampling error. What leaves is rounded so coarsely (to 0.01 up to 20 points, said with each) that the visits behind it stay one of more than five numbers."),
    not_for=_("Not for judging how far people trust a site, or for pressing anyone to carry a card."),
    grid="month",
    tables=(("place",),),
    share_of=("visits", "code", "with a code"),
)  # fmt: skip

RETURN_RATE = Definition(
    id="return-rate",
    version=1,
    title=_("Return rate"),
    formula=_("R = (participants + bins + sweeps) / sets out, each term shown; a weighed site bin replaces the said counts that went into it"),
    unit=_("percent of sets out"),
    denominator=_("Sets given out in the same span."),
    source=_("Exchange lines in, by method (said, container, weight, counted), and lines out."),
    missing=_("A bin without the programme's own calibration has no amount: it is shown as not yet weighed, never as 0. Nothing given out: no basis."),
    uncertainty=_("From the methods' own calibration, where there is one; the mix of methods is always printed. May exceed 100 %."),
    not_for=_("Not for deciding who is given syringes, or for saying how many are left in public places."),
)  # fmt: skip

REVERSAL_RATE = Definition(
    id="reversal-rate", version=1, title=_("Reversals reported per 100 doses"),
    formula=_("reports / doses given out in the month x 100; beside it doses used / doses given out x 100"),
    unit=_("reports per 100 doses"),
    denominator=_("Doses given out in the same month."),
    source=_("Reversal reports by the day they were told, those of a flood left out; naloxone dispensed."),
    missing=_("Reports are voluntary: read as a floor. A report without a dose count is in the first figure and not in the second. No dose went out: no basis."),
    uncertainty=_("Counting error only."),
    not_for=_("Not for saying how many overdoses there were."),
)  # fmt: skip

DOSES_PER_REPORT = Definition(
    id="doses-per-report", version=1, title=_("Doses per report, survival and ambulance share of reports"),
    formula=_("doses used / reports that state doses; survived / (survived + died) of reports received, unknown shown; ambulance called / reports that say"),
    unit=_("doses per report; percent of reports"),
    denominator=_("Reports that state the thing asked."),
    source=_("Reversal reports by the day they were told, those of a flood left out."),
    missing=_("A missing dose count is never read as 0 or 1: such a report is left out of this figure and counted beside it."),
    uncertainty=_("Counting error only; who reports is not who overdoses."),
    not_for=_("Not for saying how many people survive an overdose."),
)  # fmt: skip

SUPPLY_FOUND = Definition(
    id="supply-found", version=1, title=_("What was found in samples brought in"),
    formula=_("share = contributors (or samples, where a source counts those) whose sample held the substance / all of the same month, region and expectation"),
    unit=_("share of contributors, or of samples"),
    denominator=_("Everything of that month, region and expectation that a laboratory answered."),
    source=_("Open tables and samples of other services that were imported, each named with its licence."),
    missing=_("A month is told once it has been over for a month. A substance that fewer than the threshold had, or had not, is not told; that is not a sign that it is not there."),
    uncertainty=_("95 % Wilson interval: counting error only. Who brings several makes the true interval wider."),
    not_for=_("Not for saying what your drug contains, how common a substance is in the market, or that one is not there."),
)  # fmt: skip

DEFINED = (
    STRIP_FTIR_AGREEMENT, SUPPLY_FOUND, SYRINGES_OUT, SUPPLIES_OUT, NALOXONE_DOSES_OUT, VISITS, PARTICIPANTS_SEEN, SYRINGES_PER_VISIT,
    VISITS_WITH_CODE, RETURN_RATE, REVERSAL_RATE, DOSES_PER_REPORT,
)  # fmt: skip
