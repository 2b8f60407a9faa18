"""What the window offers: presets, items, lots; and how a saved visit reads as one line."""

import uuid
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from handrail.core.common.ids import parse_id
from handrail.core.journal import Entry
from handrail.core.supplies import boxes, recalls
from handrail.core.supplies import queries as supplies
from handrail.core.supplies import rules as stock_rules
from handrail.core.ui import words

from .forms import VisitForm

NALOXONE = "naloxone"
USED = "USED"
BINS, CATEGORIES_LAST = "disposal", ("basic", "testing", "sexual_health")


CATEGORIES = {  # the catalogue's categories, in the words of the window
    "syringe": gettext_lazy("syringes"), "syringe_barrel": gettext_lazy("barrels"), "needle": gettext_lazy("needles"),
    "prep": gettext_lazy("preparing"), "smoking": gettext_lazy("smoking"), "snorting": gettext_lazy("snorting"),
    "naloxone": gettext_lazy("naloxone"), "checking": gettext_lazy("test strips"), "disposal": gettext_lazy("bins"),
    "care": gettext_lazy("care"), "sexual_health": gettext_lazy("sexual health"), "testing": gettext_lazy("self tests"),
    "basic": gettext_lazy("basics"), "kit": gettext_lazy("kits"),
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One item with its stepper: what is typed, the lots it could come from, the one that is chosen."""

    code: str
    name: str
    amount: str
    lots: list[supplies.LotChoice]
    lot: str
    assumed: supplies.LotChoice | None = None


def edition() -> str:
    """Return the mark of what can be given as it stands: another mark, another list."""
    return supplies.catalogue().edition


def naloxone() -> frozenset[str]:
    """Return the catalogue's naloxone products."""
    return frozenset(code for code, item in supplies.items().items() if item.category == NALOXONE)


def preset(site_id: uuid.UUID, preset_id: str) -> dict[str, int]:
    """Return a preset's units by item; none when the site has no such preset."""
    wanted = parse_id(preset_id)
    return next((dict(one.lines) for one in supplies.presets(site_id) if one.id == wanted), {})


def shown(site_id: uuid.UUID, form: VisitForm, *, today: date) -> dict[str, Any]:
    """Return what the window shows: presets, the items they use first, all others by category, bins and packs for returns.

    An item's lot is that of its open box; with none open the earliest that is there, as an assumption. What is recalled is not offered.
    """
    presets, lots, recalled = supplies.presets(site_id), supplies.lots(), recalls.standing_lots()
    given_from = parse_id(form.where.get("stock")) or stock_rules.account_id(site_id, stock_rules.SHELF)
    offers = boxes.offers(given_from, day=today)
    items = {code: item for code, item in supplies.items().items() if code != USED}
    usual = list(dict.fromkeys(code for one in presets for code, _ in one.lines if code in items))
    typed = [
        code for code, amount in form.amounts.items() if amount.strip(" 0") and code in items and code not in usual
    ]

    def choice(code: str) -> Choice:
        of_item = [one for one in lots.get(code, []) if one.id not in recalled] if items[code].needs_lot else []
        offer = offers.get(code) if of_item else None
        assumed = next(
            (one for one in of_item if offer and offer.basis == boxes.ASSUMED and one.id == offer.lot_id), None
        )
        lot = form.lots.get(code, f"{offer.lot_id}:{offer.basis}" if offer else "")
        return Choice(code, items[code].name, form.amounts.get(code, ""), of_item, lot, assumed)

    rest = sorted(
        (item for code, item in items.items() if code not in usual + typed), key=lambda one: (one.category, one.name)
    )
    return {
        "presets": [
            {"id": one.id, "name": one.name, "lines": " ".join(f"{code}={n}" for code, n in one.lines)}
            for one in presets
        ],
        "usual": [choice(code) for code in usual + typed],
        "more": [
            (CATEGORIES.get(name, name), [choice(one.code) for one in group])
            for name, group in groupby(rest, key=lambda one: one.category)
        ],
        "bins": [item for item in items.values() if item.category == BINS],
        "packs": sorted((item for item in items.values() if item.counts_as_syringe), key=lambda one: one.name),
        "askable": sorted(items.values(), key=lambda one: (one.category in CATEGORIES_LAST, one.name)),
    }


def line(entry: Entry | None) -> str:
    """Write a saved visit as one line: what went out, what came back."""
    if entry is None or entry.kind != "window.visit":
        return ""
    body = entry.body
    items = supplies.items()
    told = [
        f"{one['amount']} × {items[one['item']].name}" for one in [*body.get("given", []), *body.get("naloxone", [])]
    ]
    told += [_back(one) for one in body.get("returned", [])]
    told += [str(words.CARE[kind]) for kind in words.CARE if kind in body.get("care", {})]
    if asked := len(body.get("asked_for", [])):
        told.append(ngettext("%(n)s thing we had none of", "%(n)s things we had none of", asked) % {"n": asked})
    return " + ".join(told)


def _back(one: dict[str, Any]) -> str:
    if one["method"] in {"said", "apart"}:
        return _("%(n)s returned, as said") % {"n": one["amount"]}
    if one["method"] == "counted":
        return _("%(n)s unopened handed back") % {"n": one["amount"]}
    if one["method"] == "container":
        return _("a container %(n)s%% full returned") % {"n": one["fill_percent"]}
    return _("%(n)s g returned") % {"n": one["gross_g"] - one["tare_g"]}
