"""Put up a notice; draft a public alert, verify it as the second person, publish it, take it back. All in the confidential journal."""

import hashlib
import json
import uuid
from datetime import datetime, timedelta

from django.db.models import Max

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.canonical import canonical
from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.evidence.release.rules import Signer, why_not_sign, why_not_together

from . import models, rules, wording

NOTICE, DRAFT, SIGN = "release.notice", "release.alert", "release.approve"
HOUR = timedelta(hours=1)


@journal.one_act
def put_up(draft: rules.NewNotice, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Put up a first result at a site, at once, by one person. It is gone after 72 hours; nothing of it reaches the feed.

    Raises:
        Refused: `alert-words`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, NOTICE, site_id=draft.site_id)
    _check_words(draft.substance, draft.hazard, draft.advice)
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    until = received_at.replace(minute=0, second=0, microsecond=0) + rules.NOTICE_LASTS
    models.Notice.objects.create(
        id=draft.id, site=str(draft.site_id), document=canonical(draft.body), until=until, put_up_by=str(by.id)
    )
    return entry


@journal.one_act
def take_down(draft: rules.EndNotice, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Take a notice down before it ends by itself. Raises Refused("no-such-notice")."""
    if known := journal.seen(draft.stated):
        return known
    require(by, NOTICE, site_id=draft.site_id)
    row = models.Notice.objects.filter(pk=draft.notice_id, site=str(draft.site_id), until__gt=received_at).first()
    if row is None or models.NoticeEnded.objects.filter(pk=row.pk).exists():
        raise Refused("no-such-notice")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.NoticeEnded.objects.create(notice=row, day=received_at.date(), ended_by=str(by.id))
    return entry


@journal.one_act
def draft_alert(draft: rules.NewAlert, *, by: Worker, session: str, received_at: datetime) -> journal.Entry:
    """Draft a public alert, or a correction of one at the same place. Nothing leaves yet.

    Raises:
        Refused: `alert-words`, `alert-region`, `alert-days`, `alert-evidence`, `no-such-alert` for a correction of none.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, DRAFT, site_id=draft.site_id)
    _check_words(draft.says.substance, draft.says.hazard, draft.says.advice)
    rules.check_alert(draft, site_names=[site.name for site in org.sites()], today=received_at.date())
    if draft.place != draft.id and not _is_place(draft.place):
        raise Refused("no-such-alert")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    text = canonical(draft.says.body)
    evidence = json.dumps({"kind": draft.kind, "region_basis": draft.region_basis, **draft.evidence}, sort_keys=True)
    models.Alert.objects.create(
        id=draft.id, place=draft.place, site=str(draft.site_id), document=text, day=received_at.date(),
        digest=hashlib.sha256(text.encode()).hexdigest(), drafted_by=str(by.id), drafted_in=session,
        evidence=keys.ring().encrypt(evidence, about=f"release_alert.evidence:{draft.id}"),
    )  # fmt: skip
    return entry


@journal.one_act
def verify_alert(draft: rules.Step, *, by: Worker, session: str, received_at: datetime) -> journal.Entry:
    """Verify an alert as the second person, on an own device.

    Raises:
        Refused: `no-such-alert`, `draft-changed`, `second-person-needed`, `granted-by-the-other`, `role-too-new`, `alert-step`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, SIGN, site_id=None)
    row = _read(draft, received_at=received_at)
    if refusal := why_not_verify(row, by=by, session=session, received_at=received_at):
        raise refusal
    return _take(draft, row, by=by, received_at=received_at)


def why_not_verify(row: models.Alert, *, by: Worker, session: str, received_at: datetime) -> Refused | None:
    """Return why this worker may not be the second person; also what the page says beside a button that does nothing."""
    if _has(row, rules.VERIFIED):
        return Refused("alert-step")
    first = Signer(
        row.drafted_by, row.drafted_in, org.grants_of(uuid.UUID(row.drafted_by), DRAFT, site_id=uuid.UUID(row.site))
    )
    second = Signer(str(by.id), session, org.grants_of(by.id, SIGN))
    today = received_at.date()
    return why_not_together(first, second) or why_not_sign(second, today=today) or why_not_sign(first, today=today)


@journal.one_act
def publish_alert(draft: rules.Step, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Publish what two people stand behind: from now on it is at its place, in the feed, on the poster; an earlier text is gone from all.

    Raises:
        Refused: `no-such-alert`, `draft-changed`, `alert-step` (not verified, or out already), `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known
    row = _read(draft, received_at=received_at)
    if str(by.id) != row.drafted_by:
        require(by, SIGN, site_id=None)
    if not _has(row, rules.VERIFIED) or _has(row, rules.PUBLISHED):
        raise Refused("alert-step")
    return _take(draft, row, by=by, received_at=received_at, told=True)


@journal.one_act
def retract_alert(draft: rules.Step, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Take an alert back, at once and by one person: its place and the feed say so, and show nothing of it any more.

    Raises:
        Refused: `no-such-alert`, `draft-changed`, `alert-step` (not out, or back already), `why-needed`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, SIGN, site_id=None)
    row = _read(draft, received_at=received_at)
    if draft.why not in rules.WHYS:
        raise Refused("why-needed")
    if not _has(row, rules.PUBLISHED) or _has(row, rules.RETRACTED):
        raise Refused("alert-step")
    return _take(draft, row, by=by, received_at=received_at, told=True)


def _check_words(substance: str, hazard: str, advice: tuple[str, ...]) -> None:
    rules.check_words(substance, hazard, advice, hazards=tuple(wording.HAZARDS), known_advice=tuple(wording.ADVICE))


def _read(draft: rules.Step, *, received_at: datetime) -> models.Alert:
    row = models.Alert.objects.filter(pk=draft.alert_id).first()
    if row is None:
        raise Refused("no-such-alert")
    if row.digest != draft.digest:
        raise Refused("draft-changed")
    over = json.loads(row.document)["void_after"] < received_at.date().isoformat()
    if over and draft.step != rules.RETRACTED:
        raise Refused("alert-days", most=rules.LONGEST_DAYS)
    return row


def _take(
    draft: rules.Step, row: models.Alert, *, by: Worker, received_at: datetime, told: bool = False
) -> journal.Entry:
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    last = models.AlertStep.objects.aggregate(last=Max("sequence"))["last"] or 0
    models.AlertStep.objects.create(
        id=part_id(draft.id, draft.step), alert=row, step=draft.step, day=received_at.date(), taken_by=str(by.id),
        why=draft.why, sequence=last + 1 if told else None,
    )  # fmt: skip
    return entry


def _has(row: models.Alert, step: str) -> bool:
    return models.AlertStep.objects.filter(alert=row, step=step).exists()


def _is_place(place: uuid.UUID) -> bool:
    return models.AlertStep.objects.filter(alert__place=place, step=rules.PUBLISHED).exists()
