"""`handrail retain`: forget what is due. Daily, by hand or by the sealer; `restore` calls `reapply` before it serves."""

import json as json_module
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from handrail.core.common import clock, periods
from handrail.core.encounters import erasure
from handrail.core.encounters import retention as encounters
from handrail.core.journal import disk, held, holds, links, turns
from handrail.core.journal import retention as journal
from handrail.core.org import actions as org_actions
from handrail.core.org import queries as org
from handrail.core.org import rules as org_rules
from handrail.core.people import erased
from handrail.services.consumption import retention as floor
from handrail.services.drugchecking.bench import retention as samples

from . import anchor

TRIES = timedelta(days=1)

SAID = {
    "times": "times and workers of acts ended", "persons": "persons of acts ended",
    "ids": "acts older than 400 days let go", "encounter_times": "visits cut to their day",
    "encounter_persons": "visits that are nobody's now", "members": "cards put into the sets of months, quarters and years",
    "sets": "sets that became a number", "encounters": "visits that became counts", "reversal_reports": "reports of naloxone used that became counts", "erasures": "cards erased again",
    "open": "acts of an open day that lost their card", "shift_names": "names behind shifts erased", "held": "held bodies destroyed",
    "keys": "keys destroyed", "overdoses": "overdoses that became counts", "incidents": "incidents let go", "look_up_codes": "codes of samples ended", "samples_blanked": "samples that lost their number, place and notes",
    "kits": "kits never used let go",
}  # fmt: skip


def run(*, json: bool, dry_run: bool) -> int:
    """Forget what is due and say how much it was; with `dry_run` say it and forget nothing."""
    counts = _forget(dry_run=dry_run)
    kept = holds.scopes()
    if json:
        print(json_module.dumps(counts | {"dry_run": dry_run, "holds": len(kept)}))
        return 0
    for name, how_many in counts.items():
        print(f"{how_many:>8} {SAID.get(name, name)}")
    if dry_run:
        print("a dry run: nothing was forgotten")
    if kept:
        print(f"legal holds that stand: {len(kept)}; what they keep was left alone")
    return 0


def reapply() -> dict[str, int]:
    """Forget what is due and erase again what was erased: for a copy that is older than either. Repeats without harm."""
    return _forget(dry_run=False)


def today(now: datetime) -> date:
    """Return the day that it is at every site, or was last."""
    return min((periods.site_day(now, site.timezone) for site in org.sites()), default=now.date())


def _forget(*, dry_run: bool) -> dict[str, int]:
    now = clock.now()
    day, kept = today(now), holds.scopes()
    counts = Counter(dict.fromkeys(SAID, 0))
    with transaction.atomic():
        floor.settle_all(now=now)
        counts.update(_change(day, kept))
        transaction.on_commit(disk.forget)
        if dry_run:
            transaction.set_rollback(True)
    if not dry_run:
        counts["keys"] = encounters.end_keys(today=day, kept=kept)
        waiting = {name for name, row in erased.listed().items() if any(one.site == row.site for one in kept)}
        erased.let_go(before=now, waiting=waiting)
        anchor.keep()
        turns.note(turns.FORGETTING, now.date())
    return dict(counts)


def _change(day: date, kept: Sequence[holds.Scope]) -> Counter[str]:
    """Change everything that is due, in the transaction of the caller.

    First who was erased: once times are forgotten, nobody can tell what they did on that day before it and what after.
    """
    with links.run("erase", day=day) as again:
        for row in erased.listed().values():
            erasure.erase(again, row, kept=kept)
    with links.run("retain", day=day) as due:
        journal.forget(due, today=day, kept=kept)
        encounters.forget(due, today=day, kept=kept)
        samples.forget(due, today=day, kept=kept)
        floor.forget(due, today=day, kept=kept)
    org_actions.forget_tries(before=day - TRIES)
    names = org_actions.forget_shift_names(before=day - org_rules.SHIFT_NAMES)
    bodies = held.expire(before=day - held.DAYS_HELD, kept=kept)
    return Counter(due.counts) + Counter(again.counts) + Counter(shift_names=names, held=bodies)
