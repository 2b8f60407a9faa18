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


ALL = "all"


def list_all() -> None:
    """Print who signs in here, by handle, with their roles and where these hold."""
    for handle, held in queries.roles():
        print(f"{handle:<12} {', '.join(f'{name} at {site}' if site else name for name, site in held) or 'no role'}")


def run(
    handle: str, *, roles: Sequence[str], site: str | None, new_password: bool, without: Sequence[str] = ()
) -> None:
    """Add a worker, or change a known one's roles or password; print what they hold and a password once.

    What a worker records after a role was taken away is held for review; what stands stays.

    Raises:
        Refused: `handle-taken` for a known handle of whom nothing is asked; `unknown-worker` for a stranger whose role is
            to be taken away, `role-not-held`; `unknown-role`, `unknown-site`, `bad-name`.
    """
    if without:
        _take_away(queries.worker_named(handle), without, queries.site_named(site), everywhere=site is None)
        if not (roles or new_password):
            return
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


def _take_away(known: Worker, names: Sequence[str], at: queries.Site, *, everywhere: bool) -> None:
    """Take roles away: at the site, or `all` of them, at every site where none is named."""
    wanted = set(rules.ROLES) if ALL in names else {rules.check_role(name) for name in names}
    anywhere = everywhere and ALL in names
    held = [one for one in queries.roles_held(known.id) if anywhere or one.site_id in {at.id, None}]
    gone = [one for one in held if one.role in wanted]
    if not gone:
        raise Refused("role-not-held", handle=known.handle)
    with transaction.atomic():
        for one in gone:
            draft = rules.RoleChange(new_id(), known.id, one.role, one.site_id, granted=False, at=clock.now())
            actions.change_role(draft, by=CONSOLE, received_at=draft.at)
    print(f"{known.handle}: no longer {', '.join(sorted({one.role for one in gone}))}")


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
