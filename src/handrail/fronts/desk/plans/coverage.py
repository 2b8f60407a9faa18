"""Coverage of agonist treatment, syringes and antivirals: hepatitis C and HIV among people who inject."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.evidence.impact import Result, Scenario, library, run, transmission
from handrail.evidence.impact.engine import interval

from .shapes import Answer, Bar, Curves, Plan, Slider, Typed, command, depth, path, percent

DRAWS, SEED = 200, 1
SCENARIOS_END = gettext_lazy("where the published scenarios end")
OAT = Slider("oat", gettext_lazy("Agonist treatment reaches, %"), 0, 60, 5, 40, SCENARIOS_END)
NSP = Slider("nsp", gettext_lazy("Enough syringes reach, %"), 0, 60, 5, 40, SCENARIOS_END)
NOW = (
    Slider("oat_now", gettext_lazy("Agonist treatment reaches now, %"), 0, 60, 5, 0, SCENARIOS_END),
    Slider("nsp_now", gettext_lazy("Enough syringes reach now, %"), 0, 60, 5, 0, SCENARIOS_END),
)


@dataclass(frozen=True)
class Infection:
    """What differs between the two infections."""

    name: str
    settings: Mapping[str, Any]  # beside what is typed
    others: Sequence[Mapping[str, Any]]  # other structures: the second shade of the bar
    effects: str
    spread: Any


HCV = Infection(
    "hepatitis-c", {}, ({"exit_rate": 0.101}, {"effects": "platt"}), "turner",
    gettext_lazy("The wider mark: 10.1 % leave a year, or the effects of Platt 2018 instead of Turner 2011."),
)  # fmt: skip
HIV_ = Infection(
    "hiv", {"effects": "hiv", "clearance": 0}, ({"exit_rate": 0.101}, {"exit_rate": 0.05}), "hiv",
    gettext_lazy("The wider mark: 5 % or 10.1 % leave a year."),
)  # fmt: skip


def asked(infection: Infection, typed: Typed) -> Scenario:
    """Return the scenario of what was typed: shares of one."""
    settings: dict[str, Any] = {"prevalence": typed["prevalence"] / 100}
    settings |= {"oat_before": typed["oat_now"] / 100, "nsp_before": typed["nsp_now"] / 100}
    settings |= {"oat": typed["oat"] / 100, "nsp": typed["nsp"] / 100}
    if "treated" in typed:
        settings["treated_per_1000"] = typed["treated"]
    return Scenario(infection.name, settings | dict(infection.settings))


def answer(infection: Infection, typed: Typed) -> Answer:
    """Run the model and put its figures into words and a picture."""
    question = asked(infection, typed)
    result = run(transmission.load(), question, seed=SEED, draws=DRAWS)
    low, high = interval(result.figures["draw_prevalence_at_end"].values)
    end = result.value("prevalence_at_end")
    ends = [low, high, *(_other(question, other) for other in infection.others)]
    told = {name: f"{value:g}" for name, value in typed.items()} | {
        "end": percent(end), "low": percent(low), "high": percent(high), "lowest": percent(min(ends)), "highest": percent(max(ends)),
    }  # fmt: skip
    names = [key for key in transmission.EFFECTS[infection.effects] if key]
    effects = [library.shipped()[name] for name in names]
    return Answer(
        result=result,
        sentences=_sentences(infection, told),
        behind=[*(_effect(one) for one in effects), *_structure(infection)],
        not_for=[one.not_for for one in effects],
        changes=_changes(infection),
        area=_("No area: nothing here was calibrated to a place."),
        command=command(question, transmission.FAMILY, seed=SEED, draws=DRAWS),
        curves=_curves(result, told, Bar(1020, depth(low), depth(high), depth(min(ends)), depth(max(ends)))),
    )


def _other(question: Scenario, changed: Mapping[str, Any]) -> float:
    place = transmission.setting(Scenario("other", {**question.settings, **changed}))
    return float(transmission.changed(place, transmission.multipliers(place.effects))[-1, 0])


def _sentences(infection: Infection, told: Mapping[str, Any]) -> list[str]:
    if infection is HCV:
        first = _("With agonist treatment for %(oat)s %%, syringes for %(nsp)s %% and %(treated)s antiviral treatments a year per 1,000 people, modelled chronic infection after 10 years is %(end)s %% (credible interval %(low)s to %(high)s %%), beside %(prevalence)s %% if nothing changes.")  # fmt: skip
    else:
        first = _("With agonist treatment for %(oat)s %% and syringes for %(nsp)s %%, modelled HIV infection after 10 years is %(end)s %% (credible interval %(low)s to %(high)s %%), beside %(prevalence)s %% if nothing changes.")  # fmt: skip
    return [first % told, _("With other structures: %(lowest)s to %(highest)s %%.") % told]


def _effect(one: library.Effect) -> str:
    ends = f" ({one.low}–{one.high})" if one.low is not None else ""
    return f"{one.intervention}: {one.measure} {one.estimate}{ends}, {one.citation}"


def _structure(infection: Infection) -> list[str]:
    told = [
        _("8.1 % of people stop injecting a year: a fitted value. Another changes every figure here."),
        str(infection.spread),
    ]
    if infection is HIV_:
        told += [
            _("No joint estimate exists for HIV: people with both services have the stronger effect alone."),
            _("No published scenario of HIV was there to check this against: an illustration."),
        ]
    return told


def _changes(infection: Infection) -> str:
    if infection is HIV_:
        return _(
            "Other effects, treatment of HIV (who is on it infects fewer: left out here), infection by sex, a growing epidemic."
        )
    return _("Other effects, a growing epidemic, people who leave a service sooner.")


def _curves(result: Result, told: Mapping[str, Any], bar: Bar) -> Curves:
    return Curves(
        says=_("Modelled infection over 10 years: a solid line from %(prevalence)s to %(end)s percent, a dashed line where nothing changes.") % told,
        caption=_("Percent of people who inject. Solid: as planned. Dashed: nothing changes. The mark at the end: the credible interval, and paler the spread of other structures."),
        top="100", start=_("now"), end=_("10 years"),
        planned=path(result.figures["prevalence"].values[::6]), other=path(result.figures["prevalence_without_change"].values[::6]), bar=bar,
    )  # fmt: skip


HEPATITIS_C = Plan(
    "hepatitis-c", gettext_lazy("Hepatitis C"),
    gettext_lazy("What if agonist treatment, syringes or antivirals reached more people who inject?"),
    transmission.FAMILY,
    (
        Slider("prevalence", gettext_lazy("Chronic infection now, %"), 20, 60, 5, 40, SCENARIOS_END), *NOW, OAT, NSP,
        Slider("treated", gettext_lazy("Antiviral treatments a year per 1,000"), 0, 40, 2, 0, gettext_lazy("where the published scenarios end (Martin 2013)")),
    ),
    transmission.load, partial(asked, HCV), partial(answer, HCV),
)  # fmt: skip
HIV = Plan(
    "hiv", gettext_lazy("HIV"),
    gettext_lazy("What if agonist treatment or syringes reached more people who inject?"),
    transmission.FAMILY,
    (
        Slider("prevalence", gettext_lazy("HIV infection now, %"), 5, 40, 5, 15, gettext_lazy("beyond it the form of the model says little")), *NOW, OAT, NSP,
    ),
    transmission.load, partial(asked, HIV_), partial(answer, HIV_),
)  # fmt: skip
