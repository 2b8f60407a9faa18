"""What a person stated: the part of an act that is compared, committed to and kept. Never the arrival, the device or the road."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from . import periods
from .canonical import canonical


@dataclass(frozen=True)
class Stated:
    """One act as it was stated. `at` is None where the source does not know when. `body` holds integers, text, lists, mappings."""

    id: uuid.UUID
    kind: str
    version: int
    site_id: uuid.UUID | None
    at: datetime | None
    body: Mapping[str, Any]

    @cached_property
    def text(self) -> str:
        """The statement in its one spelling: two sendings of one act have the same text."""
        return canonical(
            {
                "kind": self.kind,
                "version": self.version,
                "site": str(self.site_id or ""),
                "at": periods.write_moment(self.at) if self.at else "",
                "body": self.body,
            }
        )
