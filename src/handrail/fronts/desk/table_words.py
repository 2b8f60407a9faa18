"""The words of the sample table's screens: what a picture, a test, a piece of advice is called at the bench."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.services.drugchecking.registry import Registry
from handrail.services.drugchecking.statements import LANGUAGES, Advice, Mark, Reading
from handrail.services.drugchecking.statements.readings import FTIR, STRIP, Product

__all__ = ["LANGUAGES"]

EXPECTED = (
    "fentanyl",
    "heroin",
    "cocaine",
    "methamphetamine",
    "mdma",
    "ketamine",
    "benzodiazepine",
    "opioid-pill",
    "unknown",
)
COMMON = (
    "fentanyl",
    "heroin",
    "cocaine",
    "methamphetamine",
    "mdma",
    "ketamine",
    "caffeine",
    "xylazine",
    "bromazolam",
    "mannitol",
)
OTHER_NAMES: Mapping[str, Any] = {  # what people expect that is no substance
    "benzodiazepine": gettext_lazy("benzo"), "opioid-pill": gettext_lazy("opioid pill"), "unknown": gettext_lazy("don’t know"),
}  # fmt: skip
KINDS = (
    ("drug", gettext_lazy("drug")),
    ("residue", gettext_lazy("residue")),
    ("used-equipment", gettext_lazy("used equipment")),
)
OVERDOSE = (
    ("", gettext_lazy("not asked")), ("not-involved", gettext_lazy("no")), ("involved", gettext_lazy("yes, someone overdosed")),
    ("fatal", gettext_lazy("yes, someone died")),
)  # fmt: skip
FORMS = (
    ("powder", gettext_lazy("powder")), ("crystal", gettext_lazy("crystal")), ("rock", gettext_lazy("rock")), ("pill", gettext_lazy("pill")),
    ("liquid", gettext_lazy("liquid")), ("plant", gettext_lazy("plant")), ("paper", gettext_lazy("paper")), ("other", gettext_lazy("other")),
)  # fmt: skip
COLOURS = (
    ("white", gettext_lazy("white")), ("off-white", gettext_lazy("off-white")), ("beige", gettext_lazy("beige")), ("brown", gettext_lazy("brown")),
    ("black", gettext_lazy("black")), ("grey", gettext_lazy("grey")), ("pink", gettext_lazy("pink")), ("purple", gettext_lazy("purple")),
    ("blue", gettext_lazy("blue")), ("green", gettext_lazy("green")), ("yellow", gettext_lazy("yellow")), ("orange", gettext_lazy("orange")),
    ("red", gettext_lazy("red")), ("clear", gettext_lazy("see-through")), ("mixed", gettext_lazy("mixed")),
)  # fmt: skip
PANELS: Mapping[str, Any] = {
    "fentanyl": gettext_lazy("fentanyl"), "xylazine": gettext_lazy("xylazine"), "benzodiazepines": gettext_lazy("benzodiazepines"),
    "nitazenes": gettext_lazy("nitazenes"),
}  # fmt: skip
PICTURES: Mapping[str, Any] = {
    "one-line": gettext_lazy("one line"), "two-lines": gettext_lazy("two lines"), "faint-line": gettext_lazy("faint line"),
    "no-control": gettext_lazy("no control"),
}  # fmt: skip
MARKS: Mapping[Mark, Any] = {
    Mark.REACTED: gettext_lazy("reacted"), Mark.DID_NOT_REACT: gettext_lazy("did not react"), Mark.FAINT: gettext_lazy("faint line"),
    Mark.NO_CONTROL: gettext_lazy("no control line"),
}  # fmt: skip
AMOUNTS = (("main", gettext_lazy("main")), ("some", gettext_lazy("some")), ("trace", gettext_lazy("trace")))
METHODS: Mapping[str, Any] = {"ftir": gettext_lazy("FTIR"), "laboratory": gettext_lazy("laboratory")}
STRENGTHS = (
    (0, gettext_lazy("not known")), (200, gettext_lazy("10 mg in 50 mL (1:5000)")), (1000, gettext_lazy("10 mg in 10 mL (1:1000)")),
    (2000, gettext_lazy("10 mg in 5 mL (1:500)")), (5000, gettext_lazy("10 mg in 2 mL (1:200)")),
)  # fmt: skip
WITHDRAWN = (
    ("misread", gettext_lazy("a second person saw it was misread")), ("wrong-bag", gettext_lazy("wrong bag")),
    ("failed-box", gettext_lazy("its box failed")), ("no-control", gettext_lazy("no control line")),
)  # fmt: skip
STATES = (
    ("stored", gettext_lazy("stored")), ("returned", gettext_lazy("returned")), ("destroyed", gettext_lazy("discarded here")),
    ("consumed", gettext_lazy("used up in testing")), ("lost", gettext_lazy("lost or spilt")),
)  # fmt: skip
HOW = (
    ("code", gettext_lazy("let it out")),
    ("person", gettext_lazy("told in person")),
    ("slip", gettext_lazy("print slip")),
)
SLIP: Mapping[str, Mapping[str, str]] = {  # said to a holder, so in the statement's language and not the screen's
    "en": {"final": "final", "preliminary": "not final: a laboratory is still looking", "void": "void after"},
    "es": {
        "final": "definitivo",
        "preliminary": "no es definitivo: un laboratorio sigue mirando",
        "void": "sin valor después del",
    },
    "fr": {
        "final": "définitif",
        "preliminary": "pas définitif : un labo cherche encore",
        "void": "n’est plus valable après le",
    },
}
ADVICE: Mapping[Advice, Any] = {
    Advice.CONFIRM: gettext_lazy("Send it for confirmation."),
    Advice.CONFIRM_CONFLICT: gettext_lazy("The strip and the machine differ: send it for confirmation."),
    Advice.DILUTE: gettext_lazy("Something here can make this strip react: dilute more and repeat."),
    Advice.CROSS: gettext_lazy("This strip also reacts to something found here: mark it, send it for confirmation."),
    Advice.SCAN_BOX: gettext_lazy("Brand or lot is missing: scan the box and repeat."),
    Advice.WAIT: gettext_lazy("Wait the full time and repeat."),
    Advice.NEW_STRIP: gettext_lazy("Repeat with a new strip."),
    Advice.CHEMIST: gettext_lazy("The laboratory did not see what a strip raised: a chemist looks."),
}


def name(slug: str, known: Registry) -> str:
    """Return what a slug is called on these screens."""
    found = known.get(slug)
    return found.name if found else str(OTHER_NAMES.get(slug, slug))


def product(one: Product) -> str:
    """Return a kind of strips in words."""
    return (
        " ".join(filter(None, (str(PANELS[one.panel]), one.name)))
        if one.name
        else _("%(panel)s, another maker") % {"panel": PANELS[one.panel]}
    )


def unknown_product(panel: str) -> str:
    """Return strips of a brand that is not listed."""
    return _("%(panel)s, brand not listed") % {"panel": PANELS[panel]}


def test(row: Any, reading: Reading) -> str:
    """Return a test as one line."""
    if row.method == STRIP:
        box = " ".join(filter(None, (row.product and str(row.product), row.lot)))
        return f"{PANELS[row.panel]} · {MARKS[Mark(row.mark)]} · {box or _('box not recorded')}"
    amounts = dict(AMOUNTS)
    seen = ", ".join(f"{part.name} ({amounts[part.amount.value]})" for part in reading.components)
    return f"{METHODS[row.method] if row.method == FTIR else row.instrument or METHODS[row.method]} · {seen or _('nothing it knows')}"
