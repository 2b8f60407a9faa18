"""A card has two faces: only its code, or programme and law as well. The person chooses; neither is kept."""

import re
from typing import Any

import pytest
from django.test import Client

from handrail.core.journal.models import OpenEntry
from handrail.core.people import models

from .desks import send

pytestmark = pytest.mark.django_db
FACE = {
    "sheets": "1",
    "face": "protection",
    "programme": "Riverside programme",
    "law": "Carrying these is lawful: Act 12",
}


def test_a_plain_card_says_nothing_but_its_code(desk: Client, site: Any) -> None:
    page = send(desk, "issue-cards", site, {"sheets": "1", "programme": "Riverside programme"}).content.decode()
    cards = re.findall(r"<li>(<img.*?)</li>", page, re.DOTALL)
    assert len(cards) == 24
    words = {
        " ".join(re.sub(r"<[^>]*>", " ", card).split())[8:] for card in cards
    }  # after the code, in two groups of three
    assert words == {"You may destroy this card at any time."}


def test_a_protection_card_names_programme_and_law_and_that_is_kept_nowhere(desk: Client, site: Any) -> None:
    page = send(desk, "issue-cards", site, FACE).content.decode()
    assert page.count("Riverside programme") == page.count("Carrying these is lawful: Act 12") == 24
    assert page.count("You may destroy this card at any time.") == 24
    assert "Act 12" not in OpenEntry.objects.get(kind="people.issue_cards").stated


@pytest.mark.parametrize("told", [{"law": ""}, {"programme": " "}, {"law": "x" * 91}])
def test_a_face_without_its_words_is_refused_and_no_code_is_drawn(
    desk: Client, site: Any, told: dict[str, str]
) -> None:
    answer = send(desk, "issue-cards", site, FACE | told)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "face-needs-words" in text
    assert 'value="protection" checked' in text
    assert not models.Card.objects.exists()
