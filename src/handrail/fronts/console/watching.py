"""`handrail watch replay`: what was known on a day, and what the frozen rule would have raised until then."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from handrail.core.common.refusals import Refused
from handrail.evidence.indicators import supply
from handrail.evidence.surveillance import MONITORED, NOT_MONITORED, RULES, Judgement, Rule, Series, month_after, run
from handrail.services.drugchecking.imports.drafts import Counted

from . import importing, publications

EXPIRES_MONTHS = 3  # a raised alert is over by then unless somebody renews it
UNC = "unc-monthly"


def replay(*, as_of: str, unc: Path | None, rule: str, by_source: bool, as_json: bool) -> None:
    """Print every alert that the rule would have raised on what was known on a day, and what could not be watched.

    Raises:
        Refused: `bad-day-told`, `unknown-rule`, and as an import of that file.
    """
    told = as_known_on(day(as_of), unc=unc, rule=rule, by_source=by_source)
    print(json.dumps(told, sort_keys=True) if as_json else _sheet(told))


def day(text: str) -> date:
    """Read a day. Raises Refused("bad-day-told")."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad-day-told") from None


def as_known_on(
    as_of: date, *, unc: Path | None = None, rule: str = "public/1", by_source: bool = False
) -> dict[str, Any]:
    """Return the replay as plain values: the same day, rows and rule give the same bytes. Raises Refused as `replay`."""
    if rule not in RULES:
        raise Refused("unknown-rule", kinds=", ".join(sorted(RULES)))
    told = supply.of_table(_cells(unc), as_of=as_of) if unc else supply.of_samples(as_of=as_of, by_source=by_source)
    raised = [_alert(one) for one in _raised(told.series, RULES[rule], as_of)]
    return {
        "as_of": str(as_of), "rule": rule, "counts": told.unit, "series": len(told.series),
        "level": RULES[rule].level(len(told.series)), "raised": raised, "strata": _strata(told.series, RULES[rule], as_of),
    }  # fmt: skip


def _cells(path: Path) -> Sequence[supply.Cell]:
    """Read UNC's monthly table without saving it."""
    importing.check_file(path)
    return [
        supply.Cell(one.substance, one.stratum, one.since, one.until, one.k, one.n)
        for _, one in publications.survey(UNC, path)
        if isinstance(one, Counted) and one.n is not None
    ]


def _raised(series: Sequence[Series], rule: Rule, as_of: date) -> list[Judgement]:
    months = sorted({month for one in series for month in one.months})
    return [
        one
        for month in months
        for one in run(series, rule=rule, month=month, as_of=min(as_of, month_after(month, 1)))
        if one.starts
    ]


def _alert(one: Judgement) -> dict[str, Any]:
    told = asdict(one)
    return {
        "substance": one.substance, "stratum": one.stratum, "since": str(one.since), "month": str(one.month)[:7], "k": one.k, "n": one.n,
        "k0": one.k0, "n0": one.n0, "chance": one.chance, "level": one.level, "interval": list(one.interval), "rule": one.version,
        "baseline_interval": list(one.baseline_interval), "void_after": str(month_after(one.month, EXPIRES_MONTHS + 1)),
        "adjusted": told["adjusted"], "low_n": one.low_n, "may_be_the_method": one.may_be_the_method,
    }  # fmt: skip


def _strata(series: Sequence[Series], rule: Rule, as_of: date) -> list[dict[str, Any]]:
    """Return each stratum's state at its last month: the same for all substances in it."""
    told: dict[str, dict[str, Any]] = {}
    for one in series:
        if one.stratum not in told:
            last = run([one], rule=rule, month=one.months[-1], as_of=as_of)[0]
            told[one.stratum] = {
                "stratum": one.stratum, "state": last.state, "n0": last.n0, "needed": rule.fewest_baseline,
                "last_data": str(one.last_data or ""), "substances": sum(two.stratum == one.stratum for two in series),
            }  # fmt: skip
    return [told[name] for name in sorted(told)]


def say_state(one: dict[str, Any]) -> str:
    """Say in words what can be seen in a stratum."""
    if one["state"] == MONITORED:
        return "monitored"
    if one["state"] == NOT_MONITORED:
        return f"not monitored ({one['n0']} of {one['needed']})"
    return f"stale (last data {one['last_data']})"


def _sheet(told: dict[str, Any]) -> str:
    lines = [
        f"As known on {told['as_of']}, by {told['rule']}: {told['series']} series of {told['counts']}, "
        f"each fires below a chance of {told['level']:.2g}",
    ]
    lines += [_line(one) for one in told["raised"]] or ["Nothing fired among what can be watched."]
    lines += ["", "What can be watched:"]
    lines += [f"  {one['stratum']}: {say_state(one)}, {one['substances']} substances" for one in told["strata"]]
    return "\n".join([*lines, "", "Samples brought in, not the market. Intervals: 95 %, counting error only."])


def _line(one: dict[str, Any]) -> str:
    low, high = one["interval"]
    marks = [text for mark, text in (("low_n", "few"), ("may_be_the_method", "may be the method")) if one[mark]]
    return (
        f"  {one['month']}  {one['substance']}, {one['stratum']}: {one['k']} of {one['n']} ({low:.1%}-{high:.1%}), "
        f"before {one['k0']} of {one['n0']}, chance {one['chance']:.2g}, void after {one['void_after']}"
        + (f" [{', '.join(marks)}]" if marks else "")
    )
