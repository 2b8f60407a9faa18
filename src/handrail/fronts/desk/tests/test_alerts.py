"""A technician's notice at once; a public alert by two people; corrected and taken back everywhere; nothing of the evidence leaves."""

import base64
import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from django.test import Client
from django.urls import reverse
from jwcrypto import jwa, jwk

from handrail.core.common import clock
from handrail.core.common.canonical import canonical
from handrail.core.common.refusals import Refused
from handrail.core.journal import sealing, verify
from handrail.evidence.release.alerts import actions, feed, models, queries, rules, wording
from handrail.evidence.release.tests.test_actions import lasting

from .desks import open_desk, refused

AT = "2026-03-10T18:00:00Z"
WORDS = {"substance": "carfentanil", "hazard": "stops-breathing", "advice": ["not-alone", "naloxone"]}
PUBLIC = WORDS | {
    "region": "the north of the state", "region_basis": "three-sites", "void_after": "2026-04-07", "kind": "lethal",
    "one_submitter": "yes", "second_method": "yes", "same_batch": "unknown", "k": "4711",
}  # fmt: skip


def post(client: Client, name: str, *args: Any, **told: Any) -> Any:
    return client.post(reverse(f"desk:{name}", args=args), {"id": str(uuid.uuid4()), "at": AT, **told})


@pytest.fixture
def people(site: Any, now: datetime) -> dict[str, Client]:
    """A technician at the site, a manager and an approver elsewhere, each with a browser of their own."""
    since = now - timedelta(days=20)
    from handrail.core.org import actions as org
    from handrail.core.org import queries as org_queries
    from handrail.core.org import rules as org_rules
    from handrail.fronts.console.programme import CONSOLE

    draft = org_rules.NewWorker(uuid.uuid4(), uuid.uuid4(), "tess", ("technician",), site.id, since)
    org.add_worker(draft, password="tess password long", by=CONSOLE, received_at=since)
    told = {"tess": org_queries.worker_named("tess")}
    told |= {"mara": lasting("mara", "manager", since=since), "otto": lasting("otto", "approver", since=since)}
    return {name: open_desk(Client(), worker) for name, worker in told.items()}


def digest(alert_id: uuid.UUID) -> str:
    return models.Alert.objects.get(pk=alert_id).digest


def drafted(people: dict[str, Client], site: Any, **more: Any) -> uuid.UUID:
    answer = post(people["tess"], "draft-alert", site.id, **(PUBLIC | more))
    assert answer.status_code == 302, refused(answer)
    return uuid.UUID(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1])


def published(people: dict[str, Client], site: Any, **more: Any) -> uuid.UUID:
    alert = drafted(people, site, **more)
    assert post(people["otto"], "verify-alert", alert, digest=digest(alert)).status_code == 302
    assert post(people["tess"], "publish-alert", alert, digest=digest(alert)).status_code == 302
    return alert


def everywhere(client: Client) -> str:
    """Everything that anybody may read of alerts."""
    pages = [client.get(reverse(f"public:{name}")).content.decode() for name in ("alerts", "alerts-json", "alerts-rss")]
    ids = set(re.findall(r"/alerts/([0-9a-f-]{36})/", " ".join(pages)))
    pages += [client.get(reverse("public:alert", args=[one])).content.decode() for one in sorted(ids)]
    return " ".join(pages)


def test_one_technician_puts_up_a_first_result_that_is_gone_after_three_days(people, site, client, monkeypatch, now):
    assert post(people["tess"], "put-up", site.id, **WORDS).status_code == 302

    page = people["tess"].get(reverse("desk:site-alerts", args=[site.id])).content.decode()
    hanging = queries.notices(site.id, at=now)
    sheet = people["tess"].get(reverse("desk:notice-poster", args=[site.id, hanging[0].id]))
    assert "First result, being confirmed." in page and "carfentanil" in page
    assert 'class="notices"' in page
    assert sheet.content.startswith(b"%PDF")
    assert "carfentanil" not in everywhere(client)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=72))
    assert queries.notices(site.id, at=clock.now()) == []
    with pytest.raises(Refused, match="no-such-notice"):
        queries.notice(hanging[0].id, at=clock.now())


def test_a_notice_is_taken_down_early_once(people, site, now):
    post(people["tess"], "put-up", site.id, **WORDS)
    one = queries.notices(site.id, at=now)[0]

    assert post(people["tess"], "take-down", site.id, one.id).status_code == 302
    assert refused(post(people["tess"], "take-down", site.id, one.id)) == "no-such-notice"
    assert queries.notices(site.id, at=now) == []


@pytest.mark.scenario("trust:12")
@pytest.mark.scenario("drugchecking:29")
def test_a_lethal_finding_leaves_by_two_people_with_substance_hazard_advice_region_and_week_alone(people, site, client):
    alert = published(people, site)

    text = everywhere(client)
    item = json.loads(client.get(reverse("public:alerts-json")).content)["items"][0]
    poster = client.get(reverse("public:alert-poster", args=[alert]))
    assert set(item) == {
        "id", "sequence", "status", "changed", "url", "substance", "hazard", "advice", "region", "week", "void_after", "codes", "not_for",
    }  # fmt: skip
    assert (item["substance"], item["region"], item["week"], item["status"]) == (
        "carfentanil",
        "the north of the state",
        "2026-W11",
        "published",
    )
    assert poster.content.startswith(b"%PDF")
    for hidden in ("4711", site.name, "one_submitter", "three-sites", str(site.id)):
        assert hidden not in text
    assert "4711" not in models.Alert.objects.get().document
    assert "4711" in people["otto"].get(reverse("desk:alert", args=[alert])).content.decode()


def test_nobody_publishes_alone(people, site, client, now):
    alert = drafted(people, site)

    assert refused(post(people["tess"], "publish-alert", alert, digest=digest(alert))) == "alert-step"
    assert refused(post(people["tess"], "verify-alert", alert, digest=digest(alert))) == "not-allowed"
    own = drafted(people | {"tess": people["mara"]}, site)
    assert refused(post(people["mara"], "verify-alert", own, digest=digest(own))) == "second-person-needed"
    assert refused(post(people["otto"], "verify-alert", alert, digest="0" * 64)) == "draft-changed"
    fresh = open_desk(Client(), lasting("nina", "approver", since=now))
    assert refused(post(fresh, "verify-alert", alert, digest=digest(alert))) == "role-too-new"
    assert models.AlertStep.objects.count() == 0
    assert json.loads(client.get(reverse("public:alerts-json")).content)["items"] == []


def test_a_correction_takes_the_earlier_text_from_every_place(people, site, client):
    first = published(people, site)
    second = published(people, site, place=str(first), substance="fluorofentanyl")

    text = everywhere(client)
    told = json.loads(client.get(reverse("public:alerts-json")).content)
    assert "carfentanil" not in text and "fluorofentanyl" in text
    assert [(one["id"], one["status"], one["sequence"]) for one in told["items"]] == [(str(first), "corrected", 2)]
    assert told["sequence"] == 2
    assert client.get(reverse("public:alert", args=[second])).status_code == 404  # its address is the first one's
    assert (
        "a later text stands in its place" in people["otto"].get(reverse("desk:alert", args=[first])).content.decode()
    )


def test_what_is_taken_back_is_shown_nowhere_and_said_everywhere(people, site, client):
    alert = published(people, site)

    assert refused(post(people["otto"], "retract-alert", alert, digest=digest(alert), why="because")) == "why-needed"
    assert post(people["otto"], "retract-alert", alert, digest=digest(alert), why="not-confirmed").status_code == 302

    text = everywhere(client)
    assert "carfentanil" not in text
    assert "taken back" in client.get(reverse("public:alert", args=[alert])).content.decode()
    assert client.get(reverse("public:alert-poster", args=[alert])).status_code == 404
    told = json.loads(client.get(reverse("public:alerts-json")).content)
    assert [(one["status"], one["sequence"]) for one in told["items"]] == [("retracted", 2)]
    assert (
        refused(post(people["otto"], "retract-alert", alert, digest=digest(alert), why="not-confirmed")) == "alert-step"
    )


def test_what_is_over_is_shown_nowhere(people, site, client, monkeypatch, now):
    alert = published(people, site)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=29))

    assert "carfentanil" not in everywhere(client)
    assert "This alert is over." in client.get(reverse("public:alert", args=[alert])).content.decode()
    assert json.loads(client.get(reverse("public:alerts-json")).content)["items"] == []
    assert client.get(reverse("public:alert-poster", args=[alert])).status_code == 404


def test_the_feed_is_signed_and_a_changed_bit_fails(people, site, client):
    published(people, site)
    told = json.loads(client.get(reverse("public:alerts-json")).content)
    rss = client.get(reverse("public:alerts-rss")).content.decode()
    keys = {one["kid"]: jwk.JWK(**one) for one in json.loads(client.get(reverse("public:alerts-keys")).content)["keys"]}
    signature = told.pop("signature")
    value = base64.urlsafe_b64decode(signature["value"] + "==")
    signed = bytearray(feed.PURPOSE + canonical(told).encode())

    algorithm = jwa.JWA.signing_alg("ES256")
    algorithm.verify(keys[signature["kid"]], bytes(signed), value)
    signed[-2] ^= 1
    with pytest.raises(InvalidSignature):
        algorithm.verify(keys[signature["kid"]], bytes(signed), value)
    assert "<handrail:sequence>1</handrail:sequence>" in rss and "carfentanil, the north of the state" in rss


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"substance": ""}, "alert-words"),
        ({"substance": "x" * 61}, "alert-words"),
        ({"hazard": "my own words"}, "alert-words"),
        ({"advice": []}, "alert-words"),
        ({"advice": ["do-this"]}, "alert-words"),
        ({"region": ""}, "alert-region"),
        ({"region": "around Harbour"}, "alert-region"),
        ({"region_basis": "because"}, "alert-region"),
        ({"void_after": "2026-03-10"}, "alert-days"),
        ({"void_after": "2027-01-01"}, "alert-days"),
        ({"void_after": "soon"}, "alert-days"),
        ({"same_batch": "perhaps"}, "alert-evidence"),
        ({"kind": "share", "n": "many"}, "alert-evidence"),
        ({"place": str(uuid.uuid4())}, "no-such-alert"),
    ],
)
def test_a_draft_that_tells_too_much_or_too_little_is_refused(people, site, more, code):
    if more.get("region", "").startswith("around"):
        more = {"region": f"around {site.name}"}
    answer = post(people["tess"], "draft-alert", site.id, **(PUBLIC | more))

    assert refused(answer) == code
    assert models.Alert.objects.count() == 0


def test_a_watch_alert_needs_its_counts(people, site):
    drafted(people, site, kind="share", k="12", n="200", k0="3", n0="1200")

    assert models.Alert.objects.count() == 1


def test_no_page_says_that_there_is_nothing(people, site, client):
    text = everywhere(client).lower()

    assert str(wording.NOT_A_SIGN).lower() in text
    assert "no alerts" not in text


def test_who_may_not_sees_nothing(people, site, outreach, client, now):
    post(people["tess"], "put-up", site.id, **WORDS)
    alert = drafted(people, site)
    other = open_desk(Client(), outreach)

    for address in (
        reverse("desk:alerts"),
        reverse("desk:alert", args=[alert]),
        reverse("desk:site-alerts", args=[site.id]),
    ):
        assert other.get(address).status_code == 404
        assert client.get(address).status_code == 302
    assert refused(post(other, "put-up", site.id, **WORDS)) == "not-allowed"
    assert (
        'class="notices"' in other.get(reverse("desk:window", args=[site.id])).content.decode()
    )  # but everyone at the site reads the notice
    assert people["otto"].get(reverse("desk:alerts")).status_code == 200


def test_acts_sent_twice_count_once_and_hold_in_the_journal(people, site, now):
    alert = published(people, site)
    step = models.AlertStep.objects.get(step="published")
    same = {"id": str(uuid.uuid4()), "at": AT, "digest": digest(alert), "why": "gives-away"}
    address = reverse("desk:retract-alert", args=[alert])

    first, second = people["otto"].post(address, same), people["otto"].post(address, same)

    assert (first.status_code, second.status_code) == (302, 302)
    assert models.AlertStep.objects.filter(step="retracted").count() == 1
    assert step.sequence == 1
    sealing.seal_confidential(now.date())
    assert verify.verify(today=now.date()).broken is None


def test_every_sentence_says_what_to_do_and_praises_nothing():
    for text in (*wording.HAZARDS.values(), *wording.ADVICE.values(), wording.FIRST_RESULT, wording.NOT_A_SIGN):
        assert not re.search(r"\b(safe|pure|good batch|may be false)\b", str(text), re.IGNORECASE)
    assert set(rules.VERBS) == {rules.VERIFIED, rules.PUBLISHED, rules.RETRACTED}
    assert actions.SIGN == "release.approve"
