"""The catalogue of indicators: what each one counts, by what, from where, and what it must not be used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

Text = str | Promise


@dataclass(frozen=True)
class Definition:
    """One indicator. A change to formula, denominator or source is a new version; the old one stays known by its number.

    `not_for` is printed with every figure.
    """

    id: str
    version: int
    title: Text
    formula: Text
    unit: Text
    denominator: Text
    source: Text
    missing: Text
    uncertainty: Text
    not_for: Text


SYRINGES_OUT = Definition(
    id="syringes-out",
    version=1,
    title=_("Syringes given out, as sets"),
    formula=_("sets = fixed-needle syringes + barrels. Separate needles are not added: they outnumber barrels and would inflate the figure."),
    unit=_("sets"),
    denominator=_("None: this is a count. Coverage per person who injects needs an estimate of people, which this is not."),
    source=_("Exchange lines given out at visits that were not taken back, by site-local day; what counts as a set stands on each item."),
    missing=_("Visits nobody recorded are not in it. Where fewer needles than barrels were given, sets in use may be fewer: no correction is made."),
    uncertainty=_("A full count of what was recorded; no sampling error."),
    not_for=_("Not for saying how many people inject, how often a syringe was used, or how one worker did."),
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

CATALOGUE: Mapping[str, Definition] = {one.id: one for one in (STRIP_FTIR_AGREEMENT, SYRINGES_OUT)}

FIELDS: tuple[tuple[str, str], ...] = (
    ("formula", "Formula"),
    ("unit", "Unit"),
    ("denominator", "Denominator"),
    ("source", "Source"),
    ("missing", "Missing data"),
    ("uncertainty", "Uncertainty"),
    ("not_for", "Not for"),
)


def as_markdown() -> str:
    """Write the catalogue as the reference page, in English, the same every time."""
    with override("en"):
        sections = [line for name in sorted(CATALOGUE) for line in _section(CATALOGUE[name])]
        return "\n".join(["# Indicators", "", *sections])


def _section(one: Definition) -> list[str]:
    told: dict[str, Any] = vars(one)
    rows = [f"| {name} | {told[field]} |" for field, name in FIELDS]
    return [f"## {one.title}", "", f"`{one.id}`, version {one.version}", "", "| | |", "|---|---|", *rows, ""]
