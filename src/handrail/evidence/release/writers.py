"""Files of what is published. Each takes a Published and nothing else: what did not pass the gate has no way into a file."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from handrail.core.ui.spreadsheet import cell

from .open_data import LICENCE
from .published import Number, Published

BLANK = {
    "small": _("too few people, or nobody where that would tell of everyone"),
    "dominated": _("one contributor stands for most of it"),
    "shield": _("hidden so that a small number beside it cannot be worked out"),
    "held-before": _("held back in an earlier release of the same people"),
}


def check(published: object) -> Published:
    """Return what is published. Raises TypeError for anything else."""
    if type(published) is not Published:
        raise TypeError("only what handrail.evidence.release published is written")
    return published


def as_csv(published: Published) -> str:
    """Return a released table as CSV: a line a number, blanks with their reason, and what it is not for."""
    told, out = check(published), io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    with override("en"):
        writer.writerows([cell(one) for one in line] for line in lines(told))
    return out.getvalue()


def lines(told: Published) -> Iterator[tuple[str | int | Decimal, ...]]:
    """Yield a released table as a sheet's lines, the columns' names first; of a table that was taken back one line that says so."""
    not_for = str(told.definition.not_for)
    shares = told.definition.share_of is not None
    rounded = ("rounded_to",) if shares else ()
    yield (*told.axes, "period", str(told.definition.unit), *rounded, "why_blank", "not_for")
    if told.retracted:
        yield (
            *("" for _ in told.axes),
            told.period,
            *("" for _ in rounded),
            "",
            f"taken back on {told.retracted}",
            not_for,
        )
    for number in told.numbers:
        value = "" if number.value is None else number.value
        step = (number.step or "",) if shares else ()
        yield (*number.where, told.period, value, *step, why(number), not_for)


def as_json(published: Published) -> str:
    """Return a released table as JSON, with its definition, threshold, licence and digest."""
    told = check(published)
    with override("en"):
        return json.dumps(document(told), ensure_ascii=False, indent=1)


def document(told: Published) -> dict[str, Any]:
    """Return all that a file says of a released table."""
    numbers = [
        {"where": list(one.where), "value": one.value if one.step is None else float(one.value or 0), "why_blank": why(one)}
        | ({"rounded_to": float(one.step)} if one.step is not None else {})
        for one in told.numbers
    ]  # fmt: skip
    return about(told) | {"axes": list(told.axes), "numbers": numbers}


def about(told: Published) -> dict[str, Any]:
    """Return what is said beside the numbers: the definition, what it is not for, the threshold, the licence, when it left."""
    one = told.definition
    return {
        "indicator": one.id, "version": one.version, "title": str(one.title), "unit": str(one.unit), "formula": str(one.formula),
        "denominator": str(one.denominator), "source": str(one.source), "missing": str(one.missing),
        "uncertainty": str(one.uncertainty), "not_for": str(one.not_for), "period": told.period,
        "threshold": told.threshold, "visits_of_one_person_at_most": told.ceiling or None, "noise_at_most": told.noise or None,
        "digest": told.digest, "licence": LICENCE,
        "released": told.released.isoformat() if told.released else "",
        "retracted": told.retracted.isoformat() if told.retracted else "",
    }  # fmt: skip


def why(number: Number) -> str:
    """Return why a number is blank, as a sentence; empty where it is not."""
    return str(BLANK[number.why]) if number.why else ""
