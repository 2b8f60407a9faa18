"""What a reader of the open data may know: every definition, what the columns mean, the licence."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from handrail.evidence.indicators import catalogue as indicators
from handrail.evidence.indicators.definition import Definition

LICENCE = "CC BY 4.0"

COLUMNS: tuple[tuple[Any, Any], ...] = (
    ("place", _("The site, a region of sites (region/ and its name), or all of them.")),
    ("kind", _("The kind of supplies, as the catalogue of items names it, or all.")),
    ("code", _("Whether a card was shown, or both.")),
    (
        "period",
        _(
            "A week (2026-W46, Monday to Sunday), a month (2026-10), a quarter (2026-Q4) or a year, by the site's own days."
        ),
    ),
    (_("the unit"), _("The number, or nothing where it is not told. The column is named after the unit.")),
    (
        "rounded_to",
        _("Shares only: to which step the number is rounded, so that the count behind it stays one of several."),
    ),
    ("why_blank", _("Why a number is not told. A blank is never a zero.")),
    ("not_for", _("What the number must not be used for.")),
)


def catalogue() -> Sequence[Definition]:
    """Return every definition, those first that are released."""
    return sorted(indicators.CATALOGUE.values(), key=lambda one: (not one.tables, bool(one.waits_for), one.id))
