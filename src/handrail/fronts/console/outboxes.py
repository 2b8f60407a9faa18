"""A device's unsent outbox, carried here as a file: its batches are sealed and signed, and go through the same door as sync."""

import base64
import binascii
import json
from pathlib import Path
from typing import Any

from handrail.core.common import clock
from handrail.core.common.refusals import Refused
from handrail.core.journal import batches
from handrail.core.org import actions

from .importing import Report, check_file, count

KIND = "outbox"


def import_outbox(path: Path, *, dry_run: bool = False) -> Report:
    """Take every act of a device's file, once; what cannot be taken is held. A line of the report is an act, from 1.

    Raises:
        Refused: `no-such-file`, `file-too-large`, `not-an-outbox`; `not-a-batch`, `unknown-device` for a batch that was changed:
            those before it were taken, and to import the file again is safe.
    """
    check_file(path)
    report = Report()
    for body, signature in _batches(path):
        read = len(batches.read(body).acts)
        if not dry_run:
            taken = actions.take_batch(body, signature, received_at=clock.now())
            for line, answer in enumerate(taken.answers, start=report.read + 1):
                count(report, line, answer)
        report.read += read
    return report


def _batches(path: Path) -> list[tuple[bytes, bytes]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return [_batch(one) for one in told["batches"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise Refused("not-an-outbox") from None


def _batch(told: Any) -> tuple[bytes, bytes]:
    return told["body"].encode(), base64.urlsafe_b64decode(told["signature"] + "==")
