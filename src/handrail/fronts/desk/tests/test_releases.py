"""A manager drafts, another lets it out, a page and files appear with every blank explained; it is taken back at the same address."""

import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from handrail.core import journal
from handrail.core.journal import models as journal_models
from handrail.evidence.release import models
from handrail.evidence.release.tests import programme
from handrail.evidence.release.tests.test_actions import WEEK, lasting

from .desks import open_desk

AT = "2026-03-10T18:00:00Z"
TABLE = "/data/supplies-out/2026-W10/kind"


@pytest.fixture
def week(site: Any, outreach: Any, now: datetime) -> None:
    programme.a_week(site.id, now - timedelta(days=5), by=outreach)


def desk_of(worker: Any) -> Client:
    """A browser of one's own: two people use two."""
    return open_desk(Client(), worker)


@pytest.fixture
def mara(site: Any, now: datetime) -> Client:
    return desk_of(lasting("mara", "manager", since=now - timedelta(days=20)))


@pytest.fixture
def otto(site: Any, now: datetime) -> Client:
    return desk_of(lasting("otto", "approver", since=now - timedelta(days=20)))


def post(client: Client, name: str, *args: Any, **told: str) -> Any:
    return client.post(reverse(f"desk:{name}", args=args), {"id": str(uuid.uuid4()), "at": AT, **told})


def draft(client: Client, table: str = "supplies-out:kind", period: str = WEEK) -> Any:
    return post(client, "draft-release", table=table, period=period)


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_one_drafts_another_lets_out_and_the_page_and_files_explain_every_blank(week, mara, otto) -> None:
    answer = draft(mara)
    assert answer.status_code == 302
    row = models.Release.objects.get()
    page = text(mara.get(answer.url))
    assert "sharps containers : with it, one could work out smoking." in page
    assert "This takes two people, each at a screen of their own." in page  # beside the button that does nothing
    assert mara.get(TABLE + "/").status_code == 404
    theirs = otto.get(reverse("desk:release", args=[row.id]))
    assert "disabled" not in theirs.content.decode()
    assert post(otto, "approve-release", row.id, digest=row.digest).status_code == 302
    public = text(Client().get(TABLE + "/"))
    assert "smoking not told a" in public and "sharps containers not told b" in public
    assert "syringes 310" in public and "all 348" in public
    assert "a too few people" in public and "b hidden so that a small number beside it cannot be worked out" in public
    assert "Not for saying what people use" in public
    csv = Client().get(TABLE + ".csv").content.decode()
    assert "smoking,2026-W10,," in csv and "too few people" in csv and "syringe,2026-W10,310,," in csv
    told = json.loads(Client().get(TABLE + ".json").content)
    assert {tuple(one["where"]): one["value"] for one in told["numbers"]}["smoking",] is None
    assert (told["licence"], told["threshold"], told["not_for"][:7]) == ("CC BY 4.0", 11, "Not for")
    assert "Supplies given out, by kind · 2026-W10 · kind" in text(Client().get("/data/"))
    for ending, head in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        file = Client().get(f"{TABLE}.{ending}")
        assert (
            file.content.startswith(head)
            and f'filename="supplies-out-2026-W10-kind.{ending}"' in file.headers["Content-Disposition"]
        )
    feeds = {ending: Client().get(f"/data/feed.{ending}") for ending in ("atom", "json")}
    assert all(f"http://testserver{TABLE}/" in feed.content.decode() for feed in feeds.values())
    assert feeds["atom"].headers["Content-Type"].startswith("application/atom+xml")


def test_what_was_taken_back_says_so_at_the_same_address(week, mara, otto) -> None:
    draft(mara)
    row = models.Release.objects.get()
    post(otto, "approve-release", row.id, digest=row.digest)
    assert "Take it back because" in text(otto.get(reverse("desk:release", args=[row.id])))
    assert post(mara, "retract-release", row.id, why="wrong-formula").status_code == 302
    public = text(Client().get(TABLE + "/"))
    assert "This table was taken back on 2026-03-10. It was counted in a wrong way." in public
    assert "310" not in public
    assert json.loads(Client().get(TABLE + ".json").content)["retracted"] == "2026-03-10"
    assert "taken back" in text(Client().get("/data/")) and "This was taken back." in text(
        mara.get(reverse("desk:release", args=[row.id]))
    )
    again = post(mara, "retract-release", row.id, why="wrong-formula")
    assert (again.status_code, "taken back before" in text(again)) == (422, True)


def test_a_refused_draft_keeps_the_choice_and_says_why(week, mara) -> None:
    answer = draft(mara, period="2026-W11")
    assert answer.status_code == 422
    assert "not over yet" in text(answer)
    assert draft(mara, table="nothing:").status_code == 422
    assert mara.post(reverse("desk:draft-release"), {"table": "supplies-out:kind"}).status_code == 422


def test_an_approval_of_another_text_is_refused_on_the_page(week, mara, otto) -> None:
    draft(mara)
    row = models.Release.objects.get()
    answer = post(otto, "approve-release", row.id, digest="another")
    assert (answer.status_code, "not the draft that you read" in text(answer)) == (409, True)
    assert "Nothing is out." in text(otto.get(reverse("desk:releases")))


def test_only_who_drafts_or_lets_out_sees_these_pages(week, mara, otto, lead, client) -> None:
    draft(mara)
    row = models.Release.objects.get()
    assert "Draft a table" in text(mara.get(reverse("desk:releases")))
    assert "Draft a table" not in text(otto.get(reverse("desk:releases")))
    assert "Draft, or let out" in text(mara.get(reverse("desk:home")))
    outsider = desk_of(lead)
    for path in (reverse("desk:releases"), reverse("desk:release", args=[row.id])):
        assert outsider.get(path).status_code == 404
        assert client.get(path).status_code == 302
    assert post(outsider, "approve-release", row.id, digest=row.digest).status_code == 422
    assert mara.get(reverse("desk:release", args=[uuid.uuid4()])).status_code == 404


def test_a_table_by_two_axes_is_laid_out_as_rows_and_columns(week, mara, otto) -> None:
    draft(mara, table="supplies-out:place,kind")
    row = models.Release.objects.get()
    post(otto, "approve-release", row.id, digest=row.digest)
    public = text(Client().get("/data/supplies-out/2026-W10/place,kind/"))
    assert "Riverside not told b not told a 310 348" in public
    assert (
        Client()
        .get("/data/supplies-out/2026-W10/place,kind.csv")
        .content.decode()
        .startswith("place,kind,period,units")
    )


@pytest.mark.django_db
def test_the_open_data_page_is_calm_where_nothing_is_out_and_a_wrong_address_is_none(client) -> None:
    page = text(client.get("/data/"))
    assert "Nothing has come out yet." in page and "not counted yet" in page and "CC BY 4.0" in page
    for end in ("/", ".csv", ".json", ".xlsx", ".pdf", ".exe"):
        assert client.get(f"/data/visits/2026-01/place{end}").status_code == 404
    assert client.get("/data/feed.rss").status_code == 404
    assert json.loads(client.get("/data/feed.json").content)["items"] == []


@pytest.mark.scenario("trust:28")
def test_who_signs_in_on_the_drafters_screen_after_they_left_is_no_second_person_and_at_their_own_they_are(
    week, mara, site, now
) -> None:
    draft(mara)
    row = models.Release.objects.get()
    approver = lasting("otto", "approver", since=now - timedelta(days=20))
    mark = mara.cookies["handrail_screen"]
    assert (mark["httponly"], mark["samesite"], mark["path"]) == (True, "Strict", "/desk/")
    mara.post(reverse("desk:sign-out"))
    assert mara.get(reverse("desk:home")).status_code == 302
    open_desk(mara, approver)
    page = mara.get(reverse("desk:release", args=[row.id])).content.decode()
    assert "disabled" in page and "each at a screen of their own" in page
    assert b"second-person-needed" in post(mara, "approve-release", row.id, digest=row.digest).content
    assert mara.cookies["handrail_screen"].value == mark.value
    assert post(desk_of(approver), "approve-release", row.id, digest=row.digest).status_code == 302


def test_a_ceiling_is_proposed_by_one_and_signed_by_another_on_the_page(mara, otto) -> None:
    told = {"indicator": "visits", "visits": "20", "basis": "counted", "since": "2026-01-01", "until": "2026-12-31"}
    assert "visits without a card count as one person" in text(mara.get(reverse("desk:releases")))
    refused = post(mara, "propose-ceiling", **(told | {"visits": "0"}))
    assert (refused.status_code, "1 to 366 visits" in text(refused)) == (422, True)
    assert 'value="2026-12-31"' in refused.content.decode()  # what was typed stands
    assert post(mara, "propose-ceiling", **(told | {"until": "soon"})).status_code == 422
    assert post(mara, "propose-ceiling", **told).status_code == 302
    page = mara.get(reverse("desk:releases")).content.decode()
    assert "waits for a second person" in page and "disabled" in page
    one = models.Ceiling.objects.get()
    assert b"second-person-needed" in post(mara, "sign-ceiling", one.id).content
    assert "one person comes at most 20 times a month, from 2026-01-01 until 2026-12-31 (counted at the door)" in text(
        otto.get(reverse("desk:releases"))
    )
    assert post(otto, "sign-ceiling", one.id).status_code == 302
    assert "Signed on 2026-03-10." in text(mara.get(reverse("desk:releases")))


def test_who_opens_a_shift_on_the_drafters_screen_is_no_second_person(week, mara, site, now) -> None:
    draft(mara)
    row = models.Release.objects.get()
    open_desk(mara, lasting("otto", "approver", since=now - timedelta(days=20)))
    assert b"second-person-needed" in post(mara, "approve-release", row.id, digest=row.digest).content


def test_an_open_week_is_shown_inside_as_preliminary_and_taken_only_for_a_reason(
    site, outreach, mara, otto, lead, now
) -> None:
    programme.a_week(site.id, now, by=outreach)
    page = text(mara.get(reverse("desk:so-far"), {"table": "supplies-out:place,kind"}))
    assert "Internal, not released." in page and "2026-W11 preliminary: not over yet internal, not released" in page
    assert "Riverside 30 8 310 348" in page  # exact, small ones too
    assert draft(mara, period="2026-W11").status_code == 422
    told = {"table": "supplies-out:place,kind"}
    assert b"why-needed" in post(mara, "take-so-far", **told).content
    assert not journal_models.OpenEntry.objects.filter(kind="release.take-out").exists()
    sheet = post(mara, "take-so-far", **told, why="audit").content.decode().splitlines()
    assert sheet[:2] == ['"internal, not released",taken for: audit', "place,kind,period,units"]
    assert "Riverside,smoking,2026-W11 (preliminary),8" in sheet
    taken = journal.find(journal_models.OpenEntry.objects.get(kind="release.take-out").id)
    assert taken and taken.body == {"what": "figures-so-far", "why": "audit"}
    assert mara.get(reverse("desk:so-far"), {"table": "people:street"}).status_code == 422
    assert otto.get(reverse("desk:so-far")).status_code == 404  # who only lets out sees only that
    assert desk_of(lead).get(reverse("desk:so-far")).status_code == 404
    assert post(otto, "take-so-far", **told, why="audit").status_code == 422


def test_people_of_two_places_are_never_added_inside_either(site, other_site, outreach, mara, now) -> None:
    programme.a_week(site.id, now, by=outreach)
    page = text(mara.get(reverse("desk:so-far"), {"table": "participants-seen:place"}))
    assert "Riverside 30" in page and "all 30" not in page


def test_a_manager_places_a_site_in_a_region_on_the_page(site, mara, otto) -> None:
    assert "Riverside : in no region" in text(mara.get(reverse("desk:releases")))
    assert post(mara, "place-site", site=str(site.id), region="North").status_code == 302
    assert "Riverside : North" in text(otto.get(reverse("desk:releases")))
    assert "Place a site" not in text(otto.get(reverse("desk:releases")))
    assert post(mara, "place-site", site="nowhere", region="North").status_code == 422
