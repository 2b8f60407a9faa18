"""One history: people at three tablets, a shelf that can be touched, a network that does what networks do, a server that dies.

A seed draws it. Nothing in it asks the machine for time or chance, so that a seed that failed fails again.
"""

import base64
import hashlib
import json
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from handrail.core.common import keys
from handrail.core.journal import turns
from handrail.core.org import actions as org
from handrail.core.org import copies
from handrail.core.org import queries as org_queries
from handrail.core.org import rules as org_rules
from handrail.core.people import rules as people
from handrail.fronts.console import retaining, sealer
from handrail.fronts.console.programme import CONSOLE

from .device import Core, Device, Disk, NoRoomError, Sent
from .server import Heard, Server

BEGAN = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
ITEMS = ("SYR-INS-28-1", "COOK", "SHARPS-P")
CARDS = 6  # in people's pockets
DELIVERED = 1000  # units of each item on the shelf when it begins
STEPS = 50
LAST_LINES = 20  # saved lines that can still be undone
PORTAL = Heard(200, {"content-type": "text/html"}, b"<html>Welcome to our network. Please log in.</html>")


@dataclass
class Told:
    """An act that a screen said was saved, and what it did to the shelf (units gone out; below zero: come back)."""

    act: dict[str, Any]
    device: Device
    gone: Counter[str]
    undoes: str = ""

    @property
    def kind(self) -> str:
        """The kind of act."""
        return str(self.act["kind"])


@dataclass
class Base:
    """What every history begins with: a database, a site, a worker, the key pairs of three devices by id."""

    database: Any
    site: uuid.UUID
    worker: uuid.UUID
    pairs: dict[str, Any]


@dataclass
class World:
    """Everything that is. `off` is how far the server's clock is off."""

    seed: int
    base: Base
    server: Server
    core: Core
    now: datetime = BEGAN
    off: timedelta = timedelta()
    saved: dict[str, Told] = field(default_factory=dict)
    opened: dict[str, datetime] = field(default_factory=dict)
    not_saved: int = 0
    gone: Counter[str] = field(default_factory=Counter)
    late: list[tuple[Device, Sent]] = field(default_factory=list)
    answers: list[Heard] = field(default_factory=list)
    copying: tuple[int, Any] | None = None
    whole: Any = None
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        fives = ["".join(self.chance.choices(people.ALPHABET, k=5)) for _ in range(CARDS)]
        self.cards = [five + people.check_character(five) for five in fives]
        self.server.databases.begin(self.base.database)
        self.server_ran()
        self.devices = [
            Device(self.core, name, pair, str(self.base.site), self.chance, self.disk(name))
            for name, pair in self.base.pairs.items()
        ]
        for device in self.devices:
            device.pin(keys.ring().site_keys(), keys.ring().answer_keys())
            self.open_shift(device)

    def disk(self, name: str) -> Disk:
        """Every other history is lived with disks that fail to write what an answer said."""
        return Disk(fails=random.Random(f"{self.seed} {name}") if self.seed % 2 else None)

    @property
    def here(self) -> datetime:
        """What time it is by the server's clock."""
        return self.now + self.off

    def server_ran(self) -> None:
        """The server ran until now, day by day."""
        turns.note(turns.FORGETTING, self.now.date())

    def live(self) -> None:
        """Let things happen."""
        for _ in range(STEPS):
            happening = self.chance.choices(list(HAPPENINGS), weights=list(HAPPENINGS.values()))[0]
            self.log.append(happening.__name__)
            happening(self)

    def come_home(self) -> None:
        """Everybody comes home: nothing is in the way any more, copies are made, and every outbox empties itself."""
        self.off = timedelta()
        self.give_role_back()
        for device in self.devices:
            device.clock, device.disk.full, device.disk.fails = timedelta(), False, None
            device.start()
        self.late.clear()
        for _ in range(40):
            for device in self.devices:
                if sent := device.send():
                    device.hear(sent, self.server.ask(sent.body, sent.headers))
            self.copy_whole()
            if not any(device.waiting for device in self.devices):
                return

    # --- at a table ---

    def open_shift(self, device: Device) -> None:
        """A worker opens a shift on a tablet, at the site."""
        worker = org_queries.worker(self.base.worker)
        assert worker is not None
        opened = org.open_shift(worker, method="totp", device_id=uuid.UUID(device.id), now=self.here)
        self.opened[str(opened.shift)] = self.here
        device.take_shift(str(opened.shift), org.seal_shift(opened.signs_as))

    def people_come(self) -> None:
        """A few people come to one table: things go over it, then they are recorded."""
        device = self.chance.choice(self.devices)
        for _ in range(self.chance.randint(1, 5)):
            item, amount = self.chance.choice(ITEMS), self.chance.randint(1, 20)
            gone = Counter({item: amount})
            self.gone.update(gone)
            card = {"card": self.chance.choice(self.cards)} if self.chance.random() < 0.4 else {}
            self._record(device, "window.visit", {"given": [{"item": item, "amount": amount}]} | card, gone)

    def undo(self) -> None:
        """A line is taken back: the things are on the shelf again."""
        done = {told.undoes for told in self.saved.values()}
        lines = [
            one
            for one, told in list(self.saved.items())[-LAST_LINES:]
            if told.kind == "window.visit" and one not in done
        ]
        if lines:
            visit = self.chance.choice(lines)
            back = Counter({item: -n for item, n in self.saved[visit].gone.items()})
            self.gone.update(back)
            self._record(self.saved[visit].device, "window.undo", {"visit": visit}, back, undoes=visit)

    def _record(self, device: Device, kind: str, body: dict[str, Any], gone: Counter[str], *, undoes: str = "") -> None:
        try:
            act = device.record(kind, body, now=self.now)
        except NoRoomError:  # the screen says so: it goes on paper, and is typed in once there is room
            self.not_saved += 1
            device.disk.full = False
            act = device.record(kind, body, now=self.now)
        self.saved[act["id"]] = Told(act, device, gone, undoes)

    # --- on the way ---

    def flush(self) -> None:
        """A tablet sends, over a network that does what networks do."""
        device = self.chance.choice(self.devices)
        if sent := device.send():
            road = self.chance.choices(list(ROADS), weights=list(ROADS.values()))[0]
            self.log[-1] += f" {road.__name__}"
            road(self, device, sent)

    def arrive_late(self) -> None:
        """A request that was stuck somewhere arrives after others; its answer may still be heard."""
        if self.late:
            device, sent = self.late.pop(self.chance.randrange(len(self.late)))
            heard = self.server.ask(sent.body, sent.headers)
            if self.chance.random() < 0.5:
                device.hear(sent, heard)

    def good(self, device: Device, sent: Sent) -> None:
        """There and back."""
        heard = self.server.ask(sent.body, sent.headers)
        if heard:
            self.answers.append(heard)
        device.hear(sent, heard)

    def request_lost(self, device: Device, sent: Sent) -> None:
        """It never arrives."""
        device.hear(sent, None)

    def answer_lost(self, device: Device, sent: Sent) -> None:
        """It is done, and nobody hears of it."""
        self.server.ask(sent.body, sent.headers)
        device.hear(sent, None)

    def sent_twice(self, device: Device, sent: Sent) -> None:
        """It arrives twice, and both answers are heard."""
        for _ in range(2):
            device.hear(sent, self.server.ask(sent.body, sent.headers))

    def stuck(self, device: Device, sent: Sent) -> None:
        """It is stuck on the way; the device gives up waiting."""
        self.late.append((device, sent))
        device.hear(sent, None)

    def portal(self, device: Device, sent: Sent) -> None:
        """A captive portal answers 200 with a page of its own."""
        device.hear(sent, PORTAL)

    def liar(self, device: Device, sent: Sent) -> None:
        """Somebody on the way says in our words that all is saved, and cannot sign it."""
        told = json.loads(sent.body)
        saved = [{"id": one["id"], "outcome": "saved"} for one in told["acts"]]
        of = base64.urlsafe_b64encode(hashlib.sha256(sent.body).digest()).decode().rstrip("=")
        lie = {"acts": saved, "known": told["ask"], "lacking": [], "epoch": "", "copies": None, "of": of}
        device.hear(
            sent,
            Heard(
                200,
                {"handrail-key": next(iter(device.answer_keys)), "handrail-answer": "A" * 86},
                json.dumps(lie).encode(),
            ),
        )

    def old_answer(self, device: Device, sent: Sent) -> None:
        """Something on the way answers with what we said to another request."""
        device.hear(sent, self.chance.choice(self.answers) if self.answers else None)

    def cut_short(self, device: Device, sent: Sent) -> None:
        """Only a part of it arrives."""
        part = sent.body[: self.chance.randrange(len(sent.body))]
        device.hear(sent, self.server.ask(part, sent.headers))

    def server_dies(self, device: Device, sent: Sent) -> None:
        """The server's process is killed at some statement."""
        device.hear(sent, self.server.ask(sent.body, sent.headers, die_at=self.chance.randint(1, 60)))

    # --- to a tablet ---

    def kill_app(self) -> None:
        """A browser is killed, or the app is updated: it starts on what its disk holds."""
        self.chance.choice(self.devices).start()

    def clock_jumps(self) -> None:
        """A tablet's clock is wrong by a day or by ten years, or right again."""
        off = self.chance.choice(
            [
                timedelta(),
                timedelta(),
                timedelta(days=1),
                timedelta(days=-1),
                timedelta(days=3652),
                timedelta(days=-3652),
            ]
        )
        self.chance.choice(self.devices).clock = off

    def disk_fills(self) -> None:
        """A browser gives no more room."""
        self.chance.choice(self.devices).disk.full = True

    # --- at the server ---

    def time_passes(self) -> None:
        """Minutes pass, or days; now and then a shift is opened anew."""
        self.now += self.chance.choice(
            [timedelta(minutes=10), timedelta(hours=3), timedelta(days=1), timedelta(days=2)]
        )
        if self.chance.random() < 0.5:
            self.open_shift(self.chance.choice(self.devices))

    def server_clock_jumps(self) -> None:
        """The server's clock is wrong by a day or by ten years, or right again."""
        wrong = (timedelta(days=1), timedelta(days=-1), timedelta(days=3652), timedelta(days=-3652))
        self.off = self.chance.choice((timedelta(), timedelta(), timedelta(), *wrong))

    def seal(self) -> None:
        """The sealer runs; it may be killed."""
        die_at = self.chance.randint(1, 80) if self.chance.random() < 0.3 else None
        self.server.run(lambda: sealer.work(set(), retaining.today(self.here)), die_at=die_at)

    def weeks_pass(self) -> None:
        """Weeks pass, or a season: what must be forgotten is due."""
        self.now += self.chance.choice([timedelta(days=32), timedelta(days=95)])
        self.server_ran()

    def retain(self) -> None:
        """The daily run forgets what is due; it may be killed."""
        die_at = self.chance.randint(1, 120) if self.chance.random() < 0.3 else None
        self.server.run(lambda: sealer.work(set(), None), die_at=die_at)

    def copy_begins(self) -> None:
        """A copy begins."""
        number = copies.begin_copy(self.here.date())
        self.copying = number, self.server.databases.copy()

    def copy_ends(self) -> None:
        """The copy under way is whole."""
        if self.copying:
            number, self.whole = self.copying
            copies.finish_copy(number, self.here.date())
            self.copying = None

    def copy_whole(self) -> None:
        """A copy is made, from its beginning to its end."""
        self.copy_begins()
        self.copy_ends()

    def restore(self) -> None:
        """The disk died: the last whole copy is brought back, which is a new epoch. Nobody opens a shift anew for it."""
        if self.whole is not None:
            self.server.databases.begin(self.whole)
            self.copying, self.off = None, timedelta()  # who brings a copy back looks at the clock
            retaining.reapply()
            copies.begin_epoch()

    def take_role_away(self) -> None:
        """The worker's role is withdrawn."""
        self._change_role(granted=False)

    def give_role_back(self) -> None:
        """The worker's role is given back."""
        self._change_role(granted=True)

    def _change_role(self, *, granted: bool) -> None:
        act_id = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        draft = org_rules.RoleChange(act_id, self.base.worker, "outreach", self.base.site, granted, self.here)
        org.change_role(draft, by=CONSOLE, received_at=self.here)


HAPPENINGS: dict[Callable[[World], None], float] = {
    World.people_come: 20, World.undo: 5, World.flush: 30, World.arrive_late: 4, World.kill_app: 4, World.clock_jumps: 2,
    World.disk_fills: 2, World.time_passes: 6, World.seal: 5, World.weeks_pass: 1, World.retain: 3, World.copy_begins: 3, World.copy_ends: 3, World.restore: 2,
    World.server_clock_jumps: 3,
    World.take_role_away: 1, World.give_role_back: 2,
}  # fmt: skip

ROADS: dict[Callable[[World, Device, Sent], None], float] = {
    World.good: 30, World.request_lost: 8, World.answer_lost: 12, World.sent_twice: 6, World.stuck: 8, World.portal: 3, World.liar: 3,
    World.old_answer: 3, World.cut_short: 4, World.server_dies: 12,
}  # fmt: skip
