"""Answers get lost and acts are sent again, many at once: each is counted once."""

import contextlib
import http.client
import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from handrail.fronts.console.trial import Client

from . import clients

ROUNDS, SENDERS = 10, 3
DEVICES, ACTS, IN_POST, TIMES, DROPPED = 5, 200, 5, 3, 0.2


def test_one_act_sent_three_times_at_once_is_one_encounter(house, look):
    acts = [str(uuid.uuid4()) for _ in range(ROUNDS)]
    at, path = clients.moment(), f"/desk/window/{house.site}/visit"
    together = Barrier(SENDERS)

    def send(_: int) -> list[tuple[int, bool]]:
        told = []
        with contextlib.closing(house.client("ash")) as sender:
            for act in acts:
                together.wait(timeout=30)
                status, page = sender.form(path, {"id": act, "at": at, "served_for": "1", "give.COOK": "3"})
                told.append((status, act in page))
        return told

    with ThreadPoolExecutor(SENDERS) as pool:
        answers = list(pool.map(send, range(SENDERS)))

    kept = look()
    assert answers == [[(http.client.OK, True)] * ROUNDS] * SENDERS
    assert kept["acts"] == sorted(acts)
    assert len(kept["encounters"]) == ROUNDS
    assert kept["given"] == {"COOK": 3 * ROUNDS}


@pytest.mark.scenario("frontline:S2")
def test_sync_storm_counts_each_act_once(house, look, verify):
    devices = [clients.Device(name, key, house.site, house.workers["ash"]) for name, key in house.devices.items()]
    assert len(devices) == DEVICES
    with ThreadPoolExecutor(DEVICES) as pool:
        storms = list(pool.map(lambda device: Storm(house.port, device), devices))

    kept, proof = look(), verify()
    sent = sorted(act for storm in storms for act in storm.acts)
    assert [storm.odd for storm in storms] == [[]] * DEVICES
    assert all(storm.dropped for storm in storms)
    assert len(sent) == DEVICES * ACTS
    assert kept["acts"] == sent
    assert len(set(kept["encounters"])) == len(kept["encounters"]) == DEVICES * ACTS
    assert kept["given"] == dict(sum((storm.given for storm in storms), Counter()))
    assert kept["held"] == 0
    assert kept["balances_are_sums"]
    assert kept["unbalanced_items"] == []
    assert (proof["broken"], proof["unbalanced"]) == (None, 0)


class Storm:
    """A device sends its queue, each post three times in random order; a fifth of the answers are never heard, and those go again."""

    def __init__(self, port: int, device: clients.Device) -> None:
        self.chance = random.Random(device.id)
        self.acts: list[str] = []
        self.given: Counter[str] = Counter()
        self.odd: list[str] = []
        self.dropped = 0
        self.client = Client(port)
        queue = [self._post(device) for _ in range(ACTS // IN_POST)] * TIMES
        self.chance.shuffle(queue)
        while queue:
            queue = [post for post in queue if not self._heard(post)]
        self.client.close()

    def _post(self, device: clients.Device) -> tuple[bytes, dict[str, str]]:
        acts = []
        for _ in range(IN_POST):
            item, amount = self.chance.choice(clients.ITEMS), self.chance.randint(1, 20)
            acts.append(device.act({"given": [{"item": item, "amount": amount}]}))
            self.given[item] += amount
        self.acts += [act["id"] for act in acts]
        return device.batch(acts)

    def _heard(self, post: tuple[bytes, dict[str, str]]) -> bool:
        body, headers = post
        if self.chance.random() < DROPPED:
            self.dropped += 1
            with contextlib.suppress(OSError):
                self.client.connection.request("POST", "/api/sync", body, headers)
            self.client.close()  # the answer is never read
            return False
        status, text = self.client.post("/api/sync", body, headers)
        if status != http.client.OK or text.count('"saved"') != IN_POST:
            self.odd.append(f"{status}: {text[:300]}")
        return True
