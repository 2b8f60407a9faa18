"""A device's batch, however it comes: by the network, or in a file that was carried here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from handrail.core.common import periods
from handrail.core.common.refusals import Refused
from handrail.core.journal import acts, batches
from handrail.core.org import queries

from .devices import note_contact
from .seals import bring_back


@dataclass(frozen=True)
class Taken:
    """What came of a batch: who sent it, what was read of it, an answer for each act."""

    device: queries.Device
    batch: batches.Batch
    answers: list[acts.Answer]


def take_batch(body: bytes, signature: bytes, *, received_at: datetime) -> Taken:
    """Take what can be read of a signed batch, each act once; count what was new, so that a later gap is seen.

    A shift that is not here is brought back first from its seal, so that what was recorded in it is not held.

    Raises:
        Refused: `not-a-batch` where nothing can be read; `unknown-device` where the signature is no device's.
    """
    batch = batches.read(body)
    device = queries.device_that_signed(batch.device, body=body, signature=signature)
    if device is None:
        raise Refused("unknown-device")
    try:
        answers = acts.receive_batch(
            batch.acts, worker_of=queries.worker, received_at=received_at, heard=partial(_note, device, received_at),
            first=partial(bring_back, batch.shifts, device, received_at=received_at) if batch.shifts else None,
            sender=acts.Sender(str(device.id), str(device.site_id), device.revoked),
        )  # fmt: skip
    except RecursionError:  # nested too deeply to be written down again
        raise Refused("not-a-batch") from None
    return Taken(device, batch, answers)


def _note(device: queries.Device, received_at: datetime, answers: Sequence[acts.Answer]) -> None:
    fresh = [one.device_seq for one in answers if one.fresh]
    day = periods.site_day(received_at, queries.site(device.site_id).timezone)
    note_contact(device.id, day=day, new=len(fresh), highest_seq=max(fresh, default=0))
