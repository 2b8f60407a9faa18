"""The permission question, asked at the top of every action. Default: no."""

import uuid

from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker


def require(by: Worker, permission: str, *, site_id: uuid.UUID | None) -> None:
    """Raise Refused("not-allowed") unless the worker holds the permission at the site."""
    if not by.may(permission, site_id=site_id):
        raise Refused("not-allowed")
