"""The whole server is killed in the middle of writes, again and again: what was acknowledged is there, once."""

import random
import time

from .writers import Writers


def test_killed_servers_keep_every_acknowledged_act_exactly_once(house, look, verify, long_run):
    chance = random.Random(7)
    writers = Writers(house, seconds=3600)
    for _ in range(25 if long_run else 3):
        time.sleep(chance.uniform(0.3, 1.5))
        house.kill()
        house.up()
    time.sleep(1)
    told = writers.end()

    kept, proof = look(), verify()

    print(f"{len(told.acknowledged)} acts, {told.lost} broken connections")
    assert told.errors == []
    assert told.lost > 0
    assert set(kept["acts"]) == told.acknowledged
    assert len(kept["acts"]) == len(kept["encounters"]) == len(told.acknowledged)
    assert kept["given"] == dict(told.given)
    assert kept["balances_are_sums"]
    assert kept["unbalanced_items"] == []
    assert (proof["broken"], proof["unbalanced"], proof["guards_missing"]) == (None, 0, [])
