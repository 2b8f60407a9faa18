"""Passkeys (WebAuthn): made by a worker's phone or computer, bound to the name under which this house is reached."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from handrail.core import journal
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import models, queries, rules

from . import tries
from .steps import check_own

VERIFIED = UserVerificationRequirement.REQUIRED  # a finger or the phone's own PIN: two factors in one
MOST_PASSKEYS = 10  # of one worker
State = Mapping[str, Any]


def _server(name: str) -> Fido2Server:
    def is_ours(origin: str) -> bool:
        told = urlsplit(origin)
        return told.hostname == name and (told.scheme == "https" or name == "localhost")

    return Fido2Server(PublicKeyCredentialRpEntity(name="Handrail", id=name), verify_origin=is_ours)


def ask_new(worker: Worker, *, name: str) -> tuple[dict[str, Any], State]:
    """Return what the browser needs to make a passkey for this name, and what must be remembered until it has."""
    whose = PublicKeyCredentialUserEntity(id=worker.id.bytes, name=worker.handle, display_name=worker.handle)
    options, state = _server(name).register_begin(
        whose, _kept(worker.id, name), user_verification=VERIFIED,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
    )  # fmt: skip
    return dict(options), state


@journal.one_act
def add_passkey(
    draft: rules.OwnStep, *, state: State, response: Mapping[str, Any], name: str, by: Worker, received_at: datetime
) -> journal.Entry:
    """Keep the passkey that the browser has made. Raises Refused: `wrong-passkey`, `too-many-passkeys`."""
    if known := journal.seen(draft.stated):
        return known
    check_own(draft, by)
    if models.Passkey.objects.filter(worker_id=by.id).count() >= MOST_PASSKEYS:
        raise Refused("too-many-passkeys", most=MOST_PASSKEYS)
    try:
        made = _server(name).register_complete(state, response)
    except (ValueError, TypeError, KeyError):
        raise Refused("wrong-passkey") from None
    if not _spend(state, now=received_at) or made.credential_data is None or draft.passkey_id is None:
        raise Refused("wrong-passkey")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.Passkey.objects.create(
        id=draft.passkey_id, worker_id=by.id, name=name, credential=bytes(made.credential_data), counter=made.counter,
        added=received_at.date(),
    )  # fmt: skip
    return entry


@journal.one_act
def remove_passkey(draft: rules.OwnStep, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Let go of a passkey of one's own; the last second step stays. Raises Refused: `last-step`, `unknown-passkey`."""
    if known := journal.seen(draft.stated):
        return known
    check_own(draft, by)
    account = queries.account(by.id)
    if account.passkeys <= 1 and not account.totp:
        raise Refused("last-step")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    gone, _ = models.Passkey.objects.filter(pk=draft.passkey_id or draft.id, worker_id=by.id).delete()
    if not gone:
        raise Refused("unknown-passkey")
    return entry


def ask(*, name: str) -> tuple[dict[str, Any], State]:
    """Return what the browser needs to prove a passkey of this name, and what must be remembered until it has. It names nobody."""
    options, state = _server(name).authenticate_begin(user_verification=VERIFIED)
    return dict(options), state


def prove_passkey(state: State, response: Mapping[str, Any], *, name: str, now: datetime) -> Worker:
    """Return the worker whose passkey signed this challenge, once. Raises Refused("wrong-passkey") for anything else."""
    try:
        told = AuthenticationResponse.from_dict(response)
        row, worker = _whose(told, name)
        _server(name).authenticate_complete(state, [AttestedCredentialData(bytes(row.credential))], told)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused("wrong-passkey") from None
    counter = told.response.authenticator_data.counter
    copied = bool(counter) and counter <= row.counter  # one that counts never repeats a number: two hold its key
    if copied or not _spend(state, now=now):
        raise Refused("wrong-passkey")
    models.Passkey.objects.filter(pk=row.pk).update(counter=counter)
    return worker


def _whose(told: AuthenticationResponse, name: str) -> tuple[models.Passkey, Worker]:
    """Return the passkey that was used and whose it is. Raises ValueError where there is none."""
    worker_id = uuid.UUID(bytes=bytes(told.response.user_handle or b""))
    worker = queries.worker(worker_id)
    for row in models.Passkey.objects.filter(worker_id=worker_id, name=name):
        if worker and AttestedCredentialData(bytes(row.credential)).credential_id == told.raw_id:
            return row, worker
    raise ValueError("no such passkey")


def _kept(worker_id: uuid.UUID, name: str) -> list[AttestedCredentialData]:
    rows = models.Passkey.objects.filter(worker_id=worker_id, name=name).values_list("credential", flat=True)
    return [AttestedCredentialData(bytes(credential)) for credential in rows]


def _spend(state: State, *, now: datetime) -> bool:
    return tries.spend("passkey", str(state["challenge"]), now=now)
