"""Each screen, tried by a worker of the site, a worker of another site, and nobody."""

import re
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.test.signals import template_rendered
from django.urls import reverse

import handrail
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import models as encounter_models
from handrail.core.journal import models as journal_models
from handrail.core.org import actions as org
from handrail.core.org import models as org_models
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules
from handrail.fronts.console import programme
from handrail.fronts.desk import catalogue, urls

from .held import desk_of, open_and_end

AT = "2026-03-10T18:00:00Z"
SCREENS = [  # name, method, what is told
    ("window", "get", {}), ("fill", "post", {}), ("card", "post", {"card": "JG7MCT"}), ("visit", "post", {"give.COOK": "5"}),
    ("undo", "post", {}), ("stock", "get", {}), ("receive", "post", {"item": "COOK", "amount": "9"}),
    ("count", "post", {"found.COOK::0": "9"}), ("stock-sheet", "get", {"why": "counting"}),
    ("cards", "get", {}), ("issue-cards", "post", {"sheets": "1"}),
    ("devices", "get", {}), ("invite-device", "post", {"label": "Van 2", "kind": "van-tablet"}),
    ("revoke-device", "post", {"reason": "lost"}),
]  # fmt: skip
ELSEWHERE = {"removal", "remove", "holding", "set-hold", "lift-hold"}  # test_removal tries them
HX = {"HX-Request": "true"}


def send(
    client: Client, name: str, site: Any, told: dict[str, Any] | None = None, *, method: str = "post", **headers: str
) -> Any:
    frame = {} if method == "get" else {"id": str(uuid.uuid4()), "at": AT, "served_for": "1"}
    return getattr(client, method)(reverse(f"desk:{name}", args=[site.id]), frame | (told or {}), headers=headers)


@pytest.fixture
def desk(signed_in: Any, lead: Any) -> Client:
    """The desk of a lead of the site."""
    begun: Client = signed_in(lead)
    return begun


def test_every_address_that_names_a_site_is_tried_here() -> None:
    named = {one.name for one in urls.urlpatterns if "site_id" in str(one.pattern)} - ELSEWHERE
    assert {name for name, _, _ in SCREENS} >= named


@pytest.mark.parametrize(("name", "method", "told"), SCREENS, ids=[one[0] for one in SCREENS])
def test_screen_answers_a_worker_of_the_site(desk, site, visit, lead, now, device, name, method, told) -> None:
    if name == "undo":
        draft = visit()
        encounters.record_visit(draft, by=lead, received_at=now)
        told = {"visit": str(draft.id)}
    if name == "revoke-device":
        told = told | {"device": str(device.id)}
    answer = send(desk, name, site, told, method=method)
    assert answer.status_code == (302 if name in {"receive", "count", "revoke-device"} else 200)


@pytest.mark.parametrize(("name", "method", "told"), SCREENS, ids=[one[0] for one in SCREENS])
def test_screen_gives_a_worker_of_another_site_nothing(
    signed_in, add_worker, other_site, site, name, method, told
) -> None:
    client = signed_in(add_worker("kit", "lead", "stock", at=other_site))
    answer = send(client, name, site, told, method=method)
    assert answer.status_code == (404 if method == "get" else 422)
    assert b"Riverside" not in answer.content
    assert (
        encounter_models.Encounter.objects.count()
        == journal_models.OpenEntry.objects.filter(journal="anonymous").count()
        == 0
    )


@pytest.mark.parametrize(("name", "method", "told"), SCREENS, ids=[one[0] for one in SCREENS])
def test_screen_gives_nobody_nothing(client, site, name, method, told) -> None:
    answer = send(client, name, site, told, method=method)
    if method == "get":
        assert answer.status_code == 302 and answer.headers["Location"] == reverse("desk:sign-in")
    else:
        assert answer.status_code == 401 and b"sign-in-first" in answer.content
    assert encounter_models.Encounter.objects.count() == 0 and b"Riverside" not in answer.content


@pytest.mark.parametrize(("name", "method", "told"), SCREENS, ids=[one[0] for one in SCREENS])
def test_screen_knows_no_site_that_does_not_stand(desk, site, name, method, told) -> None:
    answer = send(desk, name, type(site)(uuid.UUID(int=9), "x", "Etc/UTC"), told, method=method)
    assert answer.status_code == (404 if method == "get" else 422)


@pytest.mark.parametrize(("name", "method", "told"), [one for one in SCREENS if one[1] == "post"], ids=str)
def test_screen_refuses_a_form_without_its_frame(desk, site, name, method, told) -> None:
    answer = desk.post(reverse(f"desk:{name}", args=[site.id]), told | {"id": "x"})
    assert answer.status_code == 422 and b"not-readable" in answer.content


@pytest.mark.parametrize("name", ["home", "held"])
def test_screen_without_a_site_sends_nobody_to_sign_in(client, site, name) -> None:
    assert client.get(reverse(f"desk:{name}")).headers["Location"] == reverse("desk:sign-in")


@pytest.mark.parametrize(
    "path",
    ["/", "/method-agreement/", "/desk/", "/desk/sign-in", "/desk/held/", "/nowhere", "/desk/nowhere", "/api/nowhere"],
)
def test_answer_wears_its_headers_and_is_kept_by_nobody(client, site, path) -> None:
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/method-agreement/", "/nowhere", "/api/sync"])
def test_public_answer_sets_no_cookie(client, site, path) -> None:
    assert "Set-Cookie" not in client.get(path).headers
    assert client.cookies.output() == ""


def test_nothing_in_a_page_needs_an_inline_script_or_style(desk, site) -> None:
    for name in ("window", "stock", "cards"):
        page = send(desk, name, site, method="get").content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", page)


# --- Home ---


def test_home_shows_the_sites_of_this_worker_and_their_day(desk, site, other_site, visit, lead, now) -> None:
    encounters.record_visit(
        visit({"given": [{"item": "SYR-INS-28-1", "amount": 10}], "served_for": 3}), by=lead, received_at=now
    )
    page = desk.get(reverse("desk:home")).content.decode()
    assert "Riverside" in page and "Harbour" not in page
    assert dict(re.findall(r'data-count="(\w+)">(\d+)<', page)) == {"visits": "1", "served": "3", "sets": "10"}


def test_home_of_a_worker_without_a_role_says_so(signed_in, add_worker) -> None:
    assert "You hold no role" in signed_in(add_worker("kit")).get(reverse("desk:home")).content.decode()


def test_home_tells_of_held_acts_to_those_who_review_them(
    client, signed_in, site, other_site, lead, outreach, add_worker, act, take
) -> None:
    take(act(outreach, kind_version=9))
    elsewhere = add_worker("sam", "lead", at=other_site)
    told = [
        b"held for review" in signed_in(worker).get(reverse("desk:home")).content
        for worker in (lead, outreach, elsewhere)
    ]
    assert told == [True, False, False]


# --- Signing in ---


@pytest.mark.parametrize("handle", ["ash", "nobody", "ash\x00", "<b>x</b>", "=cmd"])
def test_sign_in_answers_wrong_ones_alike_and_keeps_the_handle(client, outreach, handle) -> None:
    answer = client.post(reverse("desk:sign-in"), {"handle": handle, "password": "not the password"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "wrong-sign-in" in page
    assert "<b>x" not in page and "not the password" not in page and (handle != "=cmd" or 'value="=cmd"' in page)


def test_sign_in_locked_out_answers_429(client, outreach) -> None:
    for _ in range(5):
        client.post(reverse("desk:sign-in"), {"handle": "ash", "password": "wrong"})
    assert client.post(reverse("desk:sign-in"), {"handle": "ash", "password": "ash password long"}).status_code == 429


def test_sign_out_ends_the_session(desk) -> None:
    assert desk.post(reverse("desk:sign-out")).headers["Location"] == reverse("desk:sign-in")
    assert desk.get(reverse("desk:home")).status_code == 302


def test_sign_out_is_no_get(desk) -> None:
    assert desk.get(reverse("desk:sign-out")).status_code == 405


def test_session_ends_when_the_stamp_changes(desk, lead) -> None:
    org_models.Worker.objects.filter(pk=lead.id).update(stamp=uuid.uuid4())
    assert desk.get(reverse("desk:home")).status_code == 302


def test_session_ends_when_the_worker_leaves(desk, lead) -> None:
    org_models.Worker.objects.filter(pk=lead.id).update(active=False)
    assert desk.get(reverse("desk:home")).status_code == 302


def test_session_loses_a_withdrawn_role_at_once(desk, lead, site) -> None:
    org_models.Role.objects.filter(worker_id=lead.id).delete()
    assert send(desk, "window", site, method="get").status_code == 404
    assert (
        send(desk, "visit", site, {"give.COOK": "5"}).status_code == 422
        and encounter_models.Encounter.objects.count() == 0
    )


def test_form_without_its_token_saves_nothing(signed_in, lead, site) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(lead).cookies
    answer = send(client, "visit", site, {"give.COOK": "5"})
    assert (
        answer.status_code == 422
        and b"stale-form" in answer.content
        and encounter_models.Encounter.objects.count() == 0
    )


# --- The window ---


@pytest.mark.scenario("frontline:S4")
def test_window_starts_with_no_code(desk, site) -> None:
    page = send(desk, "window", site, method="get").content.decode()
    assert re.search(r'<input id="card" name="card" value=""', page)
    assert not re.search(r"card_\w+|required[^>]*name=\"card\"", page)


@pytest.mark.scenario("frontline:S4")
def test_visit_without_a_code_sets_no_cookie(desk, site) -> None:
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


# --- Stock ---


def test_receive_and_count_change_the_shelf_and_the_sheet(desk, site) -> None:
    send(desk, "receive", site, {"item": "COOK", "amount": "100"})
    send(desk, "count", site, {"found.COOK::100": "97", "found.SWAB::0": ""})
    assert [(row.item, row.balance) for row in stock.on_shelf(site.id)] == [("COOK", 97)]
    assert send(desk, "stock-sheet", site, method="get").status_code == 422  # no reason, no sheet
    sheet = send(desk, "stock-sheet", site, {"why": "counting"}, method="get")
    assert sheet.headers["Content-Type"].startswith("text/csv") and sheet.content.decode().startswith(
        '"internal, not released",taken for: counting\r\n'
    )
    assert ",97," in sheet.content.decode()


@pytest.mark.parametrize(("second", "total"), [("30", 70), ("", 65)])
def test_count_of_every_lot_settles_what_was_given_without_reading_one(desk, site, second, total) -> None:
    for lot, amount in (("A17", "50"), ("B02", "30")):
        send(desk, "receive", site, {"item": "NAL-NS-4", "amount": amount, "lot": lot})
    send(desk, "visit", site, {"give.NAL-NS-4": "5"})
    first, other = (str(stock_rules.lot_id("NAL-NS-4", lot)) for lot in ("A17", "B02"))
    counted = {f"found.NAL-NS-4:{first}:50": "40", f"found.NAL-NS-4:{other}:30": second, "found.NAL-NS-4::-5": ""}
    send(desk, "count", site, counted)
    assert sum(row.balance for row in stock.on_shelf(site.id)) == total


@pytest.mark.parametrize("name", ["receive", "count"])
def test_stock_form_sent_twice_counts_once_and_with_another_body_is_held(desk, site, name) -> None:
    told = {
        "receive": {"item": "COOK", "amount": "9"},
        "count": {"found.COOK::0": "9"},
    }[name]
    told = told | {"id": str(uuid.uuid4())}
    assert [send(desk, name, site, told).status_code for _ in range(2)] == [302, 302]
    assert send(desk, name, site, told | {"amount": "8", "found.COOK::0": "8"}).status_code == 409
    assert stock.on_shelf(site.id)[0].balance == 9 and journal_models.Held.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("receive", {"item": "COOK", "amount": ""}, "bad-amount"), ("receive", {"item": "COOK", "amount": "-1"}, "bad-amount"),
        ("receive", {"item": "NO-SUCH", "amount": "1"}, "unknown-item"), ("receive", {"item": "A\x00", "amount": "1"}, "not-canonical"),
        ("receive", {"item": "NAL-NS-4", "amount": "1"}, "lot-needed"), ("receive", {"item": "NAL-NS-4", "amount": "1", "lot": "x" * 41}, "bad-lot"),
        ("receive", {"item": "NAL-NS-4", "amount": "1", "lot": "A17", "expires": "soon"}, "not-readable"),
        ("count", {}, "nothing-counted"), ("count", {"found.COOK::0": " "}, "nothing-counted"),
        ("count", {"found.COOK::0": "x"}, "bad-amount"), ("count", {"found.COOK": "1"}, "bad-amount"),
        ("count", {"found.COOK::0": "1", "found.COT::0": "-1"}, "bad-amount"),
        ("count", {"found.A\x00::0": "1"}, "not-canonical"),
        ("count", {f"found.COOK:{uuid.UUID(int=9)}:0": "1"}, "unknown-lot"),
    ],
)  # fmt: skip
def test_stock_form_refused_answers_422_with_the_code(desk, site, name, told, code) -> None:
    answer = send(desk, name, site, told)
    assert answer.status_code == 422 and f"<code>{code}</code>" in answer.content.decode()
    assert stock.plain_sum(stock.accounts_of(site.id)) == {}


def test_stock_flags_a_shelf_below_zero_and_a_lot_past_its_day(desk, site) -> None:
    send(desk, "visit", site, {"give.SYR-INS-28-1": "10"})
    send(desk, "receive", site, {"item": "SWAB", "amount": "9", "lot": "S-20", "expires": "2026-03-09"})
    page = send(desk, "stock", site, method="get").content.decode()
    assert (
        "below zero: count this shelf" in page and "past date" in page and "<strong data-balance>-10</strong>" in page
    )


def test_stock_is_seen_at_the_window_and_received_by_its_keeper(signed_in, outreach, site) -> None:
    client = signed_in(outreach)
    page = send(client, "stock", site, method="get").content.decode()
    assert reverse("desk:receive", args=[site.id]) not in page
    assert (
        send(client, "receive", site, {"item": "COOK", "amount": "9"}).status_code == 422
        and stock.on_shelf(site.id) == []
    )


# --- Cards ---


def test_issue_cards_prints_a_sheet_once(desk, site) -> None:
    told = {"id": str(uuid.uuid4()), "sheets": "1"}
    first, second = (send(desk, "issue-cards", site, told).content.decode() for _ in range(2))
    assert first.count("data:image/svg+xml") == people.CARDS_ON_A_SHEET == first.count('class="code"')
    assert "This sheet was made before" in second and "data:image/svg" not in second


def test_issue_cards_prints_squares_that_every_camera_reads(desk, site) -> None:
    page = send(desk, "issue-cards", site, {"sheets": "1"}).content.decode()
    sizes = set(re.findall(r"width%3D%27(\d+)%27", page))
    assert sizes == {"69"}  # 21 modules (QR version 1) and a border of one, three wide; a Micro QR has 11 to 17


def test_issue_cards_says_nothing_about_where_a_card_is_from(desk, site) -> None:
    page = send(desk, "issue-cards", site, {"sheets": "1"}).content.decode()
    cards = "".join(re.findall(r"<li>.*?</li>", page, flags=re.DOTALL))
    words = set(re.sub(r"<[^>]+>", "\n", cards).split("\n")) - {""}
    assert len(words) == people.CARDS_ON_A_SHEET + 1 and not any(
        "Riverside" in word or "http" in word for word in words
    )


@pytest.mark.parametrize(("sheets", "code"), [("0", "bad-amount"), ("11", "bad-amount"), ("x", "bad-amount")])
def test_issue_cards_refuses_none_and_too_many(desk, site, sheets, code) -> None:
    answer = send(desk, "issue-cards", site, {"sheets": sheets})
    assert answer.status_code == 422 and code in answer.content.decode()


def test_issue_cards_of_a_known_id_with_another_number_is_held(desk, site) -> None:
    told = {"id": str(uuid.uuid4()), "sheets": "1"}
    send(desk, "issue-cards", site, told)
    assert send(desk, "issue-cards", site, told | {"sheets": "2"}).status_code == 409
    assert journal_models.Held.objects.get().kind == "people.issue_cards"


def test_issue_cards_is_refused_in_a_demo(desk, site) -> None:
    org.install(demo=True)
    answer = send(desk, "issue-cards", site, {"sheets": "1"})
    assert answer.status_code == 422 and b"demo-prints-no-cards" in answer.content


# --- Hostile text and bodies ---


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\u202egnp.exe", "=cmd|' /C calc'!A0", "{{ worker }}", 'a" onload="x']
)
def test_text_of_strangers_is_shown_as_text(signed_in, add_worker, name, now) -> None:
    from handrail.core.org import queries as org_queries

    place = org_queries.site(programme._open_site(name, "Etc/UTC", new_id=uuid.uuid4))
    client = signed_in(add_worker(f"{name}!", "lead", "stock", at=place))
    send(client, "receive", place, {"item": "SWAB", "amount": "5", "lot": name})
    pages = [
        client.get(reverse("desk:home")),
        *(send(client, screen, place, method="get") for screen in ("window", "stock", "cards")),
    ]
    pages += [send(client, "visit", place, {"card": name}), send(client, "visit", place, {"give.SWAB": "1"})]
    for page in pages:
        text = page.content.decode()
        assert (
            "<script>alert" not in text and 'a" onload' not in text and "<Worker" not in text and "Worker(" not in text
        )


def test_sheet_tells_a_formula_as_text(desk, site) -> None:
    send(desk, "receive", site, {"item": "SWAB", "amount": "5", "lot": "=cmd|' /C calc'!A0"})
    assert "'=cmd|" in send(desk, "stock-sheet", site, {"why": "audit"}, method="get").content.decode()


@pytest.mark.parametrize("lot", ["A\x0017", "A\n17", "e\u0301"])
def test_receive_refuses_a_lot_code_that_is_no_plain_line(desk, site, lot) -> None:
    assert send(desk, "receive", site, {"item": "SWAB", "amount": "5", "lot": lot}).status_code == 422
    assert stock.on_shelf(site.id) == []


def test_body_of_200_megabytes_is_refused_unread(desk, site) -> None:
    class Unread:
        def read(self, *size: int) -> bytes:
            raise AssertionError

        readline = read

    told = {"CONTENT_LENGTH": "200000000", "wsgi.input": Unread()}
    answer = desk.post(reverse("desk:visit", args=[site.id]), **told)
    assert answer.status_code == 422 and b"too-large" in answer.content


def test_upload_is_refused_whole(desk, site) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    told = {
        "id": str(uuid.uuid4()),
        "at": AT,
        "served_for": "1",
        "give.COOK": "5",
        "file": SimpleUploadedFile("x.exe", b"MZ\x00" * 1000),
        "give.FTS": "1",
    }
    answer = desk.post(reverse("desk:visit", args=[site.id]), told)
    assert (
        answer.status_code == 422
        and b"not-readable" in answer.content
        and encounter_models.Encounter.objects.count() == 0
    )


def test_broken_page_says_whose_fault_it_is(desk, site, monkeypatch) -> None:
    def broken(*told: Any, **named: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(stock, "on_shelf", broken)
    desk.raise_request_exception = False
    answer = send(desk, "stock", site, method="get")
    assert answer.status_code == 500 and b"our-fault" in answer.content and b"ZeroDivision" not in answer.content


def test_busy_database_asks_to_send_again(desk, site, monkeypatch) -> None:
    from django.db import OperationalError

    def busy(*told: Any, **named: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(encounters, "record_visit", busy)
    answer = send(desk, "visit", site, {"give.COOK": "1"}, **HX)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "2" and b"busy" in answer.content


# --- Templates ---


def _walk_signing_in(desk: Client, signed_in: Any, step_up: Any, lead: Any, site: Any) -> None:
    """Show every page of signing in, and of devices."""
    send(desk, "devices", site, method="get")
    send(desk, "invite-device", site, {"label": "Van", "kind": "phone"})
    desk.get(reverse("desk:shift"))
    handle = {"handle": "robin", "password": "robin password long"}
    for name, steps in (
        ("own-password", None),
        ("set-up", {"again": "robin password long"} | handle),
        ("pin", None),
    ):
        desk.post(reverse("desk:sign-in"), handle)
        desk.post(reverse("desk:own-password"), steps or {})
        desk.get(reverse(f"desk:{name}"))
    step_up(lead)
    desk.post(reverse("desk:sign-in"), handle)
    desk.get(reverse("desk:code"))
    signed_in(lead).get(reverse("desk:home"))
    desk.get(reverse("desk:unlock"))
    org_models.Worker.objects.update(totp=b"", pin="")
    desk.post(reverse("desk:sign-in"), handle)
    session = desk.session
    session["pending"] = session["pending"] | {"proved": "totp"}
    session.save()
    desk.get(reverse("desk:pin"))


def test_every_template_is_rendered(client, signed_in, step_up, lead, add_worker, site, take, device, settings) -> None:
    seen: set[str] = set()

    def note(template: Any, **_: Any) -> None:
        seen.add(str(template.name))

    template_rendered.connect(note)
    try:
        client.get("/desk/sign-in")
        client.get("/nowhere")
        client.get("/nowhere", headers=HX)
        desk, told = signed_in(lead), {"id": str(uuid.uuid4()), "give.SYR-INS-28-1": "1", "returned.said": "2"}
        take(None)
        send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "9", "lot": "A17"})
        for headers in ({}, HX):
            send(desk, "visit", site, told | {"id": str(uuid.uuid4())}, **headers)
            send(desk, "visit", site, told, **headers)
            send(desk, "visit", site, {}, **headers)
            send(desk, "undo", site, {"visit": told["id"]}, **headers)
            send(desk, "card", site, {"card": "JG7MCT"}, **headers)
        for name in ("home", "held"):
            desk.get(reverse(f"desk:{name}"))
        for name in ("window", "stock", "cards"):
            send(desk, name, site, method="get")
        send(desk, "issue-cards", site, {"sheets": "1"})
        open_and_end(desk_of(lead), desk_of(add_worker("noor", "reviewer")), take)
        counsel = desk_of(add_worker("quinn", "counsel-liaison"))
        hold = {"since": "2026-03-01", "last": "2026-03-09", "reference": "H-17", "sure": "1"}
        send(counsel, "set-hold", site, hold)
        send(counsel, "holding", site, method="get")
        send(desk, "removal", site, method="get")
        settings.REACH = replace(settings.REACH, trust={"address": "http://riverside.local/trust", "fingerprint": "AB"})
        _walk_signing_in(signed_in(lead), signed_in, step_up, lead, site)
    finally:
        template_rendered.disconnect(note)
    source = Path(handrail.__file__).parent
    wanted = {
        f"{folder}/{file.name}"
        for place, folder in (("fronts/desk", "desk"), ("core/ui", "ui"))
        for file in (source / place / "templates" / folder).glob("*.html")
    }
    elsewhere = {"desk/releases.html", "desk/release.html", "ui/_released.html"}  # rendered in test_releases
    elsewhere |= {"desk/planning.html", "desk/_planning_picture.html"}  # in test_planning
    assert wanted - seen - elsewhere == set()
