"""What stands where: one reading feeds page, feed, poster and banner, so a correction or retraction reaches all of them at once."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from handrail.core.common import keys
from handrail.core.common.refusals import Refused

from . import models, rules, wording

LIVE, RETRACTED, OVER = "live", "retracted", "over"


@dataclass(frozen=True)
class Told:
    """An alert as everybody reads it at its place. Retracted or over, it says only that, and when."""

    place: uuid.UUID
    status: str
    sequence: int
    changed: date
    corrected: bool
    substance: str = ""
    hazard: Any = ""
    advice: tuple[Any, ...] = ()
    region: str = ""
    week: str = ""
    void_after: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hanging:
    """A notice as it hangs at a site."""

    id: uuid.UUID
    substance: str
    hazard: Any
    advice: tuple[Any, ...]
    until: datetime


@dataclass(frozen=True)
class Signing:
    """An alert as its signers read it: text, evidence, and how far it is."""

    id: uuid.UUID
    place: uuid.UUID
    digest: str
    drafted_by: str
    says: Mapping[str, Any]
    hazard: Any
    advice: tuple[Any, ...]
    evidence: Mapping[str, str]
    steps: tuple[str, ...]


def notices(site_id: uuid.UUID, *, at: datetime) -> list[Hanging]:
    """Return what hangs at a site now, the newest first."""
    rows = models.Notice.objects.filter(site=str(site_id), until__gt=at)
    rows = rows.exclude(pk__in=models.NoticeEnded.objects.values("notice")).order_by("-until", "id")
    return [_hanging(row) for row in rows]


def notice(notice_id: uuid.UUID, *, at: datetime) -> Hanging:
    """Return one notice that hangs now. Raises Refused("no-such-notice")."""
    row = models.Notice.objects.filter(pk=notice_id, until__gt=at).first()
    if row is None or models.NoticeEnded.objects.filter(pk=notice_id).exists():
        raise Refused("no-such-notice")
    return _hanging(row)


def _hanging(row: models.Notice) -> Hanging:
    says = json.loads(row.document)
    advice = tuple(wording.ADVICE[one] for one in says["advice"])
    return Hanging(row.pk, says["substance"], wording.HAZARDS[says["hazard"]], advice, row.until)


def places(*, today: date) -> list[Told]:
    """Return the last word at every place that was ever told, what changed last first."""
    steps = models.AlertStep.objects.filter(sequence__isnull=False).select_related("alert").order_by("-sequence")
    told: dict[uuid.UUID, Told] = {}
    for step in steps:
        if step.alert.place not in told:
            told[step.alert.place] = _told(step, today=today)
    return list(told.values())


def place(place_id: uuid.UUID, *, today: date) -> Told:
    """Return the last word at one place. Raises Refused("no-such-alert")."""
    steps = models.AlertStep.objects.filter(sequence__isnull=False, alert__place=place_id)
    step = steps.select_related("alert").order_by("-sequence").first()
    if step is None:
        raise Refused("no-such-alert")
    return _told(step, today=today)


def last_sequence() -> int:
    """Return the number of the last thing that was told, 0 for nothing yet."""
    row = models.AlertStep.objects.filter(sequence__isnull=False).order_by("-sequence").first()
    return (row.sequence or 0) if row else 0


def _told(step: models.AlertStep, *, today: date) -> Told:
    says = json.loads(step.alert.document)
    frame = (step.alert.place, step.sequence or 0, step.day, step.alert.place != step.alert.pk)
    if step.step == rules.RETRACTED:
        return Told(frame[0], RETRACTED, *frame[1:])
    if says["void_after"] < today.isoformat():
        return Told(frame[0], OVER, *frame[1:])
    advice = tuple(wording.ADVICE[one] for one in says["advice"])
    return Told(
        frame[0], LIVE, *frame[1:], substance=says["substance"], hazard=wording.HAZARDS[says["hazard"]], advice=advice,
        region=says["region"], week=says["week"], void_after=says["void_after"], codes=(says["hazard"], *says["advice"]),
    )  # fmt: skip


def waiting() -> list[Signing]:
    """Return the alerts that are drafted or verified and not out, the newest first."""
    rows = models.Alert.objects.exclude(steps__step=rules.PUBLISHED).order_by("-day", "id")
    return [_signing(row) for row in rows]


def signing(alert_id: uuid.UUID) -> Signing:
    """Return one alert as its signers read it. Raises Refused("no-such-alert")."""
    return _signing(row(alert_id))


def row(alert_id: uuid.UUID) -> models.Alert:
    """Return one alert's row. Raises Refused("no-such-alert")."""
    found = models.Alert.objects.filter(pk=alert_id).first()
    if found is None:
        raise Refused("no-such-alert")
    return found


def last_at(place_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of the alert that stands at a place, for who would correct it or take it back."""
    steps = models.AlertStep.objects.filter(alert__place=place_id, sequence__isnull=False).order_by("-sequence")
    step = steps.first()
    return step.alert_id if step else None


def _signing(row: models.Alert) -> Signing:
    says = json.loads(row.document)
    evidence = json.loads(keys.ring().decrypt(bytes(row.evidence), about=f"release_alert.evidence:{row.pk}"))
    steps = tuple(row.steps.order_by("day", "step").values_list("step", flat=True))
    advice = tuple(wording.ADVICE[one] for one in says["advice"])
    return Signing(
        row.pk, row.place, row.digest, row.drafted_by, says, wording.HAZARDS[says["hazard"]], advice, evidence, steps
    )
