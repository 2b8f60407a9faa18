"""The planner: a sentence with an interval, the word modelled, ends that hold; for whoever is signed in."""

import random
import re

import pytest
from django.test import Client
from django.urls import reverse

from .desks import open_desk

CAUSAL = re.compile(
    r"\b(averts?|averted|prevents?|prevented|causes?|caused|saves?|saved|reduces?|reduced|leads? to)\b", re.IGNORECASE
)


@pytest.fixture
def desk(outreach):
    return open_desk(Client(), outreach)


def asked(desk, **typed):
    return desk.get(reverse("desk:planning"), typed)


def test_the_answer_is_a_sentence_with_an_interval_and_says_modelled(desk):
    page = asked(desk, prevalence=40, oat=60, nsp=60, treated=0).content.decode()
    assert "Modelled, not observed" in page
    assert re.search(r"<strong>27 %</strong> \(credible interval \d+ to \d+ %\), beside 40 %", page)
    assert "Not for: either service alone" in page and "No area" in page


def test_the_page_names_the_command_that_gives_the_same_figures(desk):
    told = asked(desk, prevalence=40, oat=60, nsp=55, treated=4).content.decode()
    assert "--set prevalence=0.4 --set oat=0.6 --set nsp=0.55 --set treated_per_1000=4 --seed 1 --draws 200" in told


def test_no_sentence_holds_a_causal_verb(desk):
    words = re.sub(r"<[^>]+>", " ", asked(desk).content.decode())
    assert not CAUSAL.search(words)


def test_nothing_past_an_end_is_answered(desk):
    rng = random.Random(1)
    for _ in range(60):
        name = rng.choice(["prevalence", "oat", "nsp", "treated"])
        answer = asked(desk, **{name: rng.choice([rng.randint(61, 10**6), -rng.randint(1, 99), "x", "", "1e9"])})
        assert answer.status_code == 422
        assert "must lie between" in answer.content.decode() and "credible" not in answer.content.decode()


def test_a_stranger_is_sent_to_sign_in():
    assert asked(Client()).status_code == 302
