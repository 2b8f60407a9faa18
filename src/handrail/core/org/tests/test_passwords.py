"""Another password for a worker."""

import uuid

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.org import actions, models, queries, rules
from handrail.fronts.console.programme import CONSOLE

NEW = "another password long"


def test_set_password_once_ends_sessions(outreach, now) -> None:
    _, stamp = actions.sign_in("ash", "ash password long", now=now)
    draft = rules.NewPassword(uuid.uuid4(), outreach.id, now)
    told = [actions.set_password(draft, password=NEW, by=CONSOLE, received_at=now).already for _ in range(2)]
    assert told == [False, True] and queries.worker(outreach.id, stamp=stamp) is None
    assert actions.sign_in("ash", NEW, now=now)[0] == outreach


@pytest.mark.parametrize(
    ("whose", "password", "operator", "code"),
    [("", NEW, True, "unknown-worker"), ("ash", "short", True, "short-password"), ("ash", NEW, False, "not-allowed")],
)
def test_set_password_refuses(outreach, lead, now, every_cell, whose, password, operator, code) -> None:
    before = models.Worker.objects.get(handle="ash").password
    draft = rules.NewPassword(uuid.uuid4(), outreach.id if whose else uuid.uuid4(), now)
    with pytest.raises(Refused, match=code):
        actions.set_password(draft, password=password, by=CONSOLE if operator else lead, received_at=now)
    assert models.Worker.objects.get(handle="ash").password == before


def test_set_password_keeps_no_password(outreach, now, every_cell) -> None:
    draft = rules.NewPassword(uuid.uuid4(), outreach.id, now)
    actions.set_password(draft, password=NEW, by=CONSOLE, received_at=now)
    assert NEW not in repr(every_cell())
