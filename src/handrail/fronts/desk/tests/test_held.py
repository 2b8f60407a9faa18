"""The review of held acts, tried by a reviewer, their second, a worker without the role, another site's, and nobody."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from handrail.core.encounters import models as encounters
from handrail.core.journal import held as keeping
from handrail.core.journal import models, reviewing
from handrail.core.people import rules as people
from handrail.fronts.desk import held, opened

from .desks import open_desk
from .held import RAW, asking, desk_of, post

STEPS = ("ask", "confirm", "open", "resolve")
WHY = {"why": "did-it-happen"}


@pytest.fixture
def desk(lead: Any) -> Client:
    """The desk of a lead of the site."""
    begun: Client = desk_of(lead)
    return begun


@pytest.fixture
def second(add_worker: Any) -> Client:
    """The desk of an outside reviewer."""
    begun: Client = desk_of(add_worker("noor", "reviewer"))
    return begun


@pytest.fixture
def row(act: Any, take: Any, outreach: Any) -> Any:
    """A held act with a raw code and an item that is not known."""
    take(act(outreach, {"given": [{"item": "ODD", "amount": 7}], "card": RAW, "served_for": 2}))
    return models.Held.objects.get()


def line(client: Client, held_id: uuid.UUID) -> str:
    return str(client.get(reverse("desk:held-line", args=[held_id])).content.decode())


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


# --- Who ---


@pytest.mark.parametrize("step", STEPS)
def test_step_is_for_reviewers_of_the_site(row, outreach, add_worker, other_site, step) -> None:
    for worker, status in ((outreach, 422), (add_worker("kit", "lead", at=other_site), 404)):
        answer = post(
            desk_of(worker), step, row.id, WHY | {"asking": str(uuid.uuid4()), "count": "1", "outcome": "taken"}
        )
        assert answer.status_code == status and b"unknown-item" not in answer.content
    assert models.Held.objects.count() == 1 and models.Opening.objects.count() == 0


@pytest.mark.parametrize("step", STEPS)
def test_step_gives_nobody_nothing(client, row, step) -> None:
    answer = post(client, step, row.id)
    assert answer.status_code == 401 and b"unknown-item" not in answer.content


@pytest.mark.parametrize("step", STEPS)
def test_step_refuses_a_form_without_its_frame(desk, row, step) -> None:
    answer = post(desk, step, row.id, {"id": "x"})
    assert answer.status_code == 422 and b"not-readable" in answer.content and b"unknown-item" in answer.content


def test_pages_are_for_reviewers_of_the_site(client, row, outreach, add_worker, other_site) -> None:
    page = reverse("desk:held-line", args=[row.id])
    elsewhere = desk_of(add_worker("kit", "lead", at=other_site))
    assert [one.get(page).status_code for one in (client, desk_of(outreach), elsewhere)] == [302, 404, 404]
    assert desk_of(outreach).get(reverse("desk:held")).status_code == 404
    assert "Nothing is held" in elsewhere.get(reverse("desk:held")).content.decode()


def test_another_sites_act_is_answered_like_one_that_is_gone(row, add_worker, other_site) -> None:
    elsewhere = desk_of(add_worker("kit", "lead", at=other_site))
    told = [elsewhere.get(reverse("desk:held-line", args=[one])).content for one in (row.id, uuid.uuid4())]
    assert told[0] == told[1]


# --- The list and the home ---


@pytest.mark.scenario("trust:27")
def test_list_shows_kind_site_day_and_reason_and_no_body(desk, row) -> None:
    page = text(desk.get(reverse("desk:held")).content.decode())
    assert "1 act visit at the window" in page and "unknown-item Riverside · 2026-03-10" in page
    assert "This item is not in the catalogue." in page and "ODD" not in page and RAW not in page


def test_list_shows_alike_acts_of_one_device_on_one_line(sync, act, outreach, device, desk) -> None:
    device.revoke()
    sync(*[act(outreach) for _ in range(30)])
    page = desk.get(reverse("desk:held")).content.decode()
    assert page.count("data-reason") == 1 and "30 acts" in page and "Resolve all" in page


def test_list_shows_what_names_no_site_to_every_reviewer(desk, take, other_site, act, outreach) -> None:
    take({"card": RAW})
    take(act(outreach, site=str(other_site.id)))
    page = desk.get(reverse("desk:held")).content.decode()
    assert re.findall(r'data-reason="([^"]+)"', page) == ["not-an-act"] and "names no site" in page


def test_list_shows_the_oldest_and_says_how_many_follow(desk, take, monkeypatch) -> None:
    monkeypatch.setattr(held, "LINES_SHOWN", 2)
    for kind in ("window.visit", "window.undo", "supplies.count"):
        take({"kind": kind})
    page = desk.get(reverse("desk:held")).content.decode()
    assert page.count("data-reason") == 2 and "1 more act follows" in page


@pytest.mark.parametrize("code", ["date-too-old", "lot-differs", "bad-amount", "not-openable", "device-revoked"])
def test_list_says_a_reason_whose_facts_are_not_kept(desk, site, now, code) -> None:
    keeping.keep_refused(None, reason=code, received_at=now, site=str(site.id))
    page = desk.get(reverse("desk:held")).content.decode()
    assert f"<code>{code}</code>" in page and "%(" not in page


def test_home_tells_how_many_are_held_and_since_when(desk, second, row, outreach, take, now) -> None:
    models.Held.objects.update(day=now.date() - timedelta(days=9))
    take(None)
    page = text(desk.get(reverse("desk:home")).content.decode())
    assert "2 acts are held for review · the oldest since 2026-03-01" in page
    assert "held for review" not in text(desk_of(outreach).get(reverse("desk:home")).content.decode())
    assert "You review what is held" in text(second.get(reverse("desk:home")).content.decode())


# --- Opening ---


@pytest.mark.scenario("trust:27")
def test_two_people_open_a_body_and_the_first_sees_it_once(desk, second, row) -> None:
    assert "You asked. Another reviewer confirms" in text(post(desk, "ask", row.id, WHY).content.decode())
    assert "to see whether it happened" in line(second, row.id)
    told = asking(row.id)
    assert "The one who asked can look once" in text(post(second, "confirm", row.id, told).content.decode())
    assert "You can look once" in line(desk, row.id)
    seen = post(desk, "open", row.id, told)
    page = text(seen.content.decode())
    assert "card a card" in page and "for how many people 2" in page and "item ODD" in page and RAW not in page
    assert seen.headers["Cache-Control"] == "no-store" and seen.headers["Refresh"] == "900; url=/desk/held/"
    again = post(desk, "open", row.id, told)
    assert again.status_code == 409 and b"opening-over" in again.content and b"ODD" not in again.content
    assert "An earlier opening is over" in line(desk, row.id)


def test_the_one_who_asked_cannot_confirm_nor_look_before(desk, row) -> None:
    post(desk, "ask", row.id, WHY)
    for step in ("confirm", "open"):
        answer = post(desk, step, row.id, asking(row.id))
        assert answer.status_code == 422 and b"second-person-needed" in answer.content


def test_nobody_confirms_from_the_session_that_asked(desk, row, add_worker) -> None:
    post(desk, "ask", row.id, WHY)
    other = add_worker("noor", "reviewer")
    open_desk(desk, other)
    assert b"second-person-needed" in post(desk, "confirm", row.id, asking(row.id)).content


def test_a_confirmed_opening_is_over_after_fifteen_minutes(desk, second, row, now, monkeypatch) -> None:
    post(desk, "ask", row.id, WHY)
    post(second, "confirm", row.id, asking(row.id))
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(minutes=15))
    answer = post(desk, "open", row.id, asking(row.id))
    assert answer.status_code == 409 and b"ODD" not in answer.content


def test_ask_wants_a_reason(desk, row) -> None:
    answer = post(desk, "ask", row.id)
    assert answer.status_code == 422 and b"why-needed" in answer.content


@pytest.mark.parametrize("step", ["confirm", "open"])
def test_step_wants_to_know_which_asking(desk, row, step) -> None:
    assert b"not-readable" in post(desk, step, row.id, {"asking": "x"}).content
    assert post(desk, step, row.id, {"asking": str(uuid.uuid4())}).status_code == 404


# --- Ending ---


def test_resolve_takes_what_is_mended(desk, act, take, outreach, lead) -> None:
    take(act(outreach) | {"worker": str(uuid.uuid4())})
    row = models.Held.objects.get()
    assert "Handle of the worker" in line(desk, row.id)
    told = {"count": "1", "outcome": "taken"}
    assert b"1 stays held" in post(desk, "resolve", row.id, told).content
    assert b"unknown-worker" in post(desk, "resolve", row.id, told | {"handle": "nobody"}).content
    assert b"1 act was taken." in post(desk, "resolve", row.id, told | {"handle": " ash "}).content
    assert encounters.Encounter.objects.count() == 1 and models.Held.objects.count() == 0


def test_resolve_destroys_with_a_reason(desk, row) -> None:
    told = {"count": "1", "outcome": "destroyed"}
    assert b"why-needed" in post(desk, "resolve", row.id, told).content
    assert b"1 body was destroyed" in post(desk, "resolve", row.id, told | {"why": "was-a-test"}).content
    assert models.Held.objects.count() == 0
    assert post(desk, "resolve", row.id, told).status_code == 404


def test_resolve_keeps_the_first_of_two_tellings(desk, act, take, outreach) -> None:
    told = act(outreach)
    take(told)
    take(told | {"body": {"asked_for": ["other"]}})
    row = models.Held.objects.get()
    assert "Take it now" not in line(desk, row.id)
    answer = post(desk, "resolve", row.id, {"count": "1", "outcome": "first-kept"})
    assert b"The first telling stays" in answer.content and models.Held.objects.count() == 0


@pytest.mark.parametrize("told", [{"count": "x"}, {"count": "0"}, {"count": "2"}, {"outcome": "burnt"}])
def test_resolve_refuses_what_the_page_does_not_offer(desk, row, told) -> None:
    answer = post(desk, "resolve", row.id, {"count": "1", "outcome": "taken"} | told)
    assert answer.status_code in {409, 422} and models.Held.objects.count() == 1


def test_resolve_says_that_a_long_line_goes_in_parts(desk, act, take, outreach, monkeypatch) -> None:
    monkeypatch.setattr(reviewing, "ACTS_AT_ONCE", 1)
    for _ in range(2):
        take(act(outreach, kind_version=9))
    assert "At most 1 at a time" in line(desk, models.Held.objects.first().id)


# --- In words ---


def words(told: Any) -> list[tuple[int, str, str]]:
    return [(one.depth, one.name, one.text) for one in opened.in_words(told)]


def test_in_words_names_fields_items_times_and_ids(site, act, outreach) -> None:
    told = act(
        outreach,
        {"given": [{"item": "COOK", "amount": 3}], "note": str(uuid.uuid4()), "returned": [{"method": "weight"}]},
    )
    assert sorted(words(told)) == [
        (0, "kind", "visit at the window"), (0, "what was told", ""), (0, "when", "2026-03-10 18:00 UTC"),
        (1, "given", ""), (1, "note", "an id"), (1, "returned", ""), (2, "how it is known", "weighed"), (2, "how many", "3"), (2, "item", "Cooker"),
    ]  # fmt: skip


@pytest.mark.parametrize("told", [None, 5, "x", [], {}, [[]], {"": None}, [{"a": [1]}]])
def test_in_words_takes_any_json(site, told) -> None:
    assert all(isinstance(one.text, str) for one in opened.in_words(told))


@pytest.mark.parametrize(
    "shape", ["{}", "{} ", "x {}.", "{}{}", "code:{}", "for {}", "the {} one", "A{}B", "12{}", "\u200b{}\u200b", "{}\n"]
)
def test_masked_shows_no_code_however_it_stands(shape) -> None:
    for _ in range(30):
        code = people.new_code()
        written = {code, code.lower(), f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}"}
        written |= {" ".join(code), "-".join(code)} if " " in shape or shape == "{}" else set()
        for one in written:
            told = opened.masked(shape.format(one, one))
            bare = re.sub(r"[^0-9A-Z]", "", told.upper())
            assert code not in bare, (shape, one, told)


def test_masked_hides_a_code_with_one_wrong_character_and_full_width_ones() -> None:
    assert opened.masked(f"for {RAW} and more") == "for a card and more"
    assert opened.masked("JG7 MCX") == opened.masked("JG7MCX") == opened.masked("ＪＧ７ＭＣＴ") == "a card"


@pytest.mark.parametrize("text", ["needle", "window visit", "40 back", "café noir", "نور"])
def test_masked_leaves_words_alone(text) -> None:
    assert opened.masked(text) == text


def test_in_words_hides_a_card_under_any_field_and_as_a_name(site) -> None:
    told = opened.in_words({"card": "anything", "participant": "ff" * 16, RAW: RAW, "note": {"card": ["x", RAW]}})
    assert [(one.name, one.text) for one in told] == [
        ("card", "a card"), ("participant", "a card"), ("a card", "a card"), ("note", ""), ("card", "a card"),
    ]  # fmt: skip


def test_in_words_shows_a_bounded_part_without_control_characters(site) -> None:
    assert len(opened.in_words(list(range(1000)))) == opened.MOST_LINES + 1
    (long,) = opened.in_words({"text": "e\u0301" * 5000})
    assert len(long.text) <= opened.LONGEST + 1
    assert opened.masked("a\x00b\u202ec\td") == "a b c d"
    deep: Any = "end"
    for _ in range(40):
        deep = {"in": deep}
    assert words(deep)[-1][2] == "…"


# --- What waits for whom ---


def test_second_reviewer_sees_on_the_home_and_the_list_what_waits_for_them(row, desk, second) -> None:
    post(desk, "ask", row.id, WHY)
    for client, said in ((second, True), (desk, False)):
        assert ("1 opening waits for you" in client.get(reverse("desk:home")).content.decode()) is said
        assert ("waits for you" in client.get(reverse("desk:held")).content.decode()) is said


def test_reviewer_says_on_which_day_an_act_without_a_time_happened(act, take, outreach, desk) -> None:
    take(act(outreach, {"given": [{"item": "COOK", "amount": 1}]}, at=""))
    held_id = models.Held.objects.get().id
    assert 'type="date"' in line(desk, held_id)
    told = {"outcome": "taken", "count": "1"}
    for bad in ("", "soon", "0001-01-01", "2026-02-31"):
        assert post(desk, "resolve", held_id, told | {"day": bad}).status_code == 422
    assert "1 act was taken" in text(post(desk, "resolve", held_id, told | {"day": "2026-03-09"}).content.decode())
    assert encounters.Encounter.objects.get().day.isoformat() == "2026-03-09"
