"""Naloxone kits: how often an overdose would meet one as kits grow, by channel, for a place told by its own numbers."""

from functools import cache
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.core.common.refusals import Refused
from handrail.evidence.impact import Parameters, Result, Scenario, run, saturation

from .shapes import WIDE, Answer, Bar, Curves, Plan, Slider, Typed, band, command, depth, few, path, plain

DRAWS, SEED = 1000, 1
CHANNELS = {"THN": "community", "RX": "prescribed", "standing_order": "standing_order"}
PER_100_000 = 1e5
DEATHS_LEAST, DEATHS_MOST = 5.5, 27.1  # a year per 100,000 people: the 8 open states, California to Rhode Island
KITS_END = gettext_lazy("together at most 2,000 a year per 100,000 people: where the published curves end")


@cache
def parameters() -> Parameters:
    """Return the inputs that come with the house."""
    return saturation.shipped()


def asked(typed: Typed) -> Scenario:
    """Return the scenario of what was typed.

    Raises:
        Refused: more kits, or another rate of deaths, than the published curves cover.
    """
    check(typed)
    now = {f"kits_{channel}": typed[name] for channel, name in CHANNELS.items()}
    then = {f"planned_{channel}": typed[f"{name}_then"] for channel, name in CHANNELS.items()}
    return Scenario("here", {"population": typed["people"], "deaths": typed["deaths"]} | now | then | {"use_recorded": bool(typed["recorded"])})  # fmt: skip


def check(typed: Typed) -> None:
    """Refuse what lies past the hull, with its bound in the reader's own numbers."""
    people = typed["people"]
    most = saturation.SPAN_PER_PERSON * people
    for when in ("", "_then"):
        if sum(typed[f"{name}{when}"] for name in CHANNELS.values()) > most:
            raise Refused("past-evidence", name=_("Kits a year, all channels"), least=0, most=plain(int(most)))
    least_deaths, most_deaths = (rate / PER_100_000 * people for rate in (DEATHS_LEAST, DEATHS_MOST))
    if not least_deaths <= typed["deaths"] <= most_deaths:
        raise Refused("past-evidence", name=_("Opioid overdose deaths a year"), least=plain(int(np.ceil(least_deaths))), most=plain(int(most_deaths)))  # fmt: skip


def answer(typed: Typed) -> Answer:
    """Run the model and put its figures into words and a picture."""
    question = asked(typed)
    result = run(parameters(), question, seed=SEED, draws=DRAWS)
    other = run(parameters(), Scenario("here", {**question.settings, "form": "hyperbolic"}), seed=SEED, draws=DRAWS)
    told = _told(typed, result, other)
    return Answer(
        result=result,
        sentences=_sentences(typed, told),
        behind=[
            _(
                "An overdose meets naloxone with 1 - exp(-a x kits / people); a prescribed kit counts a fifth of a community kit."
            ),
            _(
                "How fast kits saturate, and what share of deaths falls away, were learned from the curves of 8 states of the USA (Irvine 2022)."
            ),
            _("The paler mark is another form of saturation: x / (1 + x)."),
        ],
        changes=_("Another supply, kits that reach people who use alone, whether kits used are counted."),
        not_for=[_("a single town or service: the curves are those of whole states")],
        area=_("Your numbers, and no calibration of your area: this page names none."),
        command=command(question, saturation.FAMILY, seed=SEED, draws=DRAWS),
        curves=_curves(typed, result, other, told),
    )


def _told(typed: Typed, result: Result, other: Result) -> dict[str, Any]:
    """Return every number of the sentences."""
    told: dict[str, Any] = {"now": few(100 * result.value("p_THN"))}
    for name, figure in (("use", "planned_pNX"), ("fewer", "planned_deaths_fewer")):
        values = [one.figures[figure].values if figure in one.figures else np.zeros(3) for one in (result, other)]
        if name == "use" and figure not in result.figures:
            values = [np.full(3, 100 * one.value("p_THN")) for one in (result, other)]
        if name == "fewer":
            told["more"] = bool(values[0][1] < 0)
            values = [np.sort(np.abs(one)) for one in values]
        told |= {name: few(values[0][1]), f"{name}_low": few(values[0][0]), f"{name}_high": few(values[0][2])}
        told |= {f"{name}_lowest": few(min(v[0] for v in values)), f"{name}_highest": few(max(v[2] for v in values))}
        told[f"{name}_shares"] = [v / 100 for v in values]
    then = sum(typed[f"{name}_then"] for name in CHANNELS.values())
    return told | {
        "kits": plain(then),
        "kits_now": plain(sum(typed[name] for name in CHANNELS.values())),
        "deaths": plain(typed["deaths"]),
    }


def _sentences(typed: Typed, told: dict[str, Any]) -> list[str]:
    first = _("With %(kits)s kits a year, a modelled %(use)s %% of overdoses meet naloxone (credible interval %(use_low)s to %(use_high)s %%), beside %(now)s %% with the %(kits_now)s of today.") % told  # fmt: skip
    if all(typed[name] == typed[f"{name}_then"] for name in CHANNELS.values()):
        return [first, _("Move a slider of planned kits to ask what would differ.")]
    if told["more"]:
        second = _("The modelled number of deaths is higher by %(fewer)s a year (credible interval %(fewer_low)s to %(fewer_high)s; with the other form of saturation %(fewer_lowest)s to %(fewer_highest)s), of %(deaths)s now.")  # fmt: skip
    else:
        second = _("The modelled number of deaths is lower by %(fewer)s a year (credible interval %(fewer_low)s to %(fewer_high)s; with the other form of saturation %(fewer_lowest)s to %(fewer_highest)s), of %(deaths)s now.")  # fmt: skip
    return [first, second % told]


def _curves(typed: Typed, result: Result, other: Result, told: dict[str, Any]) -> Curves:
    """Draw use of naloxone over community kits, the others as they are now; marks where now and planned stand."""
    most = saturation.SPAN_PER_PERSON * typed["people"]
    name = saturation.CURVE["THN"]
    low, middle, high = result.figures[name].values / 100
    at = round(WIDE * min(typed["community_then"] / most, 1))
    ours, theirs = told["use_shares"]
    bar = Bar(at, depth(ours[0]), depth(ours[2]), depth(min(ours[0], theirs[0])), depth(max(ours[2], theirs[2])))
    return Curves(
        says=_("Modelled share of overdoses that meet naloxone as community kits grow: %(now)s percent now, %(use)s percent as planned.") % told,
        caption=_("Percent of overdoses that meet naloxone, by community kits a year; the other channels as now. Band: credible interval. Dashed: the other form. The upright mark: as planned, all channels."),
        top="100", start="0", end=_("%(most)s kits: here the evidence ends") % {"most": plain(int(most))},
        planned=path(middle), other=path(other.figures[name].values[1] / 100), band=band(low, high), bar=bar,
    )  # fmt: skip


def _kits(name: str, label: Any, start: float) -> Slider:
    return Slider(name, label, 0, 800_000, 0, start, KITS_END)


PLAN = Plan(
    "naloxone", gettext_lazy("Naloxone kits"),
    gettext_lazy("How many kits until more change little? Type your area’s numbers, then move the planned kits."),
    saturation.FAMILY,
    (
        Slider("people", gettext_lazy("People who live in the area"), 10_000, 40_000_000, 0, 1_000_000, gettext_lazy("up to the largest state that was learned from")),
        Slider("deaths", gettext_lazy("Opioid overdose deaths a year"), 0, 10_900, 0, 150, gettext_lazy("5.5 to 27.1 per 100,000 people: the states that were learned from")),
        _kits("community", gettext_lazy("Community kits a year now"), 3_000),
        _kits("prescribed", gettext_lazy("Prescribed kits a year now"), 500),
        _kits("standing_order", gettext_lazy("Pharmacy kits by standing order a year now"), 0),
        _kits("community_then", gettext_lazy("Community kits a year, planned"), 6_000),
        _kits("prescribed_then", gettext_lazy("Prescribed kits a year, planned"), 500),
        _kits("standing_order_then", gettext_lazy("Pharmacy kits by standing order a year, planned"), 0),
        Slider("recorded", gettext_lazy("Kits used are counted here (1 yes, 0 no)"), 0, 1, 1, 0, gettext_lazy("states that count them show a stronger effect")),
    ),
    parameters, asked, answer,
)  # fmt: skip
