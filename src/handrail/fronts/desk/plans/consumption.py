"""A consumption site: another place, or more hours. The effect rests on one disputed site, so every figure stands beside the same with no effect."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.evidence.impact import Parameters, Result, Scenario, library, run, supervised_site

from .shapes import WIDE, Answer, Plan, Rows, Slider, Typed, command, few

SEED = 1
SIZE_END = gettext_lazy("the size of the one site that was studied")
FIGURES: Mapping[str, Any] = {
    "overdose_deaths_fewer": gettext_lazy("Overdose deaths"),
    "hiv_infections_fewer": gettext_lazy("HIV infections"),
    "hcv_infections_fewer": gettext_lazy("Hepatitis C infections"),
    "ambulance_calls_fewer": gettext_lazy("Ambulance calls"),
    "hospital_stays_fewer": gettext_lazy("Hospital stays"),
}
EFFECT = "scs_overdose_500m"


@cache
def parameters() -> Parameters:
    """Return the inputs that come with the house."""
    return supervised_site.shipped()


def asked(typed: Typed) -> Scenario:
    """Return the scenario of what was typed: deaths within 500 m as the whole city's, with a share of 1."""
    size = {
        "places_before": typed["places_now"],
        "hours_before": typed["hours_now"],
        "places": typed["places"],
        "hours": typed["hours"],
    }
    return Scenario("here", size | {"death.D": typed["near"], "death.n": 1})


def answer(typed: Typed) -> Answer:
    """Run the closed form with the disputed effect and with none, and put both side by side."""
    question = asked(typed)
    result = run(parameters(), question, seed=SEED)
    effect = library.shipped()[EFFECT]
    deaths = [few(abs(value)) for value in more(result, "overdose_deaths_fewer")]
    told = {name: f"{value:g}" for name, value in typed.items()} | {"disputed": deaths[0], "none": deaths[1]}
    return Answer(
        result=result,
        sentences=[
            _sentence(told, more(result, "overdose_deaths_fewer")[0]),
            _("The source gives no interval, so none is made: the two ends are the two readings of the dispute."),
        ],
        disputed=_(supervised_site.DISPUTE),
        behind=[*_behind(effect), *(note for note in result.notes if " = " in note), str(supervised_site.SIZED)],
        not_for=[effect.not_for],
        changes=_(
            "Another share of overdoses within 500 m, people who come from farther away, a supply of another strength, overdoses per injection here."
        ),
        area=_(
            "No area: people who inject, sharing and prices are those of the published city (Irwin 2017), not of yours."
        ),
        command=command(question, supervised_site.FAMILY, seed=SEED, draws=0),
        rows=_rows(result),
    )


def _sentence(told: Mapping[str, str], fewer: float) -> str:
    if fewer < 0:
        return _("With %(places)s places for %(hours)s hours a day instead of %(places_now)s for %(hours_now)s, the modelled number of overdose deaths within 500 m is higher by %(none)s (no effect) to %(disputed)s a year (the effect of one site, disputed), of %(near)s now.") % told  # fmt: skip
    return _("With %(places)s places for %(hours)s hours a day instead of %(places_now)s for %(hours_now)s, the modelled number of overdose deaths within 500 m is lower by %(none)s (no effect) to %(disputed)s a year (the effect of one site, disputed), of %(near)s now.") % told  # fmt: skip


def more(result: Result, name: str) -> tuple[float, float]:
    """Return what the plan adds to today: with the disputed effect, and with none."""
    values = (result.figures.get(f"more_{name}") or result.figures[name]).values
    return float(values[0]), float(values[1])


def _behind(effect: library.Effect) -> list[str]:
    return [
        _(
            "Deaths: effect x deaths within 500 m. Infections: I N s d [1 - (1 - q t)^m] n N_sif / T. Calls and stays: injections x overdoses x (elsewhere - at the site)."
        ),
        f"{effect.intervention}, {effect.outcome}: {effect.measure} {effect.estimate}, {effect.definition} ({effect.citation})",
        _(
            "Irwin 2017, tables 1, 2, 4, 5 and 7. Each figure’s formula, and the row of the book that each symbol stands in:"
        ),
    ]


def _rows(result: Result) -> Rows:
    """Return one row a figure, each with both readings and a length as a share of the largest in its row."""
    rows = []
    for name, label in FIGURES.items():
        values = more(result, name)
        most = max(abs(values[0]), abs(values[1])) or 1.0
        rows.append((label, [(few(value), round(WIDE * abs(value) / most)) for value in values]))
    return Rows(
        (_("Fewer a year, modelled"), _("one site, disputed"), _("no effect")), rows,
        _("What the plan adds to today, a year. Each row has its own scale; a negative number is more, not fewer."),
    )  # fmt: skip


PLAN = Plan(
    "consumption-site", gettext_lazy("A consumption site"),
    gettext_lazy("What if a consumption site had another place, or more hours?"),
    supervised_site.FAMILY,
    (
        Slider("places_now", gettext_lazy("Places now"), 0, supervised_site.PLACES, 1, 6, SIZE_END),
        Slider("hours_now", gettext_lazy("Hours a day now"), 0, supervised_site.HOURS, 1, 8, SIZE_END),
        Slider("places", gettext_lazy("Places, planned"), 0, supervised_site.PLACES, 1, 7, SIZE_END),
        Slider("hours", gettext_lazy("Hours a day, planned"), 0, supervised_site.HOURS, 1, 12, SIZE_END),
        Slider("near", gettext_lazy("Overdose deaths a year within 500 m"), 0, 28, 1, 12, gettext_lazy("6.2 % of 463, the most that the source found around one place")),
    ),
    parameters, asked, answer,
)  # fmt: skip
