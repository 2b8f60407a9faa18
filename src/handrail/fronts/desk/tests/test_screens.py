"""Each screen, tried by a worker of the site, a worker of another site, and nobody."""

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from handrail.core.encounters import actions as encounters
from handrail.core.encounters import models as encounter_models
from handrail.core.encounters import routes
from handrail.core.journal import models as journal_models
from handrail.core.supplies import queries as stock
from handrail.fronts.console import programme

from .desks import AT, HX, send

FIVE = {
    f"{name}.{n}": str(value + n)
    for n in range(5)
    for name, value in (("gross_g", 1000), ("tare_g", 100), ("syringes", 90))
}
SCREENS = [  # name, method, what is told
    ("window", "get", {}), ("fill", "post", {}), ("card", "post", {"card": "JG7MCT"}), ("visit", "post", {"give.COOK": "5"}),
    ("undo", "post", {}), ("stock", "get", {}), ("receive", "post", {"item": "COOK", "amount": "9"}),
    ("count", "post", {"found.COOK::0": "9"}), ("stock-sheet", "post", {"why": "counting"}),
    ("cards", "get", {}), ("issue-cards", "post", {"sheets": "1"}),
    ("devices", "get", {}), ("invite-device", "post", {"label": "Van 2", "kind": "van-tablet"}),
    ("revoke-device", "post", {"reason": "lost"}),
    ("returns", "get", {}), ("weigh-bin", "post", {"gross_g": "900", "tare_g": "100"}),
    ("calibrate", "post", FIVE), ("area-return", "post", {"source": "found", "amount": "3"}),
    ("week", "get", {}), ("amounts", "get", {}), ("set-amounts", "post", {"basis": "need"}), ("because", "post", {"because": "lost"}),
    ("told", "get", {}), ("tell", "post", {"doses": "1"}),
    ("place", "get", {}), ("choose-place", "post", {"channel": "pharmacy"}),
    ("add-stop", "post", {"route": "Van", "name": "North", "area": "Docks"}), ("end-stop", "post", {}),
    ("recalls", "get", {}), ("stock-places", "get", {}), ("open-place", "post", {"kind": "bag", "name": "Bag 7"}),
]  # fmt: skip
LEAD_ON = {
    "receive", "count", "revoke-device", "choose-place", "add-stop", "end-stop", "open-place", "set-amounts", "because",
}  # fmt: skip
UNRECORDED = {"choose-place"}  # no act: nothing to send again
DEMO = "Demo. Not for real people."


@pytest.mark.parametrize(("name", "method", "told"), SCREENS, ids=[one[0] for one in SCREENS])
def test_screen_answers_a_worker_of_the_site(desk, site, visit, lead, now, device, name, method, told) -> None:
    if name == "undo":
        draft = visit()
        encounters.record_visit(draft, by=lead, received_at=now)
        told = {"visit": str(draft.id)}
    if name == "weigh-bin":
        send(desk, "calibrate", site, FIVE)
    if name == "revoke-device":
        told = told | {"device": str(device.id)}
    if name == "end-stop":
        send(desk, "add-stop", site, {"route": "Van", "name": "North", "area": "Docks"})
        told = {"stop": str(routes.stops(site.id)[0].id)}
    answer = send(desk, name, site, told, method=method)
    assert answer.status_code == (302 if name in LEAD_ON else 200)


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


@pytest.mark.parametrize(
    ("name", "method", "told"), [one for one in SCREENS if one[1] == "post" and one[0] not in UNRECORDED], ids=str
)
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


@pytest.mark.scenario("trust:30")
def test_a_demo_says_so_on_every_page_and_in_print(desk, site, settings) -> None:
    own = [reverse(f"desk:{name}", args=[site.id]) for name, method, _ in SCREENS if method == "get"]
    pages = ["/", "/desk/", "/desk/sign-in", "/app/", *own]
    assert not any(DEMO in desk.get(page).content.decode() for page in pages)
    settings.DEMO = True
    assert [page for page in pages if DEMO not in desk.get(page).content.decode()] == []
    style = Path(str(finders.find("ui/tokens.css"))).read_text(encoding="utf-8")
    assert ".demo { border" in style[style.index("@media print") :]


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
    assert "'=cmd|" in send(desk, "stock-sheet", site, {"why": "audit"}).content.decode()


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
