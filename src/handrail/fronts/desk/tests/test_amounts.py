"""A law's limit is said before the tap and holds nothing back; without a law the window says no word of amounts."""

import re
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from handrail.core.common.refusals import Refused
from handrail.core.encounters.models import Encounter
from handrail.core.journal import models as journal
from handrail.services.exchange import models
from handrail.services.exchange.policy import rules

from .desks import HX, send

pytestmark = pytest.mark.django_db
LAW = {"basis": "law", "each": "1", "plus": "10", "law": "state rule"}
WORDS = re.compile(r"\b(limit|limits|law|allowed|allowance|maximum|rule|gave more)\b", re.IGNORECASE)


def window(desk: Client, site: Any) -> str:
    text: str = send(desk, "window", site, method="get").content.decode()
    return text


@pytest.mark.scenario("frontline:S8")
def test_a_law_site_says_the_limit_saves_more_and_asks_why_of_the_giving(
    desk: Client, site: Any, outreach: Any
) -> None:
    """12 returned, as said, under 1:1 + 10: the page counts to 22 (in a browser: test_amounts), 40 are saved, and no person is marked."""
    assert send(desk, "set-amounts", site, LAW).status_code == 302
    page = window(desk, site)
    assert 'data-each="1" data-plus="10"' in page
    assert "today's limit here:" in page
    assert "(state rule)" in page
    assert rules.Policy("law", 1, 10, "state rule").limit(12) == 22
    told = {"give.SYR-INS-28-1": "40", "returned.said": "12", "give.NAL-NS-4": "9", "card": "JG7MCT"}
    saved = send(desk, "visit", site, told, **HX).content.decode()
    assert "gave more because…" in saved
    assert models.Line.objects.get(direction="out").amount == 40
    assert send(desk, "because", site, {"because": "for-others"}, **HX).status_code == 200
    assert models.GaveMore.objects.values_list("because", flat=True)[0] == "for-others"
    names = {field.name for field in models.GaveMore._meta.get_fields()}
    assert names == {"id", "site", "day", "sealed", "because"}
    visit, why = (journal.OpenEntry.objects.get(kind=kind) for kind in ("window.visit", "exchange.gave_more"))
    assert str(visit.id) not in why.stated
    assert "because" not in visit.stated
    assert not {"flag", "limit", "more"} & {field.name for field in Encounter._meta.get_fields()}


@pytest.mark.parametrize(
    "given", [{"give.NAL-NS-4": "50"}, {"give.SHARPS-P": "50"}, {"give.WAT": "50"}, {"give.SYR-INS-28-1": "22"}]
)
def test_naloxone_bins_water_and_what_the_law_lets_are_never_asked_about(desk: Client, site: Any, given: Any) -> None:
    send(desk, "set-amounts", site, LAW)
    saved = send(desk, "visit", site, given | {"returned.said": "12"}, **HX).content.decode()
    assert "gave more because" not in saved
    assert "saved:" in saved


@pytest.mark.parametrize("basis", ["", "need", "supply"])
def test_a_site_without_a_law_says_no_word_of_limits(desk: Client, site: Any, basis: str) -> None:
    if basis:
        send(desk, "set-amounts", site, {"basis": basis})
    assert not WORDS.search(re.sub(r"<[^>]*>", " ", window(desk, site)))
    saved = send(desk, "visit", site, {"give.SYR-INS-28-1": "5000"}, **HX).content.decode()
    assert not WORDS.search(re.sub(r"<[^>]*>", " ", saved))


def test_a_policy_is_a_version_and_holds_from_its_day_on(desk: Client, site: Any) -> None:
    for told in (LAW, {"basis": "need"}):
        send(desk, "set-amounts", site, told)
    assert list(models.Policy.objects.order_by("number").values_list("number", "basis")) == [(1, "law"), (2, "need")]
    page = send(desk, "amounts", site, method="get").content.decode()
    assert "By need. The window says nothing" in page
    assert "1:1 + 10 (state rule)" in page


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"law": " "}, "law-needed"),
        ({"basis": "whim"}, "not-an-act"),
        ({"each": "0", "plus": "0"}, "bad-amount"),
        ({"each": "x"}, "bad-amount"),
    ],
)
def test_a_limit_without_a_law_is_refused_and_what_was_typed_stays(
    desk: Client, site: Any, told: Any, code: str
) -> None:
    answer = send(desk, "set-amounts", site, LAW | told)
    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert not models.Policy.objects.exists()


def test_a_reason_that_is_none_is_refused(desk: Client, site: Any) -> None:
    assert b"unknown-reason" in send(desk, "because", site, {"because": "he sells"}).content
    with pytest.raises(Refused, match="unknown-reason"):
        rules.check_because(None)


def test_outreach_workers_set_no_policy(signed_in: Any, outreach: Any, site: Any) -> None:
    client = signed_in(outreach)
    assert send(client, "amounts", site, method="get").status_code == 404
    assert b"not-allowed" in send(client, "set-amounts", site, LAW).content


def test_the_database_refuses_a_limit_without_a_law(site: Any, now: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Policy.objects.create(id=uuid.uuid4(), site_id=site.id, day=now.date(), number=1, basis="need", plus=5)
