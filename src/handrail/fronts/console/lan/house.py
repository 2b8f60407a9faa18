"""The door of `serve --lan`: name, address, certificate and page of trust held together while the server runs."""

import json
import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from handrail.core.common import clock, home
from handrail.core.common.refusals import Refused
from handrail.fronts.console import serving
from handrail.fronts.console.doors import Change, Door
from handrail.fronts.console.setting_up import say, tell

from . import addresses, authority, sheet
from .announcing import Announcement
from .authority import Authority, Shown
from .trusting import TrustPage, answers

LOCAL = ".local"
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1035: a label has at most 63 octets
LONGEST = 40  # characters of a name that is made of a site's: people type it


class Local:
    """Keeps the door: renews the certificate, follows the address, answers to the name."""

    def __init__(self, shown: Shown, door: Door, *, fixed: bool, trust_port: int) -> None:
        """Keep this door. `fixed`: the address was named by the operator and is not left."""
        self.shown, self.held, self.door, self.fixed = shown, shown.held, door, fixed
        self.page = TrustPage(answers(self.held, address=f"{door.address}/app/"), trust_port)
        self.announcement = Announcement(self.held.name, door.port)
        self._announced = False
        self._said: set[str] = set()

    def begin(self) -> None:
        """Open the page of trust and answer to the name. Raises Refused: `port-taken`, `name-taken`, `cannot-announce`."""
        serving.check_free(self.door.host, self.page.port)
        self.page.begin(self.door.host)
        self.announcement.begin(self.door.host)
        self._announced = True

    def tend(self) -> Change:
        """Renew, follow, and notice another machine that answers to the name. Nothing here ends the server."""
        moved = self._follow()
        if moved or not self._announced:
            self._announce()
        if others := self.announcement.others():
            self._once(
                f"another machine ({', '.join(others)}) answers to {self.held.name}: devices may not find this one"
            )
        renewed = self._renew(clock.now())
        if moved:
            return Change.PLACE
        return Change.CERTIFICATE if renewed else Change.NONE

    def greet(self) -> None:
        """Say where people find the house, and what to print."""
        trust = trust_of(self.held, self.page.port)
        paper = sheet.write(home.open_home().data / "exports", trust=trust, desk=f"{self.door.address}/desk/")
        print(f"\n  {self.door.address}/desk/   staff (on devices that trust this house)")
        print(f"  {trust['address']}         what a new device opens first")
        print(f"  fingerprint {trust['fingerprint']}\n  print this for new devices: {paper}\n")
        print(f"  served on {self.door.host}; devices can trust it until {self.held.until:%Y-%m-%d}")

    def end(self) -> None:
        """Say goodbye, close the page, and let the server's key go."""
        self.announcement.end()
        self.page.end()
        self.shown.end()

    def _renew(self, at: datetime) -> bool:
        if self.held.until - at < authority.WARNED_BEFORE:
            self._once(
                f"devices stop trusting this house on {self.held.until:%Y-%m-%d}: plan for ./handrail serve --lan --new-trust"
            )
        renewed = self.shown.renew(at=at)
        if renewed:
            tell("the certificate was renewed")
        return renewed

    def _follow(self) -> bool:
        """Go where the machine's network address went; tell whether the door is elsewhere now."""
        try:
            now = self.door.host if self.fixed else addresses.choose(None)
            if now == self.door.host:
                return False
            serving.check_free(now, self.door.port)
            self.page.begin(now)
        except (Refused, OSError) as trouble:
            self._once(f"the network address changed and cannot be followed yet ({trouble})")
            return False
        tell(f"this machine is at {now} now")
        self.door = replace(self.door, host=now)
        return True

    def _announce(self) -> None:
        try:
            self.announcement.begin(self.door.host)
            self._announced = True
        except Refused as refusal:
            self._announced = False
            self._once(say(refusal))

    def _once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            tell(text)


def keeper(*, name: str | None, address: str | None, ports: tuple[int, int], new_trust: bool) -> Local:
    """Return the door on the local network, its authority made at the first start. `ports`: of the house, and of the page of trust.

    Raises:
        Refused: as `addresses.choose`, `authority.read`, `Authority.check`; `port-taken`, `bad-lan-name`, `other-name`.
    """
    at, host = clock.now(), addresses.choose(address)
    for one in ports:
        serving.check_free(host, one)
    here = home.open_home()
    held = _authority(here.keys, name=name, address=host, at=at, new_trust=new_trust)
    held.check(at=at)
    shown, ours = Shown(held, here.run, at=at), f"https://{held.name}:{ports[0]}"
    told = {"HANDRAIL_ADDRESS": ours, "HANDRAIL_TRUST": json.dumps(trust_of(held, ports[1])), "HANDRAIL_PROXY": ""}
    door = Door(host, ports[0], ours, shown.files, told)
    return Local(shown, door, fixed=address is not None, trust_port=ports[1])


def trust_of(held: Authority, port: int) -> dict[str, str]:
    """Return what a new device needs: where to take the certificate, and its fingerprint to compare."""
    return {"address": f"http://{held.name}:{port}/", "fingerprint": held.fingerprint}


def name_for(site: str) -> str:
    """Return the name a site goes by on its network: letters, digits and hyphens of its own name."""
    plain = unicodedata.normalize("NFKD", site).encode("ascii", "ignore").decode().lower()
    return (re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "handrail") + LOCAL


def _authority(folder: Path, *, name: str | None, address: str, at: datetime, new_trust: bool) -> Authority:
    wanted = _checked(name) if name else None
    if authority.stands(folder) and not new_trust:
        held = authority.read(folder)
        if wanted not in {None, held.name}:
            raise Refused("other-name", name=held.name)
        return held
    if authority.stands(folder):
        authority.put_away(folder, at=at)
        tell("every device must trust this house anew, and be enrolled anew where the name changed")
    made = wanted or name_for(_first_site())
    tell(f"making certificates for {made}, and for nothing else")
    return authority.make(folder, name=made, addresses=[address], at=at)


def _checked(name: str) -> str:
    label = name.strip().lower().removesuffix(LOCAL)
    if not LABEL.fullmatch(label):
        raise Refused("bad-lan-name")
    return label + LOCAL


def _first_site() -> str:
    from handrail.core.org import queries as org

    return org.site_named(None).name
