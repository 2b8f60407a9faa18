"""A tablet on trial: a browser with a profile of its own, let in by a sheet, that can be killed and comes back."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from handrail.fronts.console import trial

PHONE = {"width": 360, "height": 740}
SYRINGE = "SYR-INS-28-1"
PRESET = "10 × 1 mL + bin"
DJANGO = "from handrail.fronts.console import setting_up\nimport django\ndjango.setup()\n"
INVITE = """
from handrail.core.common import clock
from handrail.core.common.ids import new_id
from handrail.core.org import actions, queries, rules
site, now = queries.site_named(None), clock.now()
sheet = rules.NewInvitation(new_id(), site.id, "Van 2", "van-tablet", now)
print(actions.invite_device(sheet, by=queries.worker_named("robin"), received_at=now)[1])
"""
REVOKE = """
import sys
from handrail.core.common import clock
from handrail.core.common.ids import new_id, parse_id
from handrail.core.org import actions, queries, rules
device, now = queries.device(parse_id("%s")), clock.now()
end = rules.DeviceEnd(new_id(), device.id, device.site_id, "lost", now)
actions.revoke_device(end, by=queries.worker_named("robin"), received_at=now)
"""
LOOK = """
import json
from collections import Counter
from handrail.core.encounters import models as encounters
from handrail.core.encounters import queries
from handrail.core.journal import models
from handrail.core.org import queries as org
from handrail.core.supplies import queries as stock
rows = queries.standing()
site = org.site_named(None).id
held = models.Held.objects.values_list("reason", flat=True)
shelf = Counter()
for row in stock.on_shelf(site):
    shelf[row.item] += row.balance
print(json.dumps({"channels": Counter(row.channel for row in rows), "served": sum(row.served_for for row in rows),
    "with_card": sum(bool(row.person) for row in rows), "held": Counter(held), "shelf": shelf,
    "days": sorted({row.day.isoformat() for row in rows}), "gaps": [one.missing for one in org.gaps()],
    "undone": encounters.Undone.objects.count()}))
"""


def ask(house: trial.House, code: str) -> str:
    """Run a few lines on a house; return what they printed last."""
    return house.run("-c", DJANGO + code).strip().splitlines()[-1]


def look(house: trial.House) -> dict[str, Any]:
    """Say what a house holds: encounters by channel, people served, what is held and why, the shelf."""
    told: dict[str, Any] = json.loads(ask(house, LOOK))
    return told


def visits(house: trial.House) -> int:
    """Count the visits a house holds."""
    return int(look(house)["channels"].get("window", 0))


@dataclass
class Tablet:
    """One tablet. `start` opens the app, `kill` ends its browser at once, as an empty battery does."""

    player: Playwright
    found: str
    arguments: Sequence[str]
    house: trial.House
    profile: Path
    size: dict[str, int] = field(default_factory=lambda: PHONE)
    script: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    context: BrowserContext | None = None

    def start(self) -> "Tablet":
        """Open the browser on this tablet's profile."""
        options = {"viewport": self.size, "base_url": self.house.address, "reduced_motion": "reduce"} | self.options
        self.context = self.player.chromium.launch_persistent_context(
            self.profile, executable_path=self.found, args=list(self.arguments), **options
        )
        self.context.set_default_timeout(15_000)
        if self.script:
            self.context.add_init_script(self.script)
        return self

    @property
    def page(self) -> Page:
        """The app's page."""
        assert self.context
        return self.context.pages[0]

    def open(self, where: str = "") -> Page:
        """Open the app."""
        self.page.goto(f"/app/{where}")
        expect(self.page.locator("#net")).to_be_visible()
        return self.page

    def enrol(self, handle: str = "", pin: str = "2580") -> Page:
        """Let the tablet in and open a shift on it, of whoever waits less for their next code where nobody is named."""
        handle = handle or min(("ash", "kit"), key=lambda one: self.house.spent[one])
        self.page.goto(f"/app/enrol#{ask(self.house, INVITE)}")
        expect(self.page.locator("#open-form")).to_be_visible()
        self.wait_until_kept()
        self.open_shift(handle, pin)
        expect(self.page.locator("#done")).to_be_visible()
        return self.page

    def wait_until_kept(self) -> None:
        """Wait until the app is kept for when there is no network."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.wait_for_timeout(300)

    def open_shift(self, handle: str, pin: str) -> None:
        """Open a shift by password and code, and choose its PIN."""
        page = self.page
        page.locator("#handle").fill(handle)
        page.locator("#password").fill(trial.PASSWORD)
        page.locator("#code").fill(self.house.code(handle))
        page.locator("#open-now").click()
        expect(page.locator("#choose-pin")).to_be_visible()
        for _ in range(2):
            self.type_pin(pin, pad="choose")

    def type_pin(self, pin: str, *, pad: str = "unlock") -> None:
        """Type a PIN on a pad."""
        for digit in pin:
            self.page.locator(f'[data-pad="{pad}"] [data-digit="{digit}"]').click()
        self.page.locator(f'[data-pad="{pad}"] [data-enter]').click()

    def offline(self, off: bool = True) -> None:
        """Take the network away, or give it back."""
        assert self.context
        self.context.set_offline(off)
        self.page.evaluate(f"dispatchEvent(new Event('{'offline' if off else 'online'}'))")

    def record(self, preset: str = PRESET) -> None:
        """Tap a preset and Done; wait until the screen says saved."""
        page = self.page
        before = page.locator("#saved li, #earlier li").count()
        page.get_by_role("button", name=preset).click()
        page.locator("#done").click()
        expect(page.locator("#saved li, #earlier li")).to_have_count(min(20, before + 1))

    def send(self) -> None:
        """Send now, and wait for what comes of it."""
        self.page.evaluate("import('/static/outbox/outbox.js').then((outbox) => outbox.flush())")

    def sent(self) -> None:
        """Wait until everything is sent."""
        expect(self.page.locator("#net-says")).to_contain_text("Everything is sent", timeout=30_000)

    def store(self, script: str) -> Any:
        """Ask the outbox's own store: `script` gets the module as `store`."""
        return self.page.evaluate(f"import('/static/outbox/store.js').then(async (store) => {{ {script} }})")

    def close(self) -> None:
        """Close the browser as a person does."""
        if self.context:
            self.context.close()
            self.context = None

    def kill(self) -> None:
        """Kill the browser and all of its processes with SIGKILL."""
        for pid in self._pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while any(map(_runs, self._pids())):
            time.sleep(0.05)
        if self.context:
            with contextlib.suppress(Error):
                self.context.close()
            self.context = None
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()

    def _pids(self) -> list[int]:
        """Find the processes of this profile: no other browser has its folder in its command."""
        mine = str(self.profile).encode()
        return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and mine in _command(one)]


Tablets = Callable[..., Tablet]


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0]
    except OSError:
        return False
