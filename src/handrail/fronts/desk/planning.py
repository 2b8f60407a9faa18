"""Plan coverage: what a model says of hepatitis C when agonist treatment, syringes and antivirals reach more people. Nobody's records are read."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common.refusals import Refused
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals
from handrail.evidence.impact import Named, Scenario, library, run, transmission
from handrail.evidence.impact.engine import interval

DRAWS, SEED = 200, 1
WIDE, HIGH = 1000, 400  # of the picture
SLIDERS = {  # name -> (least, most, step, start): the ends are those of the published scenarios; beyond them nothing was checked
    "prevalence": (20, 60, 5, 40),
    "oat": (0, 60, 5, 40),
    "nsp": (0, 60, 5, 40),
    "treated": (0, 40, 2, 0),
}


@require_safe
@staff
def show(request: StaffRequest) -> HttpResponse:
    """Answer with the sentence, its interval, the picture and what stands behind it; a value past an end is refused with the end named."""
    try:
        typed = wanted(request.GET)
    except Refused as refusal:
        told = {"sliders": sliders({}), "say": refusals.say(refusal), "code": refusal.code}
        return render(request, "desk/planning.html", told, status=refusals.status(refusal.code))
    return render(request, "desk/planning.html", {"sliders": sliders(typed), "answer": answer(typed)})


def wanted(typed: QueryDict) -> dict[str, int]:
    """Read the sliders.

    Raises:
        Refused: a value is no number, or lies past an end.
    """
    found = {}
    for name, (least, most, _, start) in SLIDERS.items():
        said = typed.get(name, str(start))
        if not (said.isdecimal() and least <= int(said) <= most):
            raise Refused("bad-amount", least=least, most=most)
        found[name] = int(said)
    return found


def sliders(typed: dict[str, int]) -> list[dict[str, Any]]:
    """Return each slider with its ends and where it stands."""
    return [
        {"name": name, "least": least, "most": most, "step": step, "value": typed.get(name, start)}
        for name, (least, most, step, start) in SLIDERS.items()
    ]


def answer(typed: dict[str, int]) -> dict[str, Any]:
    """Run the model and put its figures into words and a picture."""
    settings = {"prevalence": typed["prevalence"] / 100, "oat": typed["oat"] / 100, "nsp": typed["nsp"] / 100}
    asked = Scenario("planned", settings | {"treated_per_1000": typed["treated"]})
    result = run(transmission.load(), asked, seed=SEED, draws=DRAWS)
    low, high = interval(result.figures["draw_prevalence_at_end"].values)
    return {
        **typed,
        "end": percent(result.value("prevalence_at_end")),
        "low": percent(low),
        "high": percent(high),
        "with": line(result.figures["prevalence"]),
        "without": line(result.figures["prevalence_without_change"]),
        "bar": (depth(high), depth(low)),
        "command": command(asked),
        "fingerprint": str(result.provenance["fingerprint"])[:12],
        "effects": [library.shipped()[key] for key in transmission.EFFECTS["turner"]],
    }


def command(asked: Scenario) -> str:
    """Return what gives the same figures on the console."""
    told = " ".join(f"--set {name}={value:g}" for name, value in asked.settings.items())
    return f"./handrail model run transmission {told} --seed {SEED} --draws {DRAWS}"


def percent(share: float) -> int:
    """Return a share as a whole percentage: a model of this kind knows no finer."""
    return round(100 * share)


def depth(share: float) -> int:
    """Return how far below the picture's upper edge a share stands; the edge is 100 %."""
    return round(HIGH * (1 - share))


def line(figure: Named) -> str:
    """Return a path through the years, as SVG points."""
    values = figure.values[::6]
    step = WIDE / (len(values) - 1)
    return " ".join(f"{round(at * step)},{depth(float(value))}" for at, value in enumerate(values))
