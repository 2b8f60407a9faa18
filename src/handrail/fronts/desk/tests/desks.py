"""A browser at the desk, as the tests of every room open one."""

from typing import Any

from django.http import HttpRequest
from django.test import Client

from handrail.core.common import clock
from handrail.core.org import actions, rules, session


def open_desk(client: Client, worker: Any) -> Client:
    """Open a shift of this worker's in a browser; who had one there stays, behind their PIN."""
    request = HttpRequest()
    request.session = client.session
    session.begin(request, actions.open_shift(worker, method=rules.TOTP, now=clock.now()))
    request.session.save()
    client.cookies["handrail"] = str(request.session.session_key)
    return client
