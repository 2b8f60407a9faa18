"""What is held: sealed, bounded, destroyed in time, and told again when it comes again."""

import json
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from handrail.core.common import home, keys
from handrail.core.common.refusals import Refused
from handrail.core.encounters import actions
from handrail.core.journal import acts, disk, held, holds, models, queries, turns
from handrail.core.org import queries as org

LATER = timedelta(days=30)


def hold(now: Any, told: Any = None, **more: Any) -> None:
    held.keep_refused(told, reason="not-an-act", received_at=now, **more)


def test_keep_refused_groups_what_one_device_brought_in_a_day_under_a_name_of_that_day(site, now) -> None:
    device = str(uuid.uuid4())
    for n, at in enumerate([now, now, now + timedelta(days=1)]):
        hold(at, n, device=device, site=str(site.id))
    senders = [row.sender for row in models.Held.objects.order_by("day")]
    assert senders[0] == senders[1] != senders[2] and device not in senders
    assert [line.count for line in queries.held_lines([str(site.id)], most=9)] == [2, 1]


def test_keep_refused_lets_the_devices_own_site_review_what_names_another(site, now) -> None:
    hold(now, {"site": str(uuid.uuid4())}, device="van", site=str(site.id))
    assert models.Held.objects.get().site == str(site.id)


def test_keep_refused_bounds_what_one_device_brings_in_a_day(site, now, monkeypatch) -> None:
    monkeypatch.setattr(held, "MOST_OF_ONE", 2)
    for n in range(2):
        hold(now, n, device="van")
    hold(now, 0, device="van")  # known: it takes no more room
    with pytest.raises(Refused, match="device-held-full"):
        hold(now, 9, device="van")
    hold(now, 9, device="another")
    hold(now + timedelta(days=1), 10, device="van")
    assert models.Held.objects.count() == 4


def test_keep_refused_keeps_one_body_once_whatever_the_reason(site, now) -> None:
    for reason in ("not-an-act", "unknown-worker"):
        held.keep_refused({"a": 1}, reason=reason, received_at=now)
    assert models.Held.objects.get().reason == "not-an-act"


def test_expire_destroys_what_was_held_before_and_leaves_its_count_and_digests(site, now) -> None:
    act = str(uuid.uuid4())
    for at in (now, now + timedelta(days=1)):
        hold(at, {"id": act, "day": at.day, "card": "JG7MCT"}, device="van", site=str(site.id))
    assert held.expire(now.date() + timedelta(days=1)) == 1
    assert models.Held.objects.count() == 1
    left = models.Settled.objects.get()
    assert (left.day, left.reason, left.outcome, left.site) == (now.date(), "not-an-act", "expired", str(site.id))
    assert act not in str(bytes(left.act)) and held.expire(now.date()) == 0


def test_expire_leaves_alone_what_may_lie_in_a_legal_hold(site, other_site, now) -> None:
    today = now.date()
    for n, place in enumerate([str(site.id), str(other_site.id), ""]):
        hold(now, n, site=place)
    hold(now - timedelta(days=2), 9, site=str(site.id))
    scope = holds.Scope(str(site.id), today - timedelta(days=1), today)
    assert held.expire(today + LATER, kept=[scope]) == 2
    assert set(models.Held.objects.values_list("site", "day")) == {(str(site.id), today), ("", today)}
    assert held.expire(today + LATER) == 2


def test_expired_body_is_told_again_and_not_kept_again(site, now, act, take, outreach) -> None:
    told = act(outreach, kind_version=9)
    take(told)
    held.expire(now.date() + LATER)
    assert (take(told).outcome, models.Held.objects.count(), models.Settled.objects.count()) == ("held", 0, 1)


def test_expire_lets_digests_go_when_ids_go(site, now) -> None:
    hold(now)
    held.expire(now.date() + LATER)
    held.expire(now.date() + timedelta(days=370))  # 400 days from when it was held
    assert models.Settled.objects.count() == 1
    held.expire(now.date() + timedelta(days=371))
    assert models.Settled.objects.count() == models.Permit.objects.count() == 0


def test_settled_rows_stand_until_then(site, now) -> None:
    hold(now)
    held.expire(now.date() + LATER)
    with pytest.raises(Exception, match="append-only"):
        models.Settled.objects.all().delete()


def test_acts_held_names_acts_that_are_held_or_were(site, now) -> None:
    first, second, third = (str(uuid.uuid4()) for _ in range(3))
    hold(now, {"id": first})
    held.expire(now.date() + LATER)
    hold(now, {"id": second})
    assert held.acts_held([first, second, third]) == {first, second}


def test_held_summary_counts_and_names_the_oldest_day(site, other_site, now) -> None:
    assert queries.held_summary() == queries.HeldSummary(0, None)
    hold(now, 1, site=str(site.id))
    hold(now - timedelta(days=3), 2, site=str(other_site.id))
    assert queries.held_summary() == queries.HeldSummary(2, now.date() - timedelta(days=3))
    assert queries.held_summary([str(site.id)]) == queries.HeldSummary(1, now.date())
    assert queries.held_summary([]) == queries.HeldSummary(0, None)


def test_held_line_is_gone_with_its_act(site, now) -> None:
    assert queries.held_line(uuid.uuid4()) is None and queries.openings(uuid.uuid4()) == []


@pytest.fixture
def patient(monkeypatch) -> None:
    """Wait as long as it takes: other tests hold transactions open on the same server, for minutes at times."""
    monkeypatch.setattr(disk, "WAITS", 6_000)


@pytest.mark.django_db(transaction=True)
def test_expire_leaves_no_byte_of_a_body_in_the_tables_files(site, now, patient) -> None:
    for n in range(40):
        hold(now, {"n": n, "text": "x" * 900}, site=str(site.id))
    bodies = list(models.Held.objects.values_list("sealed", flat=True))
    assert any(body[200:260].encode() in on_disk() for body in bodies)
    held.expire(now.date() + LATER)
    after = on_disk()
    assert not any(body[start : start + 60].encode() in after for body in bodies for start in (200, 500, 900))


def on_disk() -> bytes:
    """Read what stands in the files of the table: on SQLite the database and its log, on PostgreSQL the heap and what was toasted."""
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        return b"".join(one.read_bytes() for one in (file, Path(f"{file}-wal")) if one.exists())
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT pg_relation_filepath(oid), pg_relation_filepath(nullif(reltoastrelid, 0))"
            " FROM pg_class WHERE relname = 'journal_held'"
        )
        paths = [path for path in cursor.fetchone() if path]
        told = b""
        for path in paths:
            cursor.execute("SELECT pg_read_binary_file(%s)", [path])
            told += bytes(cursor.fetchone()[0])
        return told


def test_held_body_opens_with_the_reviewers_key_only(site, now) -> None:
    hold(now, {"card": "JG7MCT"})
    sealed = models.Held.objects.get().sealed
    assert json.loads(keys.ring().unseal(sealed)) == {"card": "JG7MCT"}
    with pytest.raises(Exception, match=r".*"):
        keys.make(demo=False).unseal(sealed)


@pytest.mark.django_db(transaction=True)
def test_write_anew_waits_for_a_reader_who_could_still_see_what_was_deleted(site, now, patient) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("NOT RUN: SQLite's file is written anew while nobody reads")
    hold(now, {"text": "x" * 900}, site=str(site.id))
    body = models.Held.objects.get().sealed
    reading, seen = threading.Event(), threading.Event()

    def read() -> None:
        with transaction.atomic():
            with connections["default"].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT count(*) FROM journal_settled")
            reading.set()
            seen.wait(1)
        connections["default"].close()

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(5)
    held.expire(now.date() + LATER)
    reader.join()
    assert body[200:260].encode() not in on_disk()


@pytest.mark.parametrize("evidence", ["sealed", "turned"])
def test_what_is_held_while_the_clock_stands_years_behind_outlives_its_being_set_right(
    act, visit, outreach, seal, now, evidence
) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now)
    if evidence == "sealed":
        seal()
    else:
        home.open_home()
        turns.note(turns.FORGETTING, now.date())
    behind = acts.receive(act(outreach), worker_of=org.worker, received_at=now - timedelta(days=3652))
    assert (behind.outcome, behind.code) == ("held", "date-ahead")
    assert held.expire(before=now.date() - held.DAYS_HELD) == 0 and held.acts_held([behind.id]) == {behind.id}
    assert held.expire(before=now.date() + timedelta(days=1)) == 1
