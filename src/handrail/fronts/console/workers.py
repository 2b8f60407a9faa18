"""`handrail worker`: who signs in, added and changed from the console only."""

import json
import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from handrail.core.common import clock
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import actions, queries, rules

from . import private, setting_up
from .programme import CONSOLE

FIRST_ROLE = "outreach"
PASSWORD_BYTES = 12
EVERYWHERE_TOO = " (manager and approver: at every site)"


def run(handle: str, *, roles: Sequence[str], site: str | None, new_password: bool) -> None:
    """Add a worker, or give a known one roles or another password; print what they hold and a password once.

    Raises:
        Refused: `handle-taken` for a known handle of whom nothing is asked; `unknown-role`, `unknown-site`, `bad-name`.
    """
    at, wanted = queries.site_named(site), [rules.check_role(role) for role in dict.fromkeys(roles)]
    handle = rules.check_name(handle)
    known = _known(handle)
    if known and not wanted and not new_password:
        raise Refused("handle-taken")
    password = secrets.token_urlsafe(PASSWORD_BYTES) if new_password or not known else None
    if known:
        _change(known, wanted, at, password=password)
    else:
        wanted = wanted or [FIRST_ROLE]
        _add(handle, wanted, at, password=str(password))
    if wanted:
        print(f"{handle}: {', '.join(wanted)} at {at.name}{EVERYWHERE_TOO if rules.EVERYWHERE & set(wanted) else ''}")
    if password:
        _show(handle, password)


def _known(handle: str) -> Worker | None:
    try:
        return queries.worker_named(handle)
    except Refused:
        return None


def _add(handle: str, roles: Sequence[str], at: queries.Site, *, password: str) -> None:
    now, here = clock.now(), tuple(role for role in roles if role not in rules.EVERYWHERE)
    draft = rules.NewWorker(new_id(), new_id(), handle, here, at.id, now)
    with transaction.atomic():
        actions.add_worker(draft, password=password, by=CONSOLE, received_at=now)
        _grant(draft.worker_id, rules.EVERYWHERE & set(roles), at, now=now)


def _grant(worker_id: uuid.UUID, roles: Iterable[str], at: queries.Site, *, now: datetime) -> None:
    for role in sorted(roles):
        site_id = None if role in rules.EVERYWHERE else at.id
        grant = rules.RoleChange(new_id(), worker_id, role, site_id, granted=True, at=now)
        actions.change_role(grant, by=CONSOLE, received_at=now)


@transaction.atomic
def _change(known: Worker, roles: Sequence[str], at: queries.Site, *, password: str | None) -> None:
    now = clock.now()
    _grant(known.id, roles, at, now=now)
    if password:
        draft = rules.NewPassword(new_id(), known.id, now)
        actions.set_password(draft, password=password, by=CONSOLE, received_at=now)


def _show(handle: str, password: str) -> None:
    print(f"  sign in as {handle:<8} password {password}\n  It is shown this once.", flush=True)
    kept = setting_up.kept_sign_ins()
    if settings.DEMO and kept.exists():  # `up` shows a demo's sign-ins again: they must be the ones that work
        private.write(kept, json.dumps(json.loads(kept.read_text(encoding="utf-8")) | {handle: password}))
