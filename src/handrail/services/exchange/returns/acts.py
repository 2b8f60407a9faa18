"""The kinds of act about returns."""

from typing import Any

from handrail.core.common.periods import coarse
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds, tables
from handrail.core.supplies.rules import check_amount
from handrail.services.exchange import models
from handrail.services.exchange import rules as exchange

from . import actions, rules


def register() -> None:
    """Make calibrations, weighings and returns to an area known. Calibrations are kept for ever: figures stand on them."""
    kinds.register(kinds.Kind("exchange.calibrate", 1, parse=parse_calibration, run=actions.calibrate, ledger=True))
    kinds.register(kinds.Kind("exchange.weigh_bin", 1, parse=parse_weighing, run=actions.weigh_bin, ledger=True))
    kinds.register(
        kinds.Kind("exchange.area_return", 1, parse=parse_area_return, run=actions.record_area_return, ledger=True)
    )
    for model in (models.Calibration, models.Weighing, models.AreaReturn):
        tables.register(tables.relay(model))


def _frame(envelope: kinds.Envelope) -> dict[str, Any]:
    if envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    return {"act_id": envelope.id, "site_id": envelope.site_id, "at": coarse(envelope.at)}


def parse_calibration(envelope: kinds.Envelope) -> rules.Calibration:
    """Make a calibration of an envelope."""
    frame, told = _frame(envelope), dict(envelope.body)
    if set(told) != {"of", "containers"}:
        raise Refused("not-an-act")
    return rules.parse_calibration(told["of"], told["containers"], **frame)


def parse_weighing(envelope: kinds.Envelope) -> rules.Weighing:
    """Make a weighing of an envelope. Raises Refused: `not-an-act`, `bad-amount`, `bad-weight`."""
    frame, told = _frame(envelope), dict(envelope.body)
    if set(told) != {"gross_g", "tare_g"}:
        raise Refused("not-an-act")
    kept = {name: check_amount(grams, least=0, most=exchange.MOST_GRAMS) for name, grams in told.items()}
    if kept["gross_g"] < kept["tare_g"]:
        raise Refused("bad-weight")
    return rules.Weighing(frame["act_id"], frame["site_id"], frame["at"], **kept)


def parse_area_return(envelope: kinds.Envelope) -> rules.AreaReturn:
    """Make a return to an area of an envelope."""
    return rules.parse_area_return(envelope.body, **_frame(envelope))
