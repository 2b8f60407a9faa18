"""The window: visits, cards, undo, by page and by fragment."""

import re
import uuid

import pytest
from django.urls import reverse

from handrail.core.encounters import actions as encounters
from handrail.core.encounters import models as encounter_models
from handrail.core.journal import models as journal_models
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules
from handrail.fronts.desk import catalogue

from .desks import AT, HX, send


@pytest.mark.scenario("frontline:S4")
def test_window_starts_with_no_code(desk, site) -> None:
    page = send(desk, "window", site, method="get").content.decode()
    assert re.search(r'<input id="card" name="card" value=""', page)
    assert not re.search(r"card_\w+|required[^>]*name=\"card\"", page)


@pytest.mark.scenario("frontline:S4")
def test_visit_without_a_code_sets_no_cookie(desk, site) -> None:
    desk.get(reverse("desk:home"))  # a browser gets the mark of its screen once
    answer = send(desk, "visit", site, {"give.COOK": "5"})
    assert answer.status_code == 200
    assert set(answer.cookies) <= {"csrftoken"}  # the worker's form token; nothing about who was served


def test_fill_puts_a_preset_in_and_saves_nothing(desk, site) -> None:
    preset = stock.presets(site.id)[0]
    page = send(desk, "fill", site, {"preset": str(preset.id), "give.COOK": "3"}).content.decode()
    assert 'name="give.SYR-INS-28-1" value="10"' in page and 'name="give.COOK" value="3"' in page
    assert encounter_models.Encounter.objects.count() == 0


@pytest.mark.parametrize("preset", ["", "x", str(uuid.UUID(int=9))])
def test_fill_of_no_preset_changes_nothing(desk, site, preset) -> None:
    assert (
        'name="give.COOK" value="3"' in send(desk, "fill", site, {"preset": preset, "give.COOK": "3"}).content.decode()
    )


@pytest.mark.parametrize("headers", [{}, HX], ids=["page", "fragment"])
def test_card_says_known_new_or_no_code_and_creates_nothing(desk, site, visit, lead, now, headers) -> None:
    from handrail.core.people import models as people_models

    encounters.record_visit(
        visit({"given": [{"item": "COOK", "amount": 1}], "card": "JG7MCT"}), by=lead, received_at=now
    )
    told = {code: send(desk, "card", site, {"card": code}, **headers) for code in ("jg7-mct", "NK11MM", "NK11MN", "")}
    assert [one.status_code for one in told.values()] == [200, 200, 422, 200]
    assert (
        b"known card" in told["jg7-mct"].content
        and b"new card" in told["NK11MM"].content
        and b"not a code" in told["NK11MN"].content
    )
    assert not any(word in told[""].content for word in (b"known card", b"new card", b"not a code:"))
    assert people_models.Participant.objects.count() == 1


def test_card_never_tells_dates_counts_or_services(desk, site, visit, lead, now) -> None:
    encounters.record_visit(
        visit({"given": [{"item": "COOK", "amount": 77}], "card": "JG7MCT"}), by=lead, received_at=now
    )
    page = send(desk, "card", site, {"card": "JG7MCT"}, **HX).content.decode()
    assert re.sub(r"<[^>]+>", "", page).strip() == "known card"


@pytest.mark.parametrize("headers", [{}, HX], ids=["page", "fragment"])
def test_visit_is_saved_with_its_line_and_an_empty_window(desk, site, headers) -> None:
    told = {
        "give.SYR-INS-28-1": "10",
        "give.COOK": "",
        "returned_by": "said",
        "returned.said": "4",
        "served_for": "3",
        "asked_for": ["other", "FTS"],
    }
    answer = send(desk, "visit", site, told, **headers)
    page = answer.content.decode()
    assert answer.status_code == 200 and ("<!doctype" in page) == (not headers)
    assert "saved:" in page and "10 × " in page and "4 returned, as said" in page and "2 things we had none of" in page
    row = encounter_models.Encounter.objects.get()
    assert (row.served_for, row.person) == (3, "") and 'name="give.SYR-INS-28-1" value=""' in page


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"returned_by": "container", "returned.bin": "SHARPS-P", "returned.fill": "75"}, "a container 75% full returned"),
        ({"returned_by": "weight", "returned.gross": "4200", "returned.tare": "900"}, "3300 g returned"),
        ({"returned_by": "counted", "returned.pack": "SYR-INS-28-1", "returned.counted": "10"}, "10 unopened handed back"),
        ({"give.NAL-NS-4": "2"}, "2 × "), ({"asked_for": "other"}, "1 thing we had none of"), ({"card": "jg7 mct", "give.COOK": "1"}, "1 × "),
    ],
)  # fmt: skip
def test_visit_reads_back_as_one_line(desk, site, told, line) -> None:
    assert line in send(desk, "visit", site, told).content.decode()


def test_visit_takes_the_lot_of_the_open_box(desk, site) -> None:
    send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "9", "lot": "A17", "expires": "2027-01-31"})
    lot = stock_rules.lot_id("NAL-NS-4", "A17")
    assert f"{lot}:known" in send(desk, "window", site, method="get").content.decode()
    send(desk, "visit", site, {"give.NAL-NS-4": "2", "lot.NAL-NS-4": f"{lot}:known"})
    assert [(row.lot_code, row.balance) for row in stock.on_shelf(site.id)] == [("A17", 7)]


@pytest.mark.parametrize("headers", [{}, HX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, "nothing-to-save"), ({"give.COOK": "-1"}, "bad-amount"), ({"give.COOK": "1000000000"}, "bad-amount"), ({"give.COOK": "ten"}, "bad-amount"),
        ({"give.COOK": "9" * 13}, "bad-amount"), ({"give.COOK": "1", "served_for": "0"}, "bad-amount"), ({"give.COOK": "1", "served_for": "x"}, "bad-amount"),
        ({"give.NO-SUCH": "1"}, "unknown-item"), ({"give.COOK": "1", "lot.COOK": "x"}, "unknown-lot"), ({"give.COOK": "1", "card": "NK11MN"}, "not-a-code"),
        ({"returned_by": "weight", "returned.gross": "1", "returned.tare": "900"}, "bad-weight"),
        ({"give.A\x00": "1"}, "not-canonical"), ({"give.COOK": "1", "asked_for": "a\x00"}, "not-canonical"), ({"give.COOK": "1", "at": "2099-01-01T00:00:00Z"}, "date-ahead"),
        ({"give.COOK": "1", "at": "2002-01-01T00:00:00Z"}, "date-too-old"),
    ],
)  # fmt: skip
def test_visit_refused_answers_422_with_the_code(desk, site, told, code, headers) -> None:
    answer = send(desk, "visit", site, told, **headers)
    assert answer.status_code == 422 and f"<code>{code}</code>" in answer.content.decode()
    assert encounter_models.Encounter.objects.count() == 0


def test_visit_refused_keeps_what_was_typed(desk, site) -> None:
    act_id = str(uuid.uuid4())
    told = {"id": act_id, "card": "NK11MN", "give.SYR-INS-28-1": "12", "give.FTS": "3", "served_for": "5", "returned_by": "weight",
            "returned.gross": "4200", "returned.tare": "900", "asked_for": "other"}  # fmt: skip
    page = send(desk, "visit", site, told).content.decode()
    for kept in (f'name="id" value="{act_id}"', f'name="at" value="{AT}"', 'name="card" value="NK11MN"', 'name="give.SYR-INS-28-1" value="12"',
                 'name="give.FTS" value="3"', 'name="served_for" value="5" checked', 'value="weight" checked', 'value="4200"', 'value="900"',
                 'value="other" checked'):  # fmt: skip
        assert kept in page, kept


def test_visit_sent_three_times_is_one_encounter(desk, site) -> None:
    told = {"id": str(uuid.uuid4()), "give.SYR-INS-28-1": "10"}
    pages = [send(desk, "visit", site, told).content.decode() for _ in range(3)]
    assert encounter_models.Encounter.objects.count() == 1
    assert ["saved:" in page for page in pages] == [True, False, False] and "saved before:" in pages[2]
    assert [row.balance for row in stock.on_shelf(site.id)] == [-10]


def test_visit_by_fragment_gives_a_new_form_each_time(desk, site) -> None:
    pages = [send(desk, "visit", site, {"give.COOK": str(n)}, **HX).content.decode() for n in (1, 2, 3)]
    ids = [one for page in pages for one in re.findall(r'name="id" value="([^"]+)"', page)]
    assert (
        len(ids) == len(set(ids)) == 6
        and [f"{n} × Cooker" in page for n, page in enumerate(pages, start=1)] == [True] * 3
    )
    assert not any("belongs-here" in page or "00000000-0000" in page for page in pages)


def test_visit_by_fragment_shows_a_lot_that_was_received_meanwhile(desk, site) -> None:
    send(desk, "visit", site, {"give.COOK": "1"}, **HX)
    send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "9", "lot": "A17"})
    assert "open box A17" in send(desk, "visit", site, {"give.COOK": "1"}, **HX).content.decode()


def test_visit_by_fragment_answers_lightly_while_nothing_else_can_be_given(desk, site) -> None:
    page = desk.get(f"/desk/window/{site.id}/").content.decode()
    edition = re.search(r'name="edition" value="(\w+)"', page).group(1)
    answer = send(desk, "visit", site, {"give.COOK": "1", "edition": edition}, **HX).content.decode()
    assert (
        "data-saved" in answer and f'value="{edition}"' in answer and "<form id=" not in answer and len(answer) < 2000
    )


def test_visit_by_fragment_carries_the_form_token_of_its_own_session(signed_in, lead, outreach, site) -> None:
    tokens = []
    for worker in (lead, outreach):
        page = send(signed_in(worker), "visit", site, {"give.COOK": "1"}, **HX).content.decode()
        tokens.append(set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)))
    assert all(len(one) == 1 and len(next(iter(one))) == 64 for one in tokens) and tokens[0] != tokens[1]


def test_visit_of_a_known_id_with_another_body_is_held_and_seen_by_a_lead_only(
    signed_in, client, site, lead, outreach
) -> None:
    told = {"id": str(uuid.uuid4()), "give.SYR-INS-28-1": "10"}
    desk = signed_in(outreach)
    send(desk, "visit", site, told)
    answer = send(desk, "visit", site, told | {"give.SYR-INS-28-1": "20"})
    assert answer.status_code == 409 and b"<code>conflict</code>" in answer.content
    assert [row.balance for row in stock.on_shelf(site.id)] == [
        -10
    ] and journal_models.Held.objects.get().reason == "conflict"
    assert b"<code>conflict</code>" not in desk.get(reverse("desk:held")).content
    assert b"<code>conflict</code>" in signed_in(lead).get(reverse("desk:held")).content


@pytest.mark.parametrize("headers", [{}, HX], ids=["page", "fragment"])
def test_undo_takes_a_visit_back_and_says_so(desk, site, headers) -> None:
    told = {"id": str(uuid.uuid4()), "give.SYR-INS-28-1": "10"}
    send(desk, "visit", site, told)
    answer = send(desk, "undo", site, {"visit": told["id"]}, **headers)
    page = answer.content.decode()
    assert (
        answer.status_code == 200
        and "taken back:" in page
        and "10 × " in page
        and ("<!doctype" in page) == (not headers)
    )
    assert stock.on_shelf(site.id)[0].balance == 0


@pytest.mark.parametrize("headers", [{}, HX], ids=["page", "fragment"])
def test_undo_from_two_copies_of_a_page_is_refused_the_second_time(desk, site, headers) -> None:
    told = {"id": str(uuid.uuid4()), "give.SYR-INS-28-1": "10"}
    undone = [
        re.search(
            r'name="id" value="([^"]+)"><input[^>]*name="at"[^>]*><input[^>]*name="visit"',
            send(desk, "visit", site, told).content.decode(),
        )
        for _ in range(2)
    ]
    answers = [send(desk, "undo", site, {"id": one.group(1), "visit": told["id"]}, **headers) for one in undone if one]
    assert len(answers) == 2 and answers[1].status_code == 422 and b"undone-already" in answers[1].content


def test_undo_of_a_known_id_with_another_visit_is_held(desk, site) -> None:
    told = [{"id": str(uuid.uuid4()), "give.COOK": "1"} for _ in range(2)]
    for one in told:
        send(desk, "visit", site, one)
    act_id = str(uuid.uuid4())
    answers = [send(desk, "undo", site, {"id": act_id, "visit": one["id"]}) for one in told]
    assert [one.status_code for one in answers] == [
        200,
        409,
    ] and journal_models.Held.objects.get().kind == "window.undo"


@pytest.mark.parametrize("headers", [{}, HX], ids=["page", "fragment"])
@pytest.mark.parametrize("visit_id", ["", "x", str(uuid.UUID(int=9))])
def test_undo_of_nothing_is_refused(desk, site, visit_id, headers) -> None:
    answer = send(desk, "undo", site, {"visit": visit_id}, **headers)
    assert answer.status_code == 422 and b"nothing-to-undo" in answer.content


def test_line_of_what_is_no_visit_is_empty(site, lead) -> None:
    assert catalogue.line(None) == ""
