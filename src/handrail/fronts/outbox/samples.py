"""What the sample table's screen shows: the pictures of a strip, kinds, what is often expected. What a picture reads stands in the pack."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from handrail.services.drugchecking import registry
from handrail.services.drugchecking.bench.rules import PICTURES

NAMES: Mapping[str, Any] = {
    "one-line": _("one line"), "two-lines": _("two lines"), "faint-line": _("faint line"), "no-control": _("no control"),
}  # fmt: skip
KINDS = (("drug", _("drug")), ("residue", _("residue")), ("used-equipment", _("used equipment")))
OVERDOSE = (
    ("", _("not asked")),
    ("not-involved", _("no")),
    ("involved", _("yes, someone overdosed")),
    ("fatal", _("yes, someone died")),
)
EXPECTED = ("fentanyl", "heroin", "cocaine", "methamphetamine", "mdma", "ketamine")


def shown() -> dict[str, Any]:
    """Return the choices of the screen."""
    return {
        "pictures": [(picture, NAMES[picture]) for picture in PICTURES],
        "kinds": KINDS, "overdose": OVERDOSE, "expected": [(slug, registry.seeds()[slug].name) for slug in EXPECTED],
    }  # fmt: skip
