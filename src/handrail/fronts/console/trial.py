"""A house on trial: a temporary home with a real site, served by the real server as its own processes. For tests and benches.

`python -m handrail.fronts.console.trial` sets one up inside its own environment: it reads what is wanted as JSON and answers
with what came to be.
"""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jwcrypto import jwk

from .machine import free_port
from .softkey import SoftKey

SRC = Path(__file__).resolve().parents[3]
LOOPBACK = "127.0.0.1"
ANSWERS_WITHIN_SECONDS = 60
PASSWORD, PIN = "on trial, on trial", "2580"  # of a house that lives for seconds
CODE_SECONDS = 30
WORKERS: Mapping[str, tuple[str, ...]] = {
    "robin": ("lead", "stock", "clinician"),
    "ash": ("outreach", "floor"),
    "kit": ("outreach", "floor"),
    "noor": ("reviewer",),
}
SIGNERS: Mapping[str, tuple[str, ...]] = {"mara": ("manager",), "otto": ("approver",)}  # at every site
SIGNERS_DAYS = 2  # a role granted today would not sign today


@dataclass
class House:
    """One house on trial. `site` is its site's id, `devices` the private keys (JWK text) of enrolled devices, by id.

    `secrets` are what the workers' phones make codes from, `passkeys` their passkeys, by handle; `spent` the last step of each.
    """

    folder: Path
    environment: dict[str, str]
    port: int
    site: str = ""
    workers: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    passkeys: dict[str, dict[str, str]] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is served."""
        return f"http://localhost:{self.port}"

    def code(self, handle: str) -> str:
        """Return a code of a worker's phone that was not used yet; waits for the next one where it must."""
        from handrail.core.org import rules

        now = time.time()  # noqa: TID251  -- a phone has its own clock
        step = max(int(now) // CODE_SECONDS, self.spent.get(handle, 0) + 1)
        time.sleep(max(0, (step - 1) * CODE_SECONDS - now))  # a code may be one step ahead of the clock
        self.spent[handle] = step
        return rules.code_at(self.secrets[handle], step)

    def client(self, handle: str) -> "Client":
        """Return a client in which this worker has opened a shift by their passkey."""
        client = Client(self.port)
        client.sign_in(SoftKey(self.passkeys[handle]), origin=self.address)
        return client

    def run(self, *words: str, told: str = "") -> str:
        """Run Python on this house; return what it printed. Raises RuntimeError with its words when it fails."""
        done = subprocess.run(
            [sys.executable, *words], env=self.environment, input=told, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def up(self) -> None:
        """Serve with `handrail up`, and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "handrail", "up"], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )  # fmt: skip
        deadline = time.monotonic() + ANSWERS_WITHIN_SECONDS
        while time.monotonic() < deadline and self.server.poll() is None:
            with (
                contextlib.suppress(OSError, http.client.HTTPException),
                contextlib.closing(Client(self.port)) as client,
            ):
                if client.get("/")[0] == http.client.OK:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the house did not answer: {self.said()}")

    def serve_lan(self, name: str, *, trust_port: int, address: str = LOOPBACK, within: Sequence[str] = ()) -> None:
        """Serve with `handrail serve --lan` under a name, and wait until it says so.

        `address`: empty for the one that the house chooses itself. `within`: words that start it elsewhere.
        """
        words = ["serve", "--lan", "--name", name, "--port", str(self.port)]
        words += ["--address", address] if address else []
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                [*within, sys.executable, "-m", "handrail", *words, "--trust-port", str(trust_port)],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + ANSWERS_WITHIN_SECONDS
        while time.monotonic() < deadline and self.server.poll() is None:
            if "Ctrl+C stops it" in self.said():
                return
            time.sleep(0.05)
        raise RuntimeError(f"the house did not answer: {self.said()}")

    def said(self) -> str:
        """Return the last words of its server."""
        return (self.folder / "server.log").read_text(errors="replace")[-4000:]

    def down(self) -> None:
        """Stop serving, as an operator would."""
        if self.server:
            self.server.terminate()
            try:
                self.server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
            self.server = None

    def kill(self) -> None:
        """Kill everything that serves, at once, with SIGKILL: a power cut for processes."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            os.killpg(json.loads((self.folder / "var" / "run" / "server.json").read_text())["group"], signal.SIGKILL)
        if self.server:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            self.server = None


@contextlib.contextmanager
def house(
    *, settings: str = "handrail.config.settings", url: str = "", devices: int = 0, keys: Path | None = None
) -> Iterator[House]:
    """Set a house up (not served yet) and take it down at the end. `url` names a PostgreSQL server; the house gets a database of its own.

    `keys`: where its keys lie; beside its data where nothing is said, which `serve` refuses.
    """
    folder = Path(tempfile.mkdtemp(prefix="handrail-trial-"))
    try:
        with _database(url) as own:
            environment = _environment(folder, settings=settings, url=own)
            made = House(folder, environment | ({"HANDRAIL_KEYS": str(keys)} if keys else {}), free_port())
            made.environment["HANDRAIL_PORT"] = str(made.port)
            try:
                _set_up(made, devices=devices)
                yield made
            finally:
                made.down()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, *, settings: str, url: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HANDRAIL_", "DJANGO_", "COV_"))}
    return own | {
        "HANDRAIL_HOME": str(folder / "var"), "HANDRAIL_KEYS": str(folder / "keys"), "HANDRAIL_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(SRC), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


@contextlib.contextmanager
def _database(url: str) -> Iterator[str]:
    if not url:
        yield ""
        return
    import psycopg

    name = f"trial_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _set_up(made: House, *, devices: int) -> None:
    pairs = {str(uuid.uuid4()): jwk.JWK.generate(kty="EC", crv="P-256") for _ in range(devices)}
    wanted = {"devices": {name: pair.export_public() for name, pair in pairs.items()}}
    told = json.loads(made.run("-m", __name__, told=json.dumps(wanted)).splitlines()[-1])
    made.site, made.workers = told["site"], told["workers"]
    made.secrets, made.passkeys, made.spent = told["secrets"], told["passkeys"], told["spent"]
    made.devices = {name: pair.export_private() for name, pair in pairs.items()}


def open_trial(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Open a real site with workers, devices and a full shelf in this process's home; return their ids."""
    from . import setting_up

    setting_up.prepare(site="Trial house", timezone="America/Vancouver")
    from handrail.core.common import clock, periods
    from handrail.core.common.ids import new_id
    from handrail.core.org import actions, queries, rules
    from handrail.core.supplies import actions as supplies
    from handrail.core.supplies import rules as stock

    from . import programme

    site, now = queries.site_named(None), clock.now()
    for handle, roles in WORKERS.items():
        draft = rules.NewWorker(new_id(), new_id(), handle, roles, site.id, now)
        actions.add_worker(draft, password=PASSWORD, by=programme.CONSOLE, received_at=now)
    for name, key in wanted["devices"].items():
        device = rules.NewDevice(new_id(), uuid.UUID(name), f"device {name[:4]}", key, site.id, now)
        actions.add_device(device, by=programme.CONSOLE, received_at=now)
    since = now - timedelta(days=SIGNERS_DAYS)
    for handle, roles in SIGNERS.items():
        draft = rules.NewWorker(new_id(), new_id(), handle, roles, None, since)
        actions.add_worker(draft, password=PASSWORD, by=programme.CONSOLE, received_at=since)
    everybody = (*WORKERS, *SIGNERS)
    steps = {handle: _set_up_steps(handle) for handle in everybody}
    lead = queries.worker_named("robin")
    for item in programme.DELIVERED:
        delivery = stock.Delivery(new_id(), site.id, periods.coarse(now), item, stock.MOST_AT_ONCE)
        supplies.receive(delivery, by=lead, received_at=now)
    told = {"site": str(site.id), "workers": {handle: str(queries.worker_named(handle).id) for handle in everybody}}
    return told | {
        name: {handle: step[name] for handle, step in steps.items()} for name in ("secrets", "passkeys", "spent")
    }


def _set_up_steps(handle: str) -> dict[str, Any]:
    """Do what a worker does at their first sign-in: own password, codes, PIN; and make a passkey."""
    from handrail.core.common import clock
    from handrail.core.common.ids import new_id
    from handrail.core.org import actions, queries, rules

    worker, now = queries.worker_named(handle), clock.now()
    actions.set_password(rules.NewPassword(new_id(), worker.id, now), password=PASSWORD, by=worker, received_at=now)
    secret, step = rules.new_secret(), int(now.timestamp()) // CODE_SECONDS - 1
    own = rules.OwnStep(new_id(), worker.id, "set_totp", now)
    actions.set_totp(own, secret=secret, code=rules.code_at(secret, step), by=worker, received_at=now)
    actions.set_pin(worker, PIN)
    key, (options, state) = SoftKey(), actions.ask_new(worker, name="localhost")
    made = key.make(options, origin="http://localhost")
    draft = rules.OwnStep(new_id(), worker.id, "add_passkey", now, passkey_id=new_id())
    actions.add_passkey(draft, state=state, response=made, name="localhost", by=worker, received_at=now)
    return {"secrets": secret, "passkeys": key.kept, "spent": step}


class Client:
    """A browser's manners over one kept connection: cookies, the form token, nothing else."""

    def __init__(self, port: int) -> None:
        """Talk to a house on this port."""
        self.connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        """Fetch a page; return its status and text."""
        return self._ask("GET", path, b"", {})

    def form(self, path: str, fields: Mapping[str, str]) -> tuple[int, str]:
        """Send a form with the token of this session, as htmx does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        return self._ask("POST", path, urlencode(dict(fields) | {"csrfmiddlewaretoken": self.token}).encode(), kind)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Send bytes."""
        return self._ask("POST", path, body, dict(headers))

    def sign_in(self, key: SoftKey, *, origin: str) -> None:
        """Open a shift by a passkey. Raises RuntimeError when the house does not let it."""
        self.get("/desk/sign-in")
        options = json.loads(self._say("/desk/passkey/ask", {}))
        self._say("/desk/passkey/prove", key.sign(options, origin=origin))

    def _say(self, path: str, told: Mapping[str, Any]) -> str:
        self.connection.close()  # a kept connection may be closed under our hands, and this is said once
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.token}
        status, page = self.post(path, json.dumps(dict(told)).encode(), headers)
        if status != http.client.OK:
            raise RuntimeError(f"{path} gave {status}: {page[:2000]}")
        return page

    def close(self) -> None:
        """Let the connection go; the next request opens another."""
        self.connection.close()

    @property
    def token(self) -> str:
        """The form token."""
        return self.cookies.get("csrftoken", "")

    @property
    def cookie(self) -> str:
        """The cookies, as a header says them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _named(self, headers: dict[str, str]) -> dict[str, str]:
        cookies = {"Cookie": self.cookie} if self.cookies else {}
        return headers | cookies | {"Host": f"localhost:{self.connection.port}"}

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        try:
            self.connection.request(method, path, body or None, self._named(headers))
            answer = self.connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        for said in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(said).items()}
        return answer.status, text


if __name__ == "__main__":
    print(json.dumps(open_trial(json.load(sys.stdin))))
