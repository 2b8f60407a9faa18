"""The look-up: one answer for every code that opens nothing, a valid code is never slowed, and nothing is kept."""

import time

import pytest
from django.test import Client

from handrail.fronts.public import results, slowing
from handrail.services.drugchecking.bench import codes
from handrail.services.drugchecking.bench.tests.conftest import Table

from .test_pages import FORBIDDEN, Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(site, add_worker, now) -> Table:
    return Table(site, add_worker("tam", "technician", "chemist"), now)


@pytest.fixture(autouse=True)
def slept(monkeypatch) -> list[float]:
    """Nobody failed yet, and nobody waits: what would have been waited is listed."""
    slowing.forget()
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def look(client: Client, code: str, language: str = "en", **told):
    return client.post(f"/results/{language}/", {"c069": code}, **told)


def text(answer) -> str:
    page = Reader()
    page.feed(answer.content.decode())
    assert page.open == []
    return " ".join(page.text.split())


@pytest.fixture
def told(table):
    sample = table.sample(expected=["cocaine"])
    table.strip(sample)
    table.tell(sample)
    return sample


def test_code_reads_finding_and_what_to_do_first_in_three_languages(client, told) -> None:
    for language, first in (
        ("en", "A fentanyl strip reacted: fentanyl is likely there. Act as if it is."),
        ("es", "Una tira de fentanilo reaccionó"),
        ("fr", "Une bandelette fentanyl a réagi"),
    ):
        answer = look(client, codes.printed(told.code).lower(), language)
        assert first in text(answer) and not FORBIDDEN.search(text(answer))
        assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.scenario("drugchecking:1")
def test_wrong_unknown_ended_and_bench_number_get_the_same_bytes(client, table, told, at_day) -> None:
    unknown = codes.new_code()
    wrong = unknown[:-1] + next(one for one in codes.ALPHABET if one != unknown[-1])
    answers = [look(client, typed).content for typed in (unknown, wrong, told.bench, "", "é" * 50, "x" * 5000)]
    at_day(91)
    answers.append(look(client, told.code).content)
    assert len(set(answers[:-1])) == 1 and len(answers[-1]) == len(answers[0])
    assert answers[-1] == look(client, unknown).content
    assert "We have no result to show for this code. That does not mean nothing was found." in answers[0].decode()


@pytest.fixture
def at_day(monkeypatch, now):
    from datetime import timedelta

    def move(days: int) -> None:
        monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=days))

    return move


def test_known_without_a_result_says_when_to_expect_it(client, table) -> None:
    page = text(look(client, table.sample().code))
    assert "We have it. There is no result yet. Look again on 11 March 2026 or after." in page
    assert "That does not mean nothing was found." in page
    kit = table.kits()[0][1]
    assert "We have it." in text(look(client, kit))


def test_revision_shows_both_with_their_days(client, table, told) -> None:
    table.act("send", samples=[str(told.id)], laboratory="Provincial")
    assert "Not final" not in text(look(client, told.code))  # what was let out before it was sent
    table.tell(told)
    assert "Not final: a laboratory is still looking. Expect its answer around 31 March 2026." in text(
        look(client, told.code)
    )
    table.machine(told, "carfentanil", method="laboratory")
    table.tell(told)
    page = text(look(client, told.code))
    assert (
        page.index("We found carfentanil")
        < page.index("What was said before")
        < page.rindex("A fentanyl strip reacted")
    )


def test_valid_code_is_answered_at_once_behind_five_hundred_failed_tries(client, told, slept) -> None:
    for _ in range(500):
        assert look(client, codes.new_code()).status_code == 200
    assert len(slept) == 500 - slowing.FREE and slept == sorted(slept) and slept[-1] == slowing.MOST
    before = len(slept)
    assert all("likely there" in look(client, told.code).content.decode() for _ in range(200))
    assert len(slept) == before


def test_slowing_keeps_no_address_and_forgets_the_oldest(monkeypatch) -> None:
    monkeypatch.setattr(slowing, "MARKS", 3)
    slept: list[float] = []
    for n in range(20):
        slowing.heard(f"10.0.0.{n}", good=False, sleep=slept.append)
    assert len(slowing._failed) == 3 and not any(b"10.0.0" in mark for mark in slowing._failed)
    with (
        slowing._waiting,
        slowing._waiting,
        slowing._waiting,
        slowing._waiting,
        slowing._waiting,
        slowing._waiting,
        slowing._waiting,
        slowing._waiting,
    ):
        for _ in range(40):
            slowing.heard("a", good=False, sleep=slept.append)
    assert slept == []


def test_page_sets_no_cookie_holds_no_script_no_code_and_stays_small(client, told) -> None:
    for answer in (
        client.get("/results/"),
        client.get("/results/es/"),
        look(client, told.code),
        look(client, codes.new_code()),
    ):
        page = answer.content.decode()
        assert not answer.cookies and "<script" not in page and answer.headers["Cache-Control"] == "no-store"
        assert len(answer.content) <= 100_000 and len(answer.content) % results.BLOCK == 0
        assert told.code not in page and codes.printed(told.code) not in page
        assert "https://www.wikipedia.org/" in page
    assert 'autocomplete="off"' in client.get("/results/").content.decode()


def test_code_in_an_address_is_no_look_up(client, told) -> None:
    assert "likely there" not in client.get(f"/results/?c069={told.code}").content.decode()
    assert client.get(f"/results/{told.code}/").status_code == 404
    assert client.put("/results/").status_code == 405


def test_form_of_another_site_is_turned_away(client, told) -> None:
    assert look(client, told.code, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 422
    assert look(client, told.code, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.scenario("drugchecking:1")
def test_no_code_is_in_the_database(table, told) -> None:
    from django.apps import apps

    for model in apps.get_models():
        for row in model._default_manager.all().values_list():
            assert told.code not in str(row)


@pytest.mark.scenario("drugchecking:1")
def test_wrong_and_unknown_are_the_same_work(client, django_assert_num_queries) -> None:
    for typed in (codes.new_code(), "R-217", "", "x" * 5000):
        with django_assert_num_queries(1):
            look(client, typed)
