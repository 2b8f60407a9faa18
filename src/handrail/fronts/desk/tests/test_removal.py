"""The removal of a card and legal holds, as screens: by a worker of the site, one of another site, and nobody."""

import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from handrail.core.common import keys
from handrail.core.encounters import actions, models
from handrail.core.journal import holds, sealing
from handrail.core.journal import models as journal
from handrail.core.people import queries
from handrail.core.people import rules as people

CARD = "JG7MCT"


@pytest.fixture
def came(fresh_keys: None, visit: Any, outreach: Any, now: datetime) -> None:
    body = {"given": [{"item": "SYR-INS-28-1", "amount": 10}], "card": CARD}
    for back in (3, 2):
        actions.record_visit(visit(body, at=now - timedelta(days=back)), by=outreach, received_at=now)
    sealing.seal_day(now.date() - timedelta(days=1))
    actions.record_visit(visit(body), by=outreach, received_at=now)


@pytest.fixture
def quinn(add_worker: Any) -> Any:
    return add_worker("quinn", "counsel-liaison")


def form(**told: str) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "at": "2026-03-10T18:00:00Z"} | told


def known(site: Any) -> bool:
    return queries.is_known(people.pseudonym(CARD, site_id=site.id, ring=keys.ring()))


def held(client: Any, site: Any, **told: str) -> Any:
    return client.post(
        f"/desk/holds/{site.id}/set", form(since="2026-03-01", last="2026-03-09", reference="H-17", **told)
    )


def test_remove_unlinks_a_card_within_two_seconds(came, signed_in, outreach, site, every_cell) -> None:
    client = signed_in(outreach)
    began = time.perf_counter()
    page = client.post(f"/desk/removal/{site.id}/card", form(card="jg7 mct", asked="1"))
    took = time.perf_counter() - began
    assert page.status_code == 200 and "no visit is tied to it" in page.content.decode() and took <= 2
    assert not known(site) and not models.Encounter.objects.exclude(person="").exists()
    assert models.Encounter.objects.count() == 3 and not any(CARD in cell for cell in every_cell())


def test_remove_answers_alike_for_a_card_that_was_never_here(came, signed_in, outreach, site) -> None:
    client = signed_in(outreach)
    told = [
        client.post(f"/desk/removal/{site.id}/card", form(card=card, asked="1")).content.decode().partition("<main")[2]
        for card in ("NK11MM", CARD)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("told", "code"), [({"card": "JG7MC1", "asked": "1"}, "not-a-code"), ({"card": CARD}, "not-asked"), ({"at": "x", "asked": "1"}, "not-readable")]
)  # fmt: skip
def test_remove_refuses_and_says_why(came, signed_in, outreach, site, told, code) -> None:
    page = signed_in(outreach).post(f"/desk/removal/{site.id}/card", form(**told))
    assert page.status_code == 422 and code in page.content.decode() and known(site)


@pytest.mark.parametrize("path", ["removal/{}/", "holds/{}/"])
def test_show_is_for_those_with_a_role_here(
    came, client, signed_in, add_worker, other_site, outreach, quinn, site, path
) -> None:
    address = f"/desk/{path.format(site.id)}"
    assert client.get(address).status_code == 302
    assert signed_in(add_worker("kit", "lead", at=other_site)).get(address).status_code in (403, 404)
    assert signed_in(outreach if "removal" in path else quinn).get(address).status_code == 200


@pytest.mark.parametrize("way", ["set", "lift"])
def test_holds_are_no_business_of_the_windows(came, signed_in, outreach, site, way) -> None:
    told = form(since="2026-03-01", last="2026-03-09", reference="H-17", sure="1", hold=str(uuid.uuid4()))
    assert signed_in(outreach).post(f"/desk/holds/{site.id}/{way}", told).status_code in (403, 404, 422)
    assert journal.Hold.objects.count() == 0


def test_set_asks_first_and_sets_once_it_was_confirmed(signed_in, quinn, site) -> None:
    client = signed_in(quinn)
    page = held(client, site).content.decode()
    assert "Set this hold?" in page and 'value="2026-03-09"' in page and journal.Hold.objects.count() == 0
    assert "It shows on every page" in held(client, site, sure="1").content.decode()
    hold = journal.Hold.objects.get()
    assert (str(hold.since), str(hold.last), hold.reference) == ("2026-03-01", "2026-03-09", "H-17")
    entry = journal.OpenEntry.objects.get(kind="journal.set_hold")
    assert entry.journal == "confidential" and entry.worker == str(quinn.id)


@pytest.mark.parametrize(
    ("told", "code"),
    [({"last": "2026-02-28"}, "no-day-kept"), ({"since": "soon"}, "no-day-kept"), ({"reference": " "}, "bad-reference"), ({"reference": "x" * 81}, "bad-reference")],
)  # fmt: skip
def test_set_refuses_what_is_no_hold(signed_in, quinn, site, told, code) -> None:
    whole = form(since="2026-03-01", last="2026-03-09", reference="H-17") | told
    page = signed_in(quinn).post(f"/desk/holds/{site.id}/set", whole)
    assert page.status_code == 422 and code in page.content.decode()


def test_a_hold_shows_on_every_page_of_its_site_and_on_no_others(
    signed_in, quinn, add_worker, site, other_site
) -> None:
    client = signed_in(quinn)
    held(client, site, sure="1")
    lead = add_worker("robin", "lead")
    there = add_worker("kit", "lead", at=other_site)
    for path in ("window", "stock", "cards", "removal"):
        page = signed_in(lead).get(f"/desk/{path}/{site.id}/").content.decode()
        assert "Legal hold <bdi>H-17" in page or "Legal hold H-17" in page, path
        assert "H-17" not in signed_in(there).get(f"/desk/{path}/{other_site.id}/").content.decode()
    assert "A legal hold stands here" in signed_in(lead).get(f"/desk/removal/{site.id}/").content.decode()


def test_lift_asks_first_and_lifts_once_it_was_confirmed(signed_in, quinn, site) -> None:
    client = signed_in(quinn)
    held(client, site, sure="1")
    hold = str(journal.Hold.objects.get().id)
    assert "Holds that stand" in client.get(f"/desk/holds/{site.id}/").content.decode()
    page = client.post(f"/desk/holds/{site.id}/lift", form(hold=hold, reference="H-17 over"))
    assert "Lift this hold?" in page.content.decode() and holds.on_site(site.id)
    done = client.post(f"/desk/holds/{site.id}/lift", form(hold=hold, reference="H-17 over", sure="1"))
    assert "The hold is lifted" in done.content.decode() and not holds.on_site(site.id)
    again = client.post(f"/desk/holds/{site.id}/lift", form(hold=hold, reference="H-17 over", sure="1"))
    assert again.status_code == 422 and "no-such-hold" in again.content.decode()


def test_set_hold_and_lift_hold_answer_a_repeat_with_already(quinn, site, now) -> None:
    draft = holds.NewHold(uuid.uuid4(), site.id, now.date(), now.date() + timedelta(days=1), "H-1", now)
    lift = holds.LiftedHold(uuid.uuid4(), site.id, draft.id, "over", now)
    told = [holds.set_hold(draft, by=quinn, received_at=now).already for _ in range(2)]
    told += [holds.lift_hold(lift, by=quinn, received_at=now).already for _ in range(2)]
    assert told == [False, True, False, True] and journal.Hold.objects.count() == 1


@pytest.mark.parametrize("kind", ["journal.set_hold", "journal.lift_hold", "encounters.erase_card"])
def test_neither_comes_in_a_batch(act, take, quinn, kind) -> None:
    answer = take(act(quinn, {}, kind=kind))
    assert (answer.outcome, answer.code) == ("held", "desk-only")


def test_home_leads_to_both(signed_in, outreach, quinn, site) -> None:
    assert f"/desk/removal/{site.id}/" in signed_in(outreach).get("/desk/").content.decode()
    page = signed_in(quinn).get("/desk/").content.decode()
    assert f"/desk/holds/{site.id}/" in page and "You hold no role" not in page
