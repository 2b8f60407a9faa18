"""A table with a technician: what is done at it, in one line each."""

import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from handrail.core.journal import kinds
from handrail.services.drugchecking.bench import actions, queries, rules


class Table:
    """The sample table of one site, worked at by one person; `later` moves its days on."""

    def __init__(self, site: Any, by: Any, now: datetime) -> None:
        self.site, self.by, self.now = site, by, now

    def later(self, **span: Any) -> None:
        self.now += timedelta(**span)

    @property
    def today(self) -> Any:
        return self.now.date()

    def kits(self, sheets: int = 1) -> list[tuple[str, str, uuid.UUID]]:
        draft = rules.Kits(uuid.uuid4(), self.site.id, rules.noon(self.now, self.site.timezone), sheets)
        return actions.print_kits(draft, by=self.by, received_at=self.now)[1]

    def act(self, name: str, act_id: uuid.UUID | None = None, /, **body: Any) -> Any:
        """Record an act as a device or a form would: through its parser."""
        kind = kinds.kind(f"drugchecking.{name}", 1)
        envelope = kinds.Envelope(act_id or uuid.uuid4(), kind.name, 1, self.site.id, self.now, body)
        return kind.run(kind.parse(envelope), by=self.by, received_at=self.now)

    def sample(self, **told: Any) -> Any:
        """Bring something in with a kit of its own; `.id`, `.bench`, `.code`."""
        bench, code, _ = self.kits()[0]
        entry = self.act("intake", bench=bench, **({"kind": "drug"} | told))
        return SimpleNamespace(id=entry.id, bench=bench, code=code)

    def strip(self, sample: Any, picture: str = "one-line", panel: str = "fentanyl", **told: Any) -> Any:
        box = {"product": "btnx-fentanyl", "lot": "A1"} if panel == "fentanyl" else {}
        return self.act("test", sample=str(sample.id), method="strip", panel=panel, picture=picture, **(box | told))

    def machine(self, sample: Any, *slugs: str, method: str = "ftir") -> Any:
        seen = [{"substance": slug, "amount": "main"} for slug in slugs]
        return self.act("test", sample=str(sample.id), method=method, **({"seen": seen} if seen else {}))

    def look(self, sample: Any) -> queries.Brought:
        return queries.sample(sample.id, site_id=self.site.id)

    def tell(self, sample: Any, how: str = "code") -> Any:
        tests = [str(test.id) for test in self.look(sample).tests]
        return self.act("tell", sample=str(sample.id), how=how, tests=tests)


@pytest.fixture
def table(site: Any, add_worker: Any, now: datetime) -> Table:
    """A technician's table."""
    return Table(site, add_worker("tam", "technician", "chemist"), now)
