"""Drug checking's kinds of act. They come from the console's import only: the journal must know them to seal and read them."""

from typing import Any

from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds

from . import actions
from .imports import actions as imports


def _console_only(envelope: kinds.Envelope) -> Any:
    """Refuse: a published file is read here, not sent by a device."""
    raise Refused("console-only")


SAMPLE = kinds.Kind(
    "drugchecking.import_sample", 1, parse=_console_only,
    run=actions.import_sample, run_many=actions.import_samples, ledger=True,
)  # fmt: skip
FILE = kinds.Kind("drugchecking.import_file", 1, parse=_console_only, run=actions.record_file, ledger=True)

RESULT = kinds.Kind(
    "drugchecking.import_result",
    1,
    parse=_console_only,
    run=imports.import_result,
    run_many=imports.import_results,
    ledger=True,
)
COUNT = kinds.Kind(
    "drugchecking.import_count",
    1,
    parse=_console_only,
    run=imports.import_count,
    run_many=imports.import_counts,
    ledger=True,
)


def register() -> None:
    """Make imported files and their samples known, in the anonymous journal."""
    kinds.register(SAMPLE)
    kinds.register(FILE)
    kinds.register(RESULT)
    kinds.register(COUNT)
