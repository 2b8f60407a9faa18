"""What could not be taken as it came is kept: sealed to the reviewer key, shown by kind, site, day and reason."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from handrail.core.common import keys
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Conflict, Refused

from . import kinds
from .models import Held

MOST_HELD = 20_000  # past this many a site must review before more is kept; until then the sender keeps what it has


def keep(conflict: Conflict, *, received_at: datetime) -> bool:
    """Keep the second telling of a known act for a reviewer; tell whether it is heard for the first time."""
    stated = conflict.stated
    return _keep(stated.text, act=str(stated.id), kind=stated.kind, site=str(stated.site_id or ""),
                 reason="conflict", received_at=received_at)  # fmt: skip


def keep_refused(told: Any, *, reason: str, received_at: datetime, site: str = "") -> bool:
    """Keep an act as it was told (any JSON) with the reason why it was not taken; tell whether it is heard for the first time.

    Only labels that are known to be labels stay readable: a stranger's field may hold anything, a card code too. `site` is the
    sender's, for an act whose own cannot be read.
    """
    frame = told if isinstance(told, dict) else {}
    act, named_site, kind = parse_id(frame.get("id")), parse_id(frame.get("site")), frame.get("kind")
    named = isinstance(kind, str) and kind in {known.name for known in kinds.registered()}
    return _keep(json.dumps(told, sort_keys=True), act=str(act or ""), kind=str(kind) if named else "",
                 site=str(named_site or site), reason=reason, received_at=received_at)  # fmt: skip


def acts_held(ids: Iterable[str]) -> set[str]:
    """Return which of these acts are held, by id."""
    return set(Held.objects.filter(act__in=list(ids)).values_list("act", flat=True))


def _keep(text: str, *, act: str, kind: str, site: str, reason: str, received_at: datetime) -> bool:
    ring = keys.ring()
    digest = ring.commit("anonymous", b"held" + reason.encode(), text)  # keyed: a held body may hold a card code
    if Held.objects.filter(digest=digest).exists():
        return False
    if Held.objects.count() >= MOST_HELD:
        raise Refused("held-full")
    row = Held(
        id=new_id(), act=act, kind=kind, site=site, day=received_at.date(), reason=reason, digest=digest,
        sealed=ring.seal(text),
    )  # fmt: skip
    Held.objects.bulk_create([row], ignore_conflicts=True)  # two may bring it at once
    return True
