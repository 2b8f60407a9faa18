"""The answer that is rendered once says the same as the page that is rendered each time."""

import re
import uuid
from datetime import timedelta

import pytest

from handrail.core.common import clock, periods
from handrail.core.supplies import actions as supplies

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(signed_in, outreach, site, monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)
    client = signed_in(outreach)

    def give(item="COOK", act=None, *, script=True):
        fields = {"id": str(act or uuid.uuid4()), "at": now.isoformat(), "served_for": "1", f"give.{item}": "3"}
        return client.post(
            f"/desk/window/{site.id}/visit", fields, headers={"HX-Request": "true"} if script else {}
        ).content.decode()

    return give


def _plain(text):
    """Take out what is new in every answer: ids and form tokens."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "token", text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", text)


def _form(text):
    return re.search(r'<form id="window".*?</form>', text, re.DOTALL).group()


def test_after_says_what_the_whole_page_says(send):
    light, whole = send(), send(script=False)

    assert _plain(_form(light)) == _plain(_form(whole))


def test_after_shows_a_new_id_and_the_saved_act_each_time(send):
    act, other = uuid.uuid4(), uuid.uuid4()
    first, second = send(act=act), send(act=other)

    assert f"saved-{act}" in first
    assert f"saved-{other}" in second
    assert re.search(r'name="id" value="([^"]+)"', first).group(1) != re.search(
        r'name="id" value="([^"]+)"', second
    ).group(1)
    assert "belongs-here" not in first + second
    assert "00000000-0000-4000-8000" not in first + second


def test_after_says_that_a_repeated_act_was_saved_before(send):
    act = uuid.uuid4()

    assert "saved:" in send(act=act)
    assert "saved before:" in send(act=act)


def test_after_shows_a_preset_as_soon_as_the_site_has_it(send, site):
    assert "Four cookers" not in send()

    supplies.set_presets(site.id, [("Four cookers", {"COOK": 4})])

    assert "Four cookers" in send()


def test_after_shows_an_item_as_soon_as_the_catalogue_has_it(send):
    row = {"code": "NEW", "name": "<b>New item</b>", "category": "prep", "unit": "each"}
    assert "New item" not in send()

    supplies.add_items([row])

    told = send("NEW")
    assert told.count("3 × &lt;b&gt;New item&lt;/b&gt;") == 1
    assert "<b>New item" not in told


def test_after_tells_the_new_quarter_of_an_hour(send, monkeypatch, now):
    first = send()
    later = now + timedelta(minutes=periods.MINUTES_PER_STEP)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert f"{periods.coarse(later):%Y-%m-%dT%H:%M:%SZ}" in send()
    assert f"{periods.coarse(later):%Y-%m-%dT%H:%M:%SZ}" not in first
