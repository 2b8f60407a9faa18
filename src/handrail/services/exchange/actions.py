"""What exchange writes of a visit."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Count, F, Sum

from handrail.core.common.ids import part_id
from handrail.core.encounters.counts import add, in_turn
from handrail.core.encounters.parts import Past, Place
from handrail.core.supplies import actions as supplies
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules

from . import models, rules
from .returns import queries as returns

Placed = Sequence[tuple[Place, rules.Exchange]]


def check(placed: Placed) -> None:
    """Ask what only the ledger knows. Raises Refused: `unknown-item`, `unknown-lot`, `unknown-account`, `naloxone-apart`."""
    stock.check_giving((place.site_id, place.stock_id) for place, _ in placed)
    drafts = [draft for _, draft in placed]
    lines = stock.exploded(line for draft in drafts for line in draft.given)
    named = [back.item for draft in drafts for back in draft.returned if back.item]
    asked = {what for draft in drafts for what in draft.asked_for} - set(rules.OTHER)
    found = stock.check_known([*lines, *(stock_rules.Line(item, 1) for item in [*named, *sorted(asked)])])
    rules.check_given({found[line.item].category for line in lines})


def write(placed: Placed) -> None:
    """Write the lines of visits and the stock they moved; a kit as its components."""
    placed = [(place, _unpacked(draft)) for place, draft in placed]
    estimate = returns.estimator()
    models.Line.objects.bulk_create(row for place, draft in placed for row in _lines(place, draft, estimate))
    asked = [row for place, draft in placed for row in _asked(place, draft)]
    if asked:
        models.AskedFor.objects.bulk_create(asked)
    supplies.move(move for place, draft in placed for move in _moves(place, draft))


def take_back(place: Place, draft: rules.Exchange, act_id: uuid.UUID) -> None:
    """Reverse the stock of one visit, as part of the undoing act."""
    supplies.move(move.reversed(act_id) for move in _moves(place, _unpacked(draft)))


def _unpacked(draft: rules.Exchange) -> rules.Exchange:
    return replace(draft, given=tuple(stock.exploded(draft.given)))


def fold(past: Past) -> int:
    """Add the lines and requests of a month's visits to its counts, and let them go; return how many went."""
    at: dict[str, Any] = {"site_id": past.site_id, "day": past.day, "channel": past.channel}
    for ids in in_turn(past.standing):
        lines = models.Line.objects.filter(encounter__in=ids).order_by().values_list("direction", "item_id", "method")
        for direction, item, method, *sums in lines.annotate(**SUMS):
            told = dict(zip(SUMS, sums, strict=True))
            add(models.Month, told, **at, direction=direction, item_id=item, method=method)
        asked = models.AskedFor.objects.filter(encounter__in=ids).order_by().values_list("what")
        for what, times in asked.annotate(Count("pk")):
            add(models.MonthAsked, {"times": times}, **at, what=what)
    gone = 0
    for ids in in_turn(past.encounters):
        gone += models.Line.objects.filter(encounter__in=ids).delete()[0]
        gone += models.AskedFor.objects.filter(encounter__in=ids).delete()[0]
    return gone


SUMS = {
    "lines": Count("pk"), "units": Sum("amount", default=0), "fill_percent": Sum("fill_percent", default=0),
    "net_g": Sum(F("gross_g") - F("tare_g"), default=0),
}  # fmt: skip


def _moves(place: Place, draft: rules.Exchange) -> list[stock_rules.Move]:
    return rules.moves(draft, act_id=place.act_id, site_id=place.site_id, day=place.day, stock_id=place.stock_id)


def _lines(place: Place, draft: rules.Exchange, estimate: Callable[..., returns.Told | None]) -> list[models.Line]:
    at = {"encounter_id": place.encounter_id, "day": place.day}
    out = [
        models.Line(
            id=part_id(place.act_id, f"given:{n}"), direction="out", item_id=line.item, lot_id=line.lot_id,
            lot_basis=line.lot_basis if line.lot_id else "", amount=line.amount, kit=line.packed_in, **at,
        )
        for n, line in enumerate(draft.given)
    ]  # fmt: skip
    back = [
        models.Line(
            id=part_id(place.act_id, f"returned:{n}"), direction="in", item_id=one.item or None, method=one.method,
            fill_percent=one.fill_percent, gross_g=one.gross_g, tare_g=one.tare_g,
            **_known(one, estimate(one, site_id=place.site_id, day=place.day)), **at,
        )
        for n, one in enumerate(draft.returned)
    ]  # fmt: skip
    return out + back


def _known(one: rules.Return, told: returns.Told | None) -> dict[str, Any]:
    """Return how many came back, as stated or as the programme's calibration has it; both keep how that is known."""
    if told is None:
        return {"amount": one.amount}
    calibration_id, guess = told
    return {"amount": guess.value, "low": guess.low, "high": guess.high, "calibration_id": calibration_id}


def _asked(place: Place, draft: rules.Exchange) -> list[models.AskedFor]:
    return [
        models.AskedFor(
            id=part_id(place.act_id, f"asked:{n}"), encounter_id=place.encounter_id, day=place.day, what=what
        )
        for n, what in enumerate(draft.asked_for)
    ]
