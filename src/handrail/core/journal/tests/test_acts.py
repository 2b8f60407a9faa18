"""The one door: what is taken, what is held, and that nothing is dropped or breaks the batch."""

import json
import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.core.common import keys
from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.journal import acts, held, kinds, models
from handrail.core.org import actions as org
from handrail.core.org import queries as org_queries
from handrail.core.org import rules as org_rules
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock
from handrail.fronts.console.programme import CONSOLE

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
LINE = st.dictionaries(
    st.sampled_from(["item", "amount", "lot", "lot_basis", "method", "fill_percent", "gross_g", "tare_g"]), JSON
)
BODY = st.dictionaries(
    st.sampled_from(["given", "returned", "naloxone", "asked_for", "card", "served_for", "visit", "item", "amount", "lot",
                     "expires", "account", "expected", "found", "participant"]),
    JSON | st.lists(LINE, max_size=2), max_size=4,
)  # fmt: skip


def withdraw(worker: Any, role: str, site: Any, now: Any) -> None:
    draft = org_rules.RoleChange(uuid.uuid4(), worker.id, role, site.id, False, now)
    org.change_role(draft, by=CONSOLE, received_at=now)


def refusal(told: Any, now: Any) -> str:
    with pytest.raises(Refused) as refused:
        acts.open_envelope(told, received_at=now)
    return refused.value.code


@pytest.fixture
def plain(now: Any) -> dict[str, Any]:
    """An envelope that is well formed; no database."""
    return {
        "v": 1, "id": str(uuid.uuid4()), "kind": "window.visit", "kind_version": 1, "site": str(uuid.uuid4()),
        "at": "2026-03-10T18:00:00Z", "worker": str(uuid.uuid4()), "device": "", "device_seq": 1, "body": {"given": []},
    }  # fmt: skip


def test_open_envelope_gives_the_act_and_its_worker(plain, now) -> None:
    envelope, worker_id = acts.open_envelope(plain, received_at=now)
    assert (str(envelope.id), envelope.kind, envelope.version, envelope.at) == (plain["id"], "window.visit", 1, now)
    assert str(worker_id) == plain["worker"]


def test_open_envelope_takes_an_act_that_names_no_site(plain, now) -> None:
    envelope, _ = acts.open_envelope(plain | {"site": ""}, received_at=now)
    assert envelope.site_id is None


@pytest.mark.parametrize("told", [None, 5, "act", [], {}, {"v": 1}])
def test_open_envelope_refuses_what_has_not_its_frame(told, now) -> None:
    assert refusal(told, now) == "not-an-act"


def test_open_envelope_refuses_a_field_more(plain, now) -> None:
    assert refusal(plain | {"received_at": "2026-03-10T18:00:00Z"}, now) == "not-an-act"


@pytest.mark.parametrize("version", [0, 2, "1", [1]])
def test_open_envelope_refuses_another_version(plain, now, version) -> None:
    assert refusal(plain | {"v": version}, now) == "unknown-envelope"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "x"), ("id", 5), ("worker", ""), ("worker", ["x"]), ("at", "soon"), ("at", 5), ("at", "2026-03-10T18:00:00"),
        ("at", "0001-01-01T00:00:00+14:00"), ("kind", 5), ("kind", []), ("kind_version", "1"), ("body", []), ("body", "x"),
        ("site", "here"), ("site", 0),
    ],
)  # fmt: skip
def test_open_envelope_refuses_a_field_of_another_form(plain, now, field, value) -> None:
    assert refusal(plain | {field: value}, now) == "not-an-act"


@pytest.mark.parametrize(
    "body", [{"n": 1.5}, {"n": True}, {"n": None}, {"t": "\x00"}, {"t": "e\u0301"}, {"t": "\ud800"}]
)
def test_open_envelope_refuses_what_is_not_canonical(plain, now, body) -> None:
    assert refusal(plain | {"body": body}, now) == "not-canonical"


@pytest.mark.parametrize(
    ("at", "code"), [("2099-01-01T00:00:00Z", "date-ahead"), ("2002-01-01T00:00:00Z", "date-too-old")]
)
def test_open_envelope_refuses_a_time_that_cannot_be(plain, now, at, code) -> None:
    assert refusal(plain | {"at": at}, now) == code


def test_receive_saves_then_says_already(act, take, outreach) -> None:
    told = act(outreach)
    assert [take(told).outcome for _ in range(4)] == ["saved", "already", "already", "already"]
    assert encounters.Encounter.objects.count() == 1


def test_receive_answers_a_replay_as_before_when_the_role_was_withdrawn(act, take, outreach, site, now) -> None:
    told = act(outreach)
    take(told)
    withdraw(outreach, "outreach", site, now)
    assert take(told).outcome == "already"
    assert take(act(outreach)).code == "not-allowed"


def test_receive_does_not_compare_device_arrival_or_road(act, take, outreach) -> None:
    told = act(outreach)
    take(told)
    assert take(told | {"device": "van", "device_seq": 99}).outcome == "already"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"kind_version": 2}, "unknown-kind"), ({"kind": "window.nap"}, "unknown-kind"), ({"worker": str(uuid.UUID(int=7))}, "unknown-worker"),
        ({"site": ""}, "not-an-act"), ({"at": "2099-01-01T00:00:00Z"}, "date-ahead"), ({"at": "2002-01-01T00:00:00Z"}, "date-too-old"),
        ({"kind": "org.add_worker"}, "console-only"), ({"kind": "drugchecking.import_sample"}, "console-only"), ({"v": 9}, "unknown-envelope"),
    ],
)  # fmt: skip
def test_receive_holds_what_it_cannot_take(act, take, outreach, told, code) -> None:
    answer = take(act(outreach) | told)
    assert (answer.outcome, answer.code) == ("held", code)
    assert models.Held.objects.get().reason == code and encounters.Encounter.objects.count() == 0


def test_receive_holds_an_act_at_a_site_where_no_role_is_held(act, take, outreach, other_site) -> None:
    assert take(act(outreach, site=str(other_site.id))).code == "not-allowed"


def test_receive_holds_the_second_telling_of_a_known_act(act, take, outreach, site) -> None:
    told = act(outreach)
    take(told)
    answer = take(told | {"body": {"given": [{"item": "SYR-INS-28-1", "amount": 20}]}})
    row = models.Held.objects.get()
    assert (answer.outcome, answer.code) == ("held", "conflict")
    assert (row.act, row.kind, row.site, row.reason) == (told["id"], "window.visit", str(site.id), "conflict")


@pytest.mark.parametrize("told", [None, 5, "act", [1, [2]], {}, {"id": 5, "kind": ["x"], "site": {}}])
def test_receive_holds_even_what_is_no_act(site, take, told) -> None:
    assert take(told).outcome == "held"
    row = models.Held.objects.get()
    assert (row.act, row.kind, row.site) == ("", "", "")
    assert json.loads(keys.ring().unseal(row.sealed)) == told


def test_receive_keeps_a_held_body_sealed(act, take, site, every_cell) -> None:
    code = people.new_code()
    told = act(CONSOLE, {"card": code, "given": [{"item": "SYR-INS-28-1", "amount": 1}]})
    assert take(told).code == "unknown-worker"
    assert [cell for cell in every_cell() if code in cell or ("SYR-INS-28-1" in cell and "held" in cell)] == []
    assert json.loads(keys.ring().unseal(models.Held.objects.get().sealed)) == told


def test_receive_keeps_no_label_of_a_stranger_readable(act, take, site, every_cell) -> None:
    code = people.new_code()
    take(act(CONSOLE, kind=code, site=code, id=code, device=code))
    assert [cell for cell in every_cell() if code in cell] == []


def test_receive_keeps_a_held_act_once_however_often_it_comes(act, take, outreach) -> None:
    told = act(outreach, kind_version=2)
    assert {take(told).outcome for _ in range(5)} == {"held"}
    assert models.Held.objects.count() == 1


def test_receive_stops_keeping_when_a_site_must_review_first(act, take, outreach, monkeypatch) -> None:
    monkeypatch.setattr(held, "MOST_HELD", 2)
    answers = [take(act(outreach, kind_version=2)) for _ in range(2)]
    with pytest.raises(Refused, match="held-full"):  # the sender is told and keeps it: nothing is dropped
        take(act(outreach, kind_version=2))
    assert models.Held.objects.count() == 2 and {one.outcome for one in answers} == {"held"}


def test_receive_batch_stays_whole_with_its_sender_when_too_much_is_held(act, outreach, now, monkeypatch) -> None:
    monkeypatch.setattr(held, "MOST_HELD", 0)
    with pytest.raises(Refused, match="held-full"):
        acts.receive_batch([act(outreach), act(outreach, v=9)], worker_of=org_queries.worker, received_at=now)
    assert encounters.Encounter.objects.count() == 0


def test_receive_batch_takes_each_act_apart_from_its_neighbours(act, outreach, now) -> None:
    batch = [act(outreach), act(outreach, kind_version=9), None, act(outreach)]
    answers = acts.receive_batch(batch, worker_of=org_queries.worker, received_at=now)
    assert [one.outcome for one in answers] == ["saved", "held", "held", "saved"]


def test_receive_batch_comes_to_the_same_in_any_order(act, outreach, lead, now, site) -> None:
    visits = [act(outreach, {"given": [{"item": "SYR-INS-28-1", "amount": n}]}) for n in range(1, 9)]
    delivery = act(lead, {"item": "SYR-INS-28-1", "amount": 100}, kind="supplies.receive")
    count = act(
        lead,
        {"account": "shelf", "item": "SYR-INS-28-1", "lot": "", "expected": 100, "found": 90},
        kind="supplies.count",
    )
    batch = [*visits, delivery, count, visits[0], count]
    random.Random(5).shuffle(batch)
    acts.receive_batch(batch, worker_of=org_queries.worker, received_at=now)
    acts.receive_batch(batch[::-1], worker_of=org_queries.worker, received_at=now)
    assert {row.item: row.balance for row in stock.on_shelf(site.id)} == {"SYR-INS-28-1": 100 - 10 - sum(range(1, 9))}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=BODY,
    kind=st.sampled_from(["window.visit", "window.undo", "supplies.receive", "supplies.count", "org.open_site"]),
)
def test_receive_never_breaks_on_any_body(act, lead, take, body, kind) -> None:
    assert take(act(lead, body, kind=kind)).outcome in {"saved", "held"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=JSON | st.dictionaries(st.sampled_from(sorted(acts.FRAME)), JSON))
def test_receive_never_breaks_on_any_json(site, take, told) -> None:
    assert take(told).outcome == "held"


@pytest.mark.parametrize(
    "body",
    [
        {"given": [{"item": "SYR-INS-28-1", "amount": 1, "lot_basis": []}]},
        {"given": [{"item": [], "amount": 1}]},
        {"given": [{"item": "SYR-INS-28-1", "amount": 1, "lot": [1]}]},
        {"returned": [{"method": [], "amount": 1}]},
        {"returned": [{"method": {}, "amount": 1}]},
        {"returned": ["said"]},
        {"asked_for": [[]]},
        {"naloxone": [{"item": "NAL-NS-4", "amount": 1, "lot_basis": {}}]},
        {"card": ["JG7MCT"]},
        {"served_for": []},
    ],
    ids=str,
)
def test_receive_holds_a_body_of_odd_shapes(act, take, outreach, body) -> None:
    assert take(act(outreach, body)).code in {"not-an-act", "unknown-lot", "bad-amount"}


def test_receive_many_takes_all_at_once(visit, outreach, now) -> None:
    drafts = [visit() for _ in range(3)]
    answers = acts.receive_many([*drafts, drafts[0]], kind=kinds.kind("window.visit", 1), by=outreach, received_at=now)
    assert [one.outcome for one in answers] == ["saved", "saved", "saved", "already"]


def test_receive_many_takes_the_rest_one_by_one_where_one_does_not_fit(visit, outreach, now) -> None:
    kind, first = kinds.kind("window.visit", 1), visit()
    acts.receive_many([first], kind=kind, by=outreach, received_at=now)
    other = visit({"given": [{"item": "SYR-INS-28-1", "amount": 99}]}, act_id=first.id)
    unknown = visit({"given": [{"item": "NO-SUCH", "amount": 1}]})
    answers = acts.receive_many([visit(), other, unknown, first, visit()], kind=kind, by=outreach, received_at=now)
    assert [(one.outcome, one.code) for one in answers] == [
        ("saved", ""), ("held", "conflict"), ("held", "unknown-item"), ("already", ""), ("saved", ""),
    ]  # fmt: skip
    assert models.Held.objects.get().reason == "conflict"


def test_open_envelope_looks_back_as_long_as_ids_are_kept(plain, now) -> None:
    at = (now - timedelta(days=400)).isoformat()
    envelope, _ = acts.open_envelope(plain | {"at": at}, received_at=now)
    assert envelope.at == now - timedelta(days=400)
