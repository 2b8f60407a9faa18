"""The kinds of act of the sample table, and the order that its rows forget with their day."""

from typing import Any

from handrail.core.common import periods
from handrail.core.common.refusals import Refused
from handrail.core.journal import guards, kinds, tables
from handrail.core.org import queries as org
from handrail.services.drugchecking.statements.readings import METHODS, STRIPS

from . import actions, codes, models, rules

CHANGES = {
    models.BenchSample: {"kit_id": guards.EMPTIED} | dict.fromkeys(("imprint", "place", "note"), guards.BLANKED),
    models.Handling: {"note": guards.BLANKED},
}  # fmt: skip
EXPIRES = {  # what could single somebody out leaves the journal at 90 days; the table's own rows keep it 13 months
    "intake": frozenset({"bench", "imprint", "place", "note"}), "handle": frozenset({"note"}),
}  # fmt: skip


def register() -> None:
    """Make the table's acts known; seal its rows with their day; keep them from being edited."""
    for name, parse, run, stage in (
        ("open_box", parse_box, actions.open_box, 0), ("intake", parse_intake, actions.take_in, 0),
        ("test", parse_test, actions.record_test, 1), ("handle", parse_handle, actions.handle, 1),
        ("send", parse_send, actions.send, 1), ("withdraw_test", parse_withdraw, actions.withdraw_test, 2),
        ("tell", parse_tell, actions.tell, 2),
    ):  # fmt: skip
        expires = EXPIRES.get(name, frozenset())
        kinds.register(kinds.Kind(f"drugchecking.{name}", 1, parse=parse, run=run, stage=stage, expires=expires))
    kinds.register(kinds.Kind("drugchecking.print_kits", 1, parse=_desk_only, run=actions.print_kits))
    for table in models.OF_A_DAY:
        tables.register(tables.relay(table, emptied=("at",) if table is models.BenchSample else ()))
        guards.register(
            table, guards.ENDS_BY_PERMIT, ends=("seal", "retain"), changes=CHANGES.get(table), by=("retain",)
        )
    for plain in (models.Kit, models.LookUp):
        guards.register(plain, guards.ENDS_BY_PERMIT, ends=("retain",))


def _desk_only(envelope: kinds.Envelope) -> Any:
    """Refuse: codes are drawn where they are printed."""
    raise Refused("desk-only")


def _frame(envelope: kinds.Envelope, *names: str) -> dict[str, Any]:
    """Return id, site and noon of an act's day. Raises Refused: `not-an-act`, `unknown-site`."""
    if envelope.site_id is None or envelope.at is None or not set(envelope.body) <= set(names):
        raise Refused("not-an-act")
    at = rules.noon(envelope.at, org.site(envelope.site_id).timezone)
    return {"id": envelope.id, "site_id": envelope.site_id, "at": at}


def parse_box(envelope: kinds.Envelope) -> rules.Box:
    """Make a box of an envelope. Raises Refused: `not-an-act`, `bad-amount`."""
    told, frame = envelope.body, _frame(envelope, "panel", "product", "lot", "ug_per_ml")
    panel, product = rules.one_of(told, "panel", STRIPS), rules.text(told, "product")
    if not panel or not rules.fits_product(panel, product):
        raise Refused("not-an-act")
    lot = rules.text(told, "lot", longest=rules.LONGEST_LOT)
    return rules.Box(
        **frame, panel=panel, product=product, lot=lot, ug_per_ml=rules.number(told, "ug_per_ml", most=rules.STRONGEST)
    )


def parse_intake(envelope: kinds.Envelope) -> rules.Intake:
    """Make an intake of an envelope. Raises Refused: `not-an-act`, `not-a-bench-number`."""
    told = envelope.body
    frame = _frame(
        envelope, "bench", "kind", "expected", "form", "colour", "imprint", "place", "overdose", "note", "paper"
    )
    assert envelope.at is not None
    return rules.Intake(
        **frame, bench=codes.parse_label(rules.text(told, "bench", longest=80)), sample_kind=rules.one_of(told, "kind", rules.KINDS),
        expected=rules.slugs(told, "expected"), form=rules.one_of(told, "form", rules.FORMS),
        colour=rules.one_of(told, "colour", rules.COLOURS), imprint=rules.text(told, "imprint"), place=rules.text(told, "place"),
        overdose=rules.one_of(told, "overdose", rules.OVERDOSE), note=rules.text(told, "note", longest=rules.LONGEST_NOTE),
        paper=bool(rules.number(told, "paper", most=1)), arrived=periods.coarse(envelope.at),
    )  # fmt: skip


def parse_test(envelope: kinds.Envelope) -> rules.Test:
    """Make a test of an envelope. Raises Refused: `not-an-act`, `bad-amount`."""
    told = envelope.body
    frame = _frame(
        envelope, "sample", "method", "panel", "picture", "product", "lot", "ug_per_ml", "seen", "instrument"
    )
    test = rules.Test(
        **frame, sample_id=rules.identifier(told, "sample"), method=rules.one_of(told, "method", METHODS),
        panel=rules.one_of(told, "panel", STRIPS), picture=rules.one_of(told, "picture", tuple(rules.PICTURES)),
        product=rules.text(told, "product"), lot=rules.text(told, "lot", longest=rules.LONGEST_LOT),
        ug_per_ml=rules.number(told, "ug_per_ml", most=rules.STRONGEST), seen=rules.seen(told), instrument=rules.text(told, "instrument"),
    )  # fmt: skip
    return rules.check_test(test)


def parse_withdraw(envelope: kinds.Envelope) -> rules.Withdraw:
    """Make a withdrawal of an envelope. Raises Refused("not-an-act")."""
    why = rules.one_of(envelope.body, "why", rules.WHY_WITHDRAWN)
    if not why:
        raise Refused("not-an-act")
    return rules.Withdraw(**_frame(envelope, "test", "why"), test_id=rules.identifier(envelope.body, "test"), why=why)


def parse_tell(envelope: kinds.Envelope) -> rules.Tell:
    """Make a telling of an envelope. Raises Refused("not-an-act")."""
    told, frame = envelope.body, _frame(envelope, "sample", "how", "tests")
    how = rules.one_of(told, "how", rules.HOW) or "code"
    tests = rules.identifiers(told, "tests", most=rules.MOST_SENT)
    return rules.Tell(**frame, sample_id=rules.identifier(told, "sample"), how=how, tests=tests)


def parse_handle(envelope: kinds.Envelope) -> rules.Handle:
    """Make a line of the handling log of an envelope. Raises Refused("not-an-act")."""
    told, frame = envelope.body, _frame(envelope, "sample", "state", "note")
    state = rules.one_of(told, "state", rules.STATES)
    if not state:
        raise Refused("not-an-act")
    note = rules.text(told, "note", longest=rules.LONGEST_NOTE)
    return rules.Handle(**frame, sample_id=rules.identifier(told, "sample"), state=state, note=note)


def parse_send(envelope: kinds.Envelope) -> rules.Send:
    """Make a batch of an envelope. Raises Refused("not-an-act")."""
    told, frame = envelope.body, _frame(envelope, "laboratory", "samples")
    samples = rules.identifiers(told, "samples", most=rules.MOST_SENT)
    return rules.Send(**frame, laboratory=rules.text(told, "laboratory"), samples=samples)
