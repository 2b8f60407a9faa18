"""Eight writers at once: every acknowledged act is kept, once, and the ledger adds up."""

from .writers import Writers


def test_eight_writers_lose_nothing_and_the_ledger_adds_up(house, look, verify, long_run):
    told = Writers(house, seconds=60 if long_run else 5).wait()

    kept, proof = look(), verify()

    print(f"{len(told.acknowledged)} acts by 8 writers")
    assert told.errors == []
    assert len(told.acknowledged) > 8
    assert set(kept["acts"]) == told.acknowledged
    assert len(kept["acts"]) == len(kept["encounters"]) == len(told.acknowledged)
    assert kept["given"] == dict(told.given)
    assert kept["balances_are_sums"]
    assert kept["unbalanced_items"] == []
    assert (proof["broken"], proof["unbalanced"], proof["guards_missing"]) == (None, 0, [])


def test_the_database_keeps_what_it_acknowledges(house, look):
    assert look()["durable"] in (["wal", "2"], ["on", "on", "on"])
