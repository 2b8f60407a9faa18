"""Who acts: an id, a handle, and what they may do where. Built at the edge, passed to every action."""

import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Worker:
    """A person or program that acts. `grants` holds (permission, site id); site None means every site. `shift`: the open one."""

    id: uuid.UUID
    handle: str
    grants: frozenset[tuple[str, uuid.UUID | None]] = field(default_factory=frozenset)
    shift: uuid.UUID | None = None

    @property
    def signs_as(self) -> uuid.UUID:
        """The id that stands under an anonymous act: the shift's, whose name is sealed; the worker's own where there is none."""
        return self.shift or self.id

    def may(self, permission: str, *, site_id: uuid.UUID | None) -> bool:
        """Tell whether this permission is held at this site. Default: no."""
        return (permission, None) in self.grants or (site_id is not None and (permission, site_id) in self.grants)
