"""Where we are: chosen once in a browser; the window says so and asks what the channel allows."""

import uuid

import pytest

from handrail.core.encounters import models, routes

from .desks import HX, refused, send

GIVEN = {"give.SYR-INS-28-1": "10"}


@pytest.fixture
def stop(desk, site):
    """A stop that the lead put on a route."""
    told = {"route": "Van", "name": "North stop", "area": "Docks"}
    assert send(desk, "add-stop", site, told).status_code == 302
    return routes.stops(site.id)[0]


def go(desk, site, **told):
    return send(desk, "choose-place", site, told)


def test_window_starts_at_the_window_and_goes_where_it_is_told(desk, site, stop) -> None:
    assert "North stop" not in send(desk, "window", site, method="get").content.decode()
    assert "North stop" in send(desk, "place", site, method="get").content.decode()
    assert go(desk, site, channel="mobile", stop=str(stop.id)).status_code == 302
    page = send(desk, "window", site, method="get").content.decode()
    assert "Mobile, with a route" in page and "North stop" in page
    told = GIVEN | {"where.channel": "mobile", "where.stop": str(stop.id)}
    assert send(desk, "visit", site, told).status_code == 200
    assert models.Encounter.objects.values_list("channel", "stop").get() == ("mobile", stop.id)


@pytest.mark.parametrize("channel", ["mail", "machine", "peer"])
def test_window_asks_no_card_where_none_may_be_asked(desk, site, channel) -> None:
    go(desk, site, channel=channel)
    page = send(desk, "window", site, method="get").content.decode()
    assert 'name="card"' not in page and ('name="returned_by"' in page) == (channel == "peer")
    assert "asked for, we had none" in page
    answer = send(desk, "visit", site, GIVEN | {"where.channel": channel, "card": "JG7MCT"})
    assert (answer.status_code, refused(answer)) == (422, "not-asked-here") and not models.Encounter.objects.exists()


def test_window_that_went_elsewhere_meanwhile_is_shown_whole(desk, site) -> None:
    edition = send(desk, "window", site, method="get").context["edition"]
    go(desk, site, channel="pharmacy")
    answer = send(desk, "visit", site, GIVEN | {"edition": edition}, **HX).content.decode()
    assert "Pharmacy" in answer and models.Encounter.objects.get().channel == "window"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"channel": "training"}, "unknown-channel"), ({"channel": "mobile", "stop": str(uuid.uuid4())}, "unknown-stop"),
        ({"channel": "peer", "stock": "shelf"}, "unknown-account"),
    ],
)  # fmt: skip
def test_place_that_is_none_is_refused(desk, site, told, why) -> None:
    answer = go(desk, site, **told)
    assert (answer.status_code, refused(answer)) == (422, why)


def test_place_keeps_of_a_choice_what_the_channel_asks(desk, site, stop) -> None:
    go(desk, site, channel="mail", stop=str(stop.id))
    assert "North stop" not in send(desk, "window", site, method="get").content.decode()


def test_window_that_names_no_channel_of_ours_is_refused_and_keeps_what_was_typed(desk, site) -> None:
    answer = send(desk, "visit", site, GIVEN | {"where.channel": "drive-through"})
    assert (answer.status_code, refused(answer)) == (422, "unknown-channel") and 'value="10"' in answer.content.decode()


def test_routes_are_laid_out_by_a_lead_alone(desk, site, stop, signed_in, outreach) -> None:
    assert (
        refused(send(desk, "add-stop", site, {"route": "Van", "name": "North stop", "area": "Docks"})) == "stop-there"
    )
    assert refused(send(desk, "end-stop", site, {"stop": str(uuid.uuid4())})) == "unknown-stop"
    assert send(desk, "end-stop", site, {"stop": str(stop.id)}).status_code == 302 and routes.stops(site.id) == []
    ash = signed_in(outreach)
    assert "Add this stop" not in send(ash, "place", site, method="get").content.decode()
    assert refused(send(ash, "add-stop", site, {"route": "Van", "name": "South", "area": "Docks"})) == "not-allowed"


def test_place_of_another_site_is_shown_to_nobody(desk, other_site, client) -> None:
    assert send(desk, "place", other_site, method="get").status_code == 404


@pytest.mark.scenario("frontline:S23")
def test_window_counts_care_and_asks_no_result(desk, site) -> None:
    page = send(desk, "window", site, method="get").content.decode()
    assert 'name="care" value="wound-dressed"' in page and "kept nowhere" in page
    told = {"care": ["wound-dressed", "hcv-done"]}  # two ticks, the box they stand in, Done: four taps
    saved = send(desk, "visit", site, told).content.decode()
    assert "wound dressed + hepatitis C test done" in saved
    assert refused(send(desk, "visit", site, {"care": "hcv-positive"})) == "not-an-act"
    go(desk, site, channel="mail")
    assert 'name="care"' not in send(desk, "window", site, method="get").content.decode()
