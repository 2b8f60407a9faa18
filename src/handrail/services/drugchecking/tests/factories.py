"""The smallest valid things of drug checking, for tests."""

import uuid
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from handrail.core.common.ids import new_id
from handrail.core.common.worker import Worker
from handrail.core.org.models import Site
from handrail.services.drugchecking import actions, rules

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # still the 21st in Vancouver
DAY = date(2026, 11, 21)
IMPORTER = Worker(uuid.UUID(int=7), "importer", frozenset({("drugchecking.import", None)}))
STRANGER = Worker(uuid.UUID(int=8), "stranger")
REAL_FILE = Path(__file__).resolve().parents[5] / "../shared/data/drugchecking/bc/bc_strip_vs_ftir_fentanyl_A.csv"


def real_file() -> Path:
    """Return the published file; skip the test, and say so, where it is not at hand."""
    if not REAL_FILE.exists():
        pytest.skip("the published strips file is not beside this repository: nothing was checked against it")
    return REAL_FILE.resolve()


def make_site(name: str = "Harbour") -> Site:
    """Make a site in Vancouver."""
    return Site.objects.create(id=new_id(), name=name, timezone="America/Vancouver", opened=date(2026, 1, 1))


def make_batch(site_id: uuid.UUID) -> uuid.UUID:
    """Record an empty file at a site; return its id."""
    told = rules.BC_STRIPS
    draft = rules.ImportedFile(told.source, told.licence, told.parser, uuid.uuid4().hex * 2, 0, (), site_id)
    actions.record_file(draft, by=IMPORTER, received_at=NOW)
    return draft.id


def make_sample(
    site_id: uuid.UUID, batch_id: uuid.UUID, *, n: int = 0, strip: bool | None = True, ftir: bool | None = False
) -> rules.ImportedSample:
    """Make the draft of sample number n, with the readings that are not None."""
    told = ((rules.STRIP, strip), (rules.FTIR, ftir))
    readings = tuple(
        rules.Reading(method, rules.OUTCOMES[method][0 if positive else 1])
        for method, positive in told
        if positive is not None
    )
    return rules.ImportedSample(rules.BC_STRIPS.source, f"{n:064x}.dx", readings, site_id, batch_id)


def save(*drafts: rules.ImportedSample) -> None:
    """Record samples."""
    actions.import_samples(drafts, by=IMPORTER, received_at=NOW)
