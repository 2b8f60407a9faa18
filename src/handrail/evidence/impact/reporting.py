"""What a reader of economic evaluations and of individual models is owed: CHEERS 2022 and ODD, as far as a run knows the answer; blanks are flagged."""

from collections.abc import Mapping

from . import outbreak
from .engine import LABEL, Result
from .families import FAMILIES

BLANK = "(blank: to be answered by whoever uses this run)"
CHEERS = (
    "Title", "Abstract", "Background and objectives", "Health economic analysis plan", "Study population", "Setting and location", "Comparators",
    "Perspective", "Time horizon", "Discount rate", "Selection of outcomes", "Measurement of outcomes", "Valuation of outcomes",
    "Measurement and valuation of resources and costs", "Currency, price date, and conversion", "Rationale and description of model",
    "Analytics and assumptions", "Characterising heterogeneity", "Characterising distributional effects", "Characterising uncertainty",
    "Approach to engagement with patients and others affected", "Study parameters", "Summary of main results", "Effect of uncertainty",
    "Effect of engagement with patients and others affected", "Study findings, limitations, generalisability, and current knowledge",
    "Source of funding", "Conflicts of interest",
)  # fmt: skip


OUTBREAK = {
    "Purpose": "what a syringe service, and when it begins, changes in an HIV outbreak among people who share syringes",
    "Entities, state variables, scales": "people (months since infection), ties of sharing; one month",
    "Process overview": "infection along ties, from one first infection; the service from its month on",
    "Design concepts": "ties do not change; nobody learns, leaves or is treated; chance is keyed by (seed, outbreak, month), arms share it",
    "Initialisation": "a network drawn from each one's own number of partners; the first infection by that number",
    "Input data": "none but the settings named in run.json",
}


def cheers(result: Result) -> list[tuple[int, str, str]]:
    """Return the 28 items of CHEERS 2022 (BMJ 376:e067975) as far as the run knows the answer; a blank is flagged, never guessed."""
    family = FAMILIES[result.family]
    settings = (
        ", ".join(f"{name} = {value}" for name, value in sorted(result.scenario.settings.items()))
        or "all at their defaults"
    )
    rate = result.scenario.settings.get("discount_rate")
    known = {
        "Title": f"{family.question} ({family.lineage}; {LABEL})",
        "Background and objectives": family.question,
        "Comparators": f"scenario {result.scenario.name}; {settings}",
        "Discount rate": f"{rate} a year"
        if rate is not None
        else f"as in the inputs of family {family.letter}; undiscounted figures stand beside",
        "Rationale and description of model": f"{family.lineage}; structure, equations and traps: docs/explanation/models/{family.name}.md",
        "Analytics and assumptions": " ".join(result.notes) or BLANK,
        "Characterising uncertainty": f"{result.draws} draws, seed {result.seed}; every arm on the same draws"
        if result.draws
        else "point estimates only",
        "Study parameters": ", ".join(f"{name} {sha[:12]}" for name, sha in result.provenance["inputs"].items()),
        "Summary of main results": f"figures.csv, {len(result.figures)} figures ({LABEL})",
        "Study findings, limitations, generalisability, and current knowledge": f"Not for: {family.not_for}.",
        **family.facts,
    }
    if result.draws:
        known["Effect of uncertainty"] = "an interval beside every drawn figure, in figures.csv"
    if family.letter == "c":
        known["Time horizon"] = f"{result.scenario.settings.get('years', 10)} years"
    return [(number, item, known.get(item, BLANK)) for number, item in enumerate(CHEERS, 1)]


def odd(result: Result) -> str:
    """Return the ODD text of an individual model, or say that the family has no individuals."""
    family = FAMILIES[result.family]
    if result.scenario.name == outbreak.NAME:
        return _odd(
            OUTBREAK | {"Submodels": f"docs/explanation/models/{family.name}.md", "Face validity, reviewed by": BLANK}
        )
    if family.letter != "d1":
        return f"# ODD\n\nFamily ({family.letter}) {family.name} follows no individuals: an ODD text does not apply.\n"
    told = {
        "Purpose": family.question,
        "Entities, state variables, scales": "people (use state, own use state, ever overdosed, age, town), towns (kits in circulation); one month",
        "Process overview": "fentanyl exposure, moves and overdoses, kits, outcomes of overdoses, replacement of the dead, birthdays each twelfth month",
        "Design concepts": "people meet only through the kits of their town; nothing is learned or foreseen",
        "Initialisation": "people and parameters from the inputs named in run.json",
        "Input data": ", ".join(result.provenance["inputs"]),
        "Submodels": f"docs/explanation/models/{family.name}.md",
        "Face validity, reviewed by": BLANK,
    }
    return _odd(told)


def _odd(told: Mapping[str, str]) -> str:
    return "# ODD\n\n" + "\n\n".join(f"## {head}\n\n{text}" for head, text in told.items()) + "\n"
