"""Care acts are counts at an encounter; a test's result has nowhere to stand."""

import pytest
from django.db import IntegrityError, connection, transaction

from handrail.core.encounters import models as encounters
from handrail.services.exchange import facts, models
from handrail.services.exchange.care import actions, rules

RESULTS = ("positive", "negative", "reactive", "result", "outcome", "finding", "value")


@pytest.fixture
def care(act, take, outreach):
    """Record care at the window, or as told; returns the frame."""

    def run(told, *, kind="window.visit", **body):
        frame = act(outreach, {"care": told} | body, kind=kind)
        assert take(frame).outcome == "saved"
        return frame

    return run


def span(now):
    return {"since": now.date(), "until": now.date().replace(day=now.day + 1)}


@pytest.mark.scenario("frontline:S23")
def test_care_is_counted_by_kind_at_a_visit_of_nobodys(care, take, act, outreach, now, site) -> None:
    frame = care({"wound-dressed": 1, "hcv-done": 1})
    assert take(frame).outcome == "already"
    row = encounters.Encounter.objects.get()
    assert (row.services, row.person, row.beyond) == ("care", "", "")
    assert (
        facts.care_acts(**span(now))
        == {"wound-dressed": 1, "hcv-done": 1}
        == facts.care_acts(**span(now), site_id=site.id)
    )
    assert take(act(outreach, {"visit": frame["id"]}, kind="window.undo")).outcome == "saved"
    assert facts.care_acts(**span(now)) == {}


def test_care_of_a_tally_is_counted_and_at_a_machine_it_is_beyond(care, now) -> None:
    care({"foot": 12}, kind="window.tally", people=30)
    care({"vein": 1}, channel="machine")
    assert facts.care_acts(**span(now)) == {"foot": 12, "vein": 1}
    assert set(encounters.Encounter.objects.values_list("channel", "beyond")) == {("tally", ""), ("machine", "care")}


@pytest.mark.scenario("frontline:S23")
@pytest.mark.parametrize("kind", [f"hcv-{result}" for result in RESULTS] + list(RESULTS))
def test_a_result_is_taken_by_no_act_and_no_row(act, take, outreach, care, kind) -> None:
    assert take(act(outreach, {"care": {kind: 1}})).code == "not-an-act"
    assert take(act(outreach, {"care": {"hcv-done": 1}, kind: 1})).code == "not-an-act"
    care({"hcv-done": 1})
    with pytest.raises(IntegrityError), transaction.atomic():
        models.CareAct.objects.create(
            id=encounters.Encounter.objects.get().id,
            encounter=encounters.Encounter.objects.get(),
            day="2026-03-10",
            kind=kind,
            amount=1,
        )
    connection.check_constraints()


@pytest.mark.scenario("frontline:S23")
def test_no_field_of_care_could_hold_a_result() -> None:
    for model in (models.CareAct, models.MonthCare):
        named = {field.name: field.get_internal_type() for field in model._meta.fields}
        assert not any(word in name for word in RESULTS for name in named)
        assert {name for name, kind in named.items() if kind in {"CharField", "TextField", "JSONField"}} <= {
            "kind",
            "channel",
        }
    assert not any(word in kind for word in RESULTS for kind in rules.KINDS)


@pytest.mark.parametrize(
    ("told", "why"),
    [({}, "not-an-act"), ([], "nothing-to-save"), ("hcv-done", "not-an-act"), ({"hcv-done": 0}, "bad-amount"), ({"hcv-done": "1"}, "bad-amount"), ({"hcv-done": 10_001}, "bad-amount")],
)  # fmt: skip
def test_care_is_held_where_it_cannot_be(act, take, outreach, told, why) -> None:
    assert take(act(outreach, {"care": told})).code == why


def test_care_becomes_a_months_count_and_says_the_same(care, site, now) -> None:
    from handrail.core.encounters.parts import Past

    care({"vaccine-given": 2, "foot": 1})
    taken_back = care({"foot": 5})
    rows = list(encounters.Encounter.objects.values_list("id", flat=True))
    standing = list(models.CareAct.objects.exclude(amount=5).values_list("encounter_id", flat=True).distinct())
    from handrail.core.journal import links

    with links.run("retain", day=now.date()):
        assert actions.fold(Past(site.id, now.date().replace(day=1), "window", rows, standing)) == 3 and taken_back
    whole = {"since": now.date().replace(day=1), "until": now.date().replace(month=now.month + 1, day=1)}
    assert facts.care_acts(**whole) == {"vaccine-given": 2, "foot": 1} == facts.care_acts(**whole, site_id=site.id)
