"""The core of the outbox: nothing acknowledged is forgotten early, nothing lost, nothing doubled, whatever answers come when."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Core = Callable[..., Any]
LOST = {"verified": False, "status": 0, "answer": None, "of": "x"}
PORTAL = {"verified": False, "status": 200, "answer": {"acts": [], "of": "x"}, "of": "x"}


def book_of(core: Core, *ids: str) -> Any:
    book = core("begin", None)
    for seq, act_id in enumerate(ids, start=1):
        book = core("add", book, {"id": act_id, "seq": seq, "bytes": 900, "kept": 1000 + seq, "shift": "s1"})
    return book


def saved(sent: Any, **more: Any) -> dict[str, Any]:
    told = {"acts": [{"id": one, "outcome": "saved"} for one in sent["acts"]], "known": sent["ask"], "lacking": []}
    return heard(told | {"epoch": "e1", "copies": None} | more)


def heard(told: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return {"verified": True, "status": status, "answer": told | {"of": "x"}, "of": "x"}


def send(core: Core, book: Any, answer: Callable[[Any], dict[str, Any]]) -> tuple[Any, Any]:
    told = core("next", book)
    return told["sent"], core("hear", told["book"], told["sent"], answer(told["sent"]))


def test_next_sends_the_oldest_first_as_many_as_fit(core) -> None:
    book = book_of(core, *(f"a{n}" for n in range(250)))
    assert core("next", book)["sent"]["acts"] == [f"a{n}" for n in range(200)]
    wide = core("add", core("add", core("begin", None), {"id": "b", "seq": 1, "bytes": 800_000, "kept": 0}),
                {"id": "c", "seq": 2, "bytes": 200_000, "kept": 0})  # fmt: skip
    assert core("next", wide)["sent"]["acts"] == ["b"]
    alone = core("add", core("begin", None), {"id": "b", "seq": 1, "bytes": 2_000_000, "kept": 0})
    assert core("next", alone)["sent"]["acts"] == ["b"]  # what fits nowhere is still offered: the server says why not


def test_body_holds_what_was_sealed_what_is_asked_and_the_seals_of_the_acts_shifts(core) -> None:
    book = core("add", book_of(core, "a"), {"id": "b", "seq": 2, "bytes": 9, "kept": 0, "shift": "s2"})
    seals = {"s1": {"seal": "one", "since": 7}, "s2": {"seal": "two", "since": None}}
    body = core("body", book, "d", {"n": 1, "acts": ["a"], "ask": ["b"]}, {"a": "seal"}, seals)
    told = {"device": "d", "acts": [{"id": "a", "sealed": "seal"}], "ask": ["b"], "shifts": {"s1": "one"}}
    assert json.loads(body) == told
    asking = core("body", book, "d", {"n": 1, "acts": [], "ask": ["b"]}, {}, seals)
    assert json.loads(asking)["shifts"] == {}


DAY = 24 * 3600_000


def test_spent_seals_are_of_shifts_that_nothing_needs_or_that_the_server_has_forgotten(core) -> None:
    book = book_of(core, "a")
    seals = {one: {"seal": "x", "since": 0} for one in ("s1", "open", "done")}
    assert core("spent", book, seals, {"open": ["open"], "now": None}) == ["done"]
    assert core("spent", book, seals, {"open": ["open"], "now": 31 * DAY}) == ["done"]
    assert core("spent", book, seals, {"open": ["open"], "now": 31 * DAY + 1}) == ["s1", "open", "done"]
    unknown = {"s1": {"seal": "x", "since": None}}
    assert core("spent", book, unknown, {"open": [], "now": 99 * DAY}) == []


@pytest.mark.parametrize("nothing", [LOST, PORTAL, heard({"acts": []}) | {"of": "another request"}], ids=["lost", "portal", "other"])  # fmt: skip
def test_hear_takes_nothing_that_is_not_proven_to_be_the_answer(core, nothing) -> None:
    _, told = send(core, book_of(core, "a"), lambda sent: nothing)
    assert (told["changed"], told["forget"]) == ([], []) and told["book"]["rows"]["a"]["state"] == "unsent"
    assert told["book"]["failures"] == 1


def test_hear_forgets_in_two_steps(core) -> None:
    _, told = send(core, book_of(core, "a", "b"), saved)
    assert (told["changed"], told["forget"]) == (["a", "b"], [])
    sent, told = send(core, told["book"], saved)
    assert (sent["acts"], sent["ask"]) == ([], ["a", "b"])
    assert told["forget"] == ["a", "b"] and told["book"]["rows"] == {}


def test_hear_waits_for_a_copy_that_began_after_the_acknowledgement(core) -> None:
    book = book_of(core, "a")
    seen = []
    for copies in [{"begun": 3, "done": 2}, {"begun": 3, "done": 3}, {"begun": 4, "done": 3}, {"begun": 4, "done": 4}]:
        _, told = send(core, book, partial(saved, copies=copies))
        book = told["book"]
        seen.append(told["forget"])
    assert seen == [[], [], [], ["a"]]


def test_hear_offers_again_what_a_restored_copy_lacks(core) -> None:
    _, told = send(core, book_of(core, "a", "b"), lambda sent: saved(sent, copies={"begun": 7, "done": 7}))
    lacks = {"epoch": "e2", "copies": {"begun": 8, "done": 8}, "known": ["b"], "lacking": ["a"]}
    _, told = send(core, told["book"], partial(saved, **lacks))
    rows = told["book"]["rows"]
    assert told["forget"] == [] and rows["a"]["state"] == "unsent"
    assert (rows["b"]["state"], rows["b"]["epoch"], rows["b"]["begun"]) == ("acknowledged", "e2", 8)


def test_hear_counts_held_as_acknowledged_and_keeps_its_reason(core) -> None:
    held = [{"id": "a", "outcome": "held", "code": "conflict"}]
    _, told = send(core, book_of(core, "a"), partial(saved, acts=held))
    assert told["book"]["rows"]["a"]["code"] == "conflict" and told["book"]["rows"]["a"]["state"] == "acknowledged"


def test_hear_keeps_what_an_answer_leaves_out_and_lets_others_go_first(core) -> None:
    _, told = send(core, book_of(core, "a", "b"), lambda sent: saved(sent, acts=[{"id": "b", "outcome": "odd"}]))
    assert {row["state"] for row in told["book"]["rows"].values()} == {"unsent"}
    book = core("add", told["book"], {"id": "c", "seq": 3, "bytes": 1, "kept": 0})
    assert core("next", book)["sent"]["acts"] == ["c", "a", "b"]


@pytest.mark.parametrize("code", ["too-large", "batch-too-large", "not-a-batch"])
def test_hear_halves_what_was_too_much_and_grows_again(core, code) -> None:
    _, told = send(core, book_of(core, *(f"a{n}" for n in range(8))), lambda sent: heard({"code": code}, 422))
    assert told["book"]["most"] == 4 and told["book"]["trouble"] == code
    sent, told = send(core, told["book"], saved)
    assert len(sent["acts"]) == 4 and told["book"]["most"] == 8 and told["book"]["failures"] == 0


def test_hear_halves_down_to_one_for_a_proxy_that_signs_nothing(core) -> None:
    book = book_of(core, "a", "b", "c")
    for _ in range(4):
        _, told = send(core, book, lambda sent: LOST | {"status": 413})
        book = told["book"]
    assert book["most"] == 1 and len(book["rows"]) == 3


def test_hear_takes_the_acts_of_a_refused_batch_that_was_read(core) -> None:
    _, told = send(core, book_of(core, "a"), lambda sent: saved(sent, code="batch-too-large") | {"status": 422})
    assert told["book"]["rows"]["a"]["state"] == "acknowledged"


def test_hear_takes_no_old_news(core) -> None:
    first = core("next", book_of(core, "a"))
    _, told = send(core, first["book"], saved)
    late = core("hear", told["book"], first["sent"], saved(first["sent"], epoch="e0"))
    assert late["book"] == told["book"] and late["changed"] == late["forget"] == []


def test_pause_doubles_to_a_ceiling_and_never_lets_all_devices_come_at_once(core) -> None:
    book = book_of(core, "a")
    assert core("pause", book, 0.5) == 0
    waits = []
    for _ in range(12):
        _, told = send(core, book, lambda sent: LOST)
        book = told["book"]
        waits.append(core("pause", book, 1))
    assert waits[:3] == [4000, 8000, 16000] and waits[-1] == 300_000
    assert core("pause", book, 0) == 150_000
    assert core("pause", core("begin", None), 0) != core("pause", core("begin", None), 1)


def test_tell_says_how_many_are_not_sent_and_since_when(core) -> None:
    assert core("tell", core("begin", None)) == {"unsent": 0, "oldest": None, "kept": 0, "trouble": ""}
    _, told = send(core, book_of(core, "a", "b"), lambda sent: saved(sent, acts=[{"id": "a", "outcome": "saved"}]))
    assert core("tell", told["book"]) == {"unsent": 1, "oldest": 1002, "kept": 1, "trouble": ""}


# --- Any order of answers, losses, copies and restores ---


@dataclass
class Server:
    """A server as the core sees it: what it saved, its copies, its epoch. A copy holds what was saved when it began."""

    saved: list[str] = field(default_factory=list)
    epoch: int = 1
    begun: int = 0
    done: int = 0
    running: list[tuple[int, list[str]]] = field(default_factory=list)
    copies: list[tuple[int, list[str], int]] = field(default_factory=list)

    def take(self, body: str, keeps: bool) -> dict[str, Any]:
        told = json.loads(body)
        for one in told["acts"]:
            if one["id"] not in self.saved:
                self.saved.append(one["id"])
        known = [one for one in told["ask"] if one in self.saved]
        return {
            "acts": [{"id": one["id"], "outcome": "saved"} for one in told["acts"]],
            "known": known, "lacking": [one for one in told["ask"] if one not in known],
            "epoch": f"e{self.epoch}", "copies": {"begun": self.begun, "done": self.done} if keeps else None,
            "of": hashlib.sha256(body.encode()).hexdigest(),
        }  # fmt: skip

    def begin_copy(self) -> None:
        self.begun += 1
        self.running.append((self.begun, list(self.saved)))

    def end_copy(self, which: int) -> None:
        if self.running:
            number, held = self.running.pop(which % len(self.running))
            self.done += 1
            self.copies.append((number, held, self.done))

    def restore(self) -> None:
        """Come back from the copy that began last among those that are complete."""
        if self.copies:
            number, held, _ = max(self.copies)
            self.saved, self.begun, self.done, self.epoch = list(held), number, max(0, number - 1), self.epoch + 1
            self.running.clear()


STEP = st.one_of(
    st.just(("record", 0)),
    st.tuples(st.sampled_from(["send", "lose-request", "lose-answer", "late", "portal", "begin-copy", "restore"]), st.just(0)),
    st.tuples(st.just("end-copy"), st.integers(0, 3)),
    st.tuples(st.just("deliver"), st.integers(0, 5)),
)  # fmt: skip


class Device:
    """A device around the core: each request is sent, lost, or answered late, in any order."""

    def __init__(self, core: Core, server: Server, keeps: bool) -> None:
        self.core, self.server, self.keeps = core, server, keeps
        self.book, self.made, self.waiting = core("begin", None), [], []

    def record(self) -> None:
        self.made.append(f"act{len(self.made)}")
        self.book = self.core(
            "add",
            self.book,
            {"id": self.made[-1], "seq": len(self.made), "bytes": 9, "kept": len(self.made), "shift": "s"},
        )

    def request(self) -> tuple[Any, str]:
        told = self.core("next", self.book)
        self.book = told["book"]
        return told["sent"], self.core(
            "body", self.book, "d", told["sent"], dict.fromkeys(told["sent"]["acts"], "seal"), {}
        )

    def hear(self, sent: Any, body: str, answer: dict[str, Any] | None) -> None:
        of = hashlib.sha256(body.encode()).hexdigest()
        came = {"verified": answer is not None, "status": 200 if answer else 0, "answer": answer, "of": of}
        told = self.core("hear", self.book, sent, came)
        for act_id in told[
            "forget"
        ]:  # what is forgotten stands in the journal and, where copies are kept, in one of them
            assert act_id in self.server.saved
            assert not self.keeps or any(act_id in held for _, held, _ in self.server.copies)
        self.book = told["book"]

    def step(self, name: str, which: int) -> None:
        if name == "record":
            self.record()
        elif name == "begin-copy":
            self.server.begin_copy()
        elif name == "end-copy":
            self.server.end_copy(which)
        elif name == "restore" and self.keeps:
            self.server.restore()
            self.waiting.clear()  # the server that would have answered is gone
        elif name == "deliver" and self.waiting:
            self.hear(*self.waiting.pop(which % len(self.waiting)))
        elif name in {"send", "lose-request", "lose-answer", "late", "portal"}:
            sent, body = self.request()
            answer = None if name in {"lose-request", "portal"} else self.server.take(body, self.keeps)
            if name == "late":
                self.waiting.append((sent, body, answer))
            else:
                self.hear(sent, body, answer if name == "send" else None)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=60), keeps=st.booleans())
def test_core_loses_nothing_and_forgets_nothing_early(core, steps, keeps) -> None:
    server = Server()
    device = Device(core, server, keeps)
    for name, which in steps:
        device.step(name, which)
        assert set(device.made) == set(server.saved) | set(device.book["rows"])
    for _ in range(80):  # then the network holds and copies are made: all is sent, in a copy, and forgotten
        server.begin_copy()
        server.end_copy(len(server.running) - 1)
        device.step("send", 0)
    assert device.book["rows"] == {} and sorted(server.saved) == sorted(device.made)
    assert len(set(server.saved)) == len(server.saved)
