"""Each channel asks what the table of the domain allows; what has happened is recorded, and a card is kept only where one may be."""

import uuid

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import actions, channels, models, routes
from handrail.core.encounters.retention import parts
from handrail.core.journal.verify import verify

GIVEN = {"given": [{"item": "SYR-INS-28-1", "amount": 10}]}
NO_CARD = ("peer", "mail", "machine")


@pytest.fixture
def lay_out(lead, site, now):
    """Put a stop at the end of a route; returns its id."""

    def add(name="North", *, at=None, by=lead, route="Van", area="Docks"):
        stop_id = uuid.uuid4()
        draft = routes.NewStop(uuid.uuid4(), (at or site).id, now, stop_id, route, name, area)
        routes.add_stop(draft, by=by, received_at=now)
        return stop_id

    return add


def code(call, *told, **named) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def test_channels_ask_what_the_domains_table_allows() -> None:
    asks = {name: one.asks - channels.OUT for name, one in channels.CHANNELS.items()}
    assert asks["window"] >= {"card", "returned", "care"} and asks["mobile"] >= {"card", "stop", "care"}
    assert asks["mail"] == asks["machine"] == {"from"} and asks["training"] == {"stop", "from"}
    assert {name for name, one in channels.CHANNELS.items() if one.keeps_cards} == {
        "window",
        "mobile",
        "street",
        "pharmacy",
        "consumption",
    }
    assert all("asked_for" in one.asks for one in channels.CHANNELS.values())
    assert {key for one in channels.CHANNELS.values() for key in one.asks} <= {
        "card", "served_for", channels.STOP, channels.STOCK, "care", *(key for part in parts.registered() for key in part.keys)
    }  # fmt: skip


@pytest.mark.parametrize("name", [one.name for one in channels.CHANNELS.values() if one.kind == channels.VISIT])
def test_visit_carries_its_channel_and_keeps_a_card_only_where_one_may_be(act, take, outreach, name) -> None:
    told = act(outreach, GIVEN | {"channel": name, "card": "JG7MCT"})
    assert [take(told).outcome for _ in range(2)] == ["saved", "already"]
    row = models.Encounter.objects.get()
    assert (row.channel, bool(row.person), row.beyond) == (name, name not in NO_CARD, "card" if name in NO_CARD else "")
    assert take(act(outreach, {"visit": told["id"]}, kind="window.undo")).outcome == "saved"
    assert models.Undone.objects.count() == 1


def test_visit_records_what_happened_beyond_its_channel_and_says_so(act, take, outreach) -> None:
    body = GIVEN | {"channel": "mail", "served_for": 3, "returned": [{"method": "said", "amount": 4}]}
    assert take(act(outreach, body)).outcome == "saved"
    row = models.Encounter.objects.get()
    assert (row.served_for, row.beyond, row.services) == (3, "returned served_for", "exchange")


@pytest.mark.parametrize("name", ["mail", "machine", "peer"])
def test_screens_fact_that_a_channel_does_not_ask_is_refused(name) -> None:
    assert code(channels.check_asks, name, {"given", "card"}) == "not-asked-here"
    channels.check_asks(name, {"given", "asked_for", "from"})


def test_training_is_a_tally_of_its_own_channel(act, take, outreach) -> None:
    body = {"people": 12, "naloxone": [{"item": "NAL-NS-4", "amount": 12}], "channel": "training"}
    assert take(act(outreach, body, kind="window.tally")).outcome == "saved"
    assert models.Encounter.objects.get().channel == "training"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"channel": "drive-through"}, "unknown-channel"), ({"channel": "training"}, "unknown-channel"), ({"channel": 5}, "unknown-channel"),
        ({"stop": "north"}, "not-an-act"), ({"from": ""}, "not-an-act"), ({"from": str(uuid.uuid4())}, "unknown-account"),
        ({"channel": "mobile", "stop": str(uuid.uuid4())}, "unknown-stop"),
    ],
)  # fmt: skip
def test_visit_is_held_where_the_place_is_none(act, take, outreach, change, why) -> None:
    assert take(act(outreach, GIVEN | change)).code == why


def test_visit_stands_at_a_stop_of_its_own_site(act, take, outreach, lay_out, other_site, add_worker) -> None:
    stop = lay_out()
    told = act(outreach, GIVEN | {"channel": "mobile", "stop": str(stop)})
    assert take(told).outcome == "saved" and models.Encounter.objects.get().stop_id == stop
    assert take(act(outreach, {"visit": told["id"]}, kind="window.undo")).outcome == "saved"
    far = lay_out("Pier", at=other_site, by=add_worker("sam", "lead", at=other_site))
    assert take(act(outreach, GIVEN | {"channel": "mobile", "stop": str(far)})).code == "unknown-stop"


def test_route_has_named_stops_in_their_order_and_ends_them(lay_out, lead, outreach, site, now, take, act) -> None:
    first, second = lay_out(), lay_out("South", area="Old town")
    assert [(one.name, one.area) for one in routes.stops(site.id)] == [("North", "Docks"), ("South", "Old town")]
    assert (
        code(lay_out) == "stop-there"
        and code(lay_out, " ") == "bad-name"
        and code(lay_out, "x", by=outreach) == "not-allowed"
    )
    end = routes.StopEnd(uuid.uuid4(), site.id, now, first)
    assert [routes.end_stop(end, by=lead, received_at=now).already for _ in range(2)] == [False, True]
    assert [one.id for one in routes.stops(site.id)] == [second]
    assert (
        code(routes.end_stop, routes.StopEnd(uuid.uuid4(), site.id, now, uuid.uuid4()), by=lead, received_at=now)
        == "unknown-stop"
    )
    late = act(outreach, GIVEN | {"channel": "street", "stop": str(first)})
    assert take(late).outcome == "saved"  # a device that has not heard of its end yet


def test_stop_is_put_on_a_route_once(lead, site, now) -> None:
    draft = routes.NewStop(uuid.uuid4(), site.id, now, uuid.uuid4(), "Van", "North", "Docks")
    assert [routes.add_stop(draft, by=lead, received_at=now).already for _ in range(2)] == [False, True]


def test_stand_says_how_long_a_stop_was_open_and_is_sealed(lay_out, act, take, outreach, seal, now) -> None:
    told = act(outreach, {"stop": str(lay_out()), "minutes": 90}, kind="encounters.stand")
    assert [take(told).outcome for _ in range(2)] == ["saved", "already"]
    seal()
    assert models.Stood.objects.get(sealed=True).minutes == 90 and verify(today=now.date()).broken is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"minutes": 15}, "not-an-act"), ({"stop": str(uuid.uuid4()), "minutes": 15}, "unknown-stop"),
        ({"stop": str(uuid.uuid4()), "minutes": 20}, "bad-amount"), ({"stop": str(uuid.uuid4()), "minutes": "15"}, "bad-amount"),
    ],
)  # fmt: skip
def test_stand_is_held_where_it_cannot_be(act, take, outreach, body, why) -> None:
    assert take(act(outreach, body, kind="encounters.stand")).code == why


def test_route_is_laid_out_at_the_desk_alone(act, take, lead) -> None:
    assert take(act(lead, {}, kind="encounters.add_stop")).code == "desk-only"


def test_visits_recorded_together_are_those_recorded_one_by_one(visit, outreach, now) -> None:
    drafts = [visit(GIVEN | {"channel": name}) for name in ("window", "peer", "mobile")]
    actions.record_visits(drafts, by=outreach, received_at=now)
    assert sorted(models.Encounter.objects.values_list("channel", flat=True)) == ["mobile", "peer", "window"]
