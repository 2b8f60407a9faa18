"""Fixtures for every test: a home of its own, the smallest valid site, workers, acts."""

import base64
import json
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.contrib.auth.hashers import Argon2PasswordHasher
from jwcrypto import jwk

_home = tempfile.mkdtemp(prefix="handrail-test-")  # before Django reads its settings
os.environ["HANDRAIL_HOME"], os.environ["HANDRAIL_KEYS"] = f"{_home}/var", f"{_home}/keys"

Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = (
    1,
    64,
)  # the suite makes thousands; a site takes Django's cost

NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
SHARED = Path(__file__).resolve().parent.parent / "shared"


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen: a Tuesday, 18:00 UTC."""
    return NOW


@pytest.fixture(autouse=True)
def _clock_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at NOW: no test depends on the day it is run. A test that needs another moment sets `clock.now` itself."""
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: NOW)


@pytest.fixture(autouse=True)
def _no_turn_yet() -> None:
    """No test finds the day of a last turn that another one, under another clock, left."""
    (Path(_home) / "var" / "run" / "turns.json").unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_password_as_cheap_as_the_others() -> None:
    """It was made before this file was read, at the cost of a site."""
    from django.contrib.auth.hashers import make_password

    from handrail.core.org.actions import workers

    workers.NOBODYS_PASSWORD = make_password("nobody's")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Put the embedded test database into a file: WAL, the writer gate and threads are then what a site has."""
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"] == "handrail.config.sqlite":
        settings.DATABASES["default"]["TEST"]["NAME"] = Path(_home) / "test.sqlite3"


@pytest.fixture
def shared() -> Path:
    """The shared library beside the project; the test skips, loudly, where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"NOT RUN: the shared library is not at {SHARED}")
    return SHARED


@pytest.fixture
def site(db: None) -> Any:
    """A real site in Vancouver with accounts, catalogue and presets."""
    from handrail.core.org import queries
    from handrail.fronts.console import programme

    site_id = programme._open_site("Riverside", "America/Vancouver", new_id=uuid.uuid4)
    return queries.site(site_id)


@pytest.fixture
def other_site(site: Any) -> Any:
    """A second site."""
    from handrail.core.org import queries
    from handrail.fronts.console import programme

    return queries.site(programme._open_site("Harbour", "Europe/London", new_id=uuid.uuid4))


@pytest.fixture
def add_worker(site: Any) -> Callable[..., Any]:
    """Add a worker with roles at a site; returns the Worker. Password: `handle` + ` password long`."""
    from handrail.core.org import actions, queries, rules
    from handrail.fronts.console.programme import CONSOLE

    def add(handle: str, *roles: str, at: Any = site) -> Any:
        draft = rules.NewWorker(uuid.uuid4(), uuid.uuid4(), handle, roles, at.id, NOW)
        actions.add_worker(draft, password=f"{handle} password long", by=CONSOLE, received_at=NOW)
        return queries.worker_named(handle)

    return add


@pytest.fixture
def lead(add_worker: Callable[..., Any]) -> Any:
    """A lead who also keeps stock."""
    return add_worker("robin", "lead", "stock")


@pytest.fixture
def outreach(add_worker: Callable[..., Any]) -> Any:
    """A worker at the window."""
    return add_worker("ash", "outreach")


@pytest.fixture
def visit(site: Any) -> Callable[..., Any]:
    """Make a visit's draft from a body; ten syringes when none is told."""
    from handrail.core.journal import kinds

    def make(
        body: dict[str, Any] | None = None, *, act_id: uuid.UUID | None = None, at: datetime = NOW, site_id: Any = None
    ) -> Any:
        told = body if body is not None else {"given": [{"item": "SYR-INS-28-1", "amount": 10}]}
        kind = kinds.kind("window.visit", 1)
        return kind.parse(kinds.Envelope(act_id or uuid.uuid4(), "window.visit", 1, site_id or site.id, at, told))

    return make


@pytest.fixture
def act(site: Any) -> Callable[..., dict[str, Any]]:
    """Make an act in envelope v1, as a device sends it: a visit of ten syringes when nothing else is told."""

    def make(worker: Any, body: dict[str, Any] | None = None, **told: Any) -> dict[str, Any]:
        frame = {
            "v": 1, "id": str(uuid.uuid4()), "kind": "window.visit", "kind_version": 1, "site": str(site.id),
            "at": "2026-03-10T18:00:00Z", "worker": str(worker.signs_as), "device": "", "device_seq": 1,
            "body": {"given": [{"item": "SYR-INS-28-1", "amount": 10}]} if body is None else body,
        }  # fmt: skip
        return frame | told

    return make


@pytest.fixture
def take(now: datetime) -> Callable[..., Any]:
    """Take one act through the one door; returns its answer."""
    from handrail.core.journal import acts
    from handrail.core.org import queries

    return lambda told: acts.receive(told, worker_of=queries.worker, received_at=now)


class Device:
    """A tablet with a key of its own; `revoke` ends it."""

    def __init__(self) -> None:
        self.id, self._key = uuid.uuid4(), ec.generate_private_key(ec.SECP256R1())
        self.public_key = jwk.JWK.from_pyca(self._key.public_key()).export_public()

    def sign(self, body: bytes) -> bytes:
        """Sign as WebCrypto does: r and s, 32 bytes each."""
        r, s = decode_dss_signature(self._key.sign(body, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def revoke(self) -> None:
        from handrail.core.org import models

        models.Device.objects.filter(pk=self.id).update(revoked=NOW.date())


@pytest.fixture
def add_device(site: Any) -> Callable[[], Device]:
    """Enrol a device that signs."""
    from handrail.core.org import actions, rules
    from handrail.fronts.console.programme import CONSOLE

    def add() -> Device:
        made = Device()
        draft = rules.NewDevice(uuid.uuid4(), made.id, "Window 1", made.public_key, site.id, NOW)
        actions.add_device(draft, by=CONSOLE, received_at=NOW)
        return made

    return add


@pytest.fixture
def device(add_device: Callable[[], Device]) -> Device:
    """An enrolled device that signs."""
    return add_device()


@pytest.fixture
def sync(client: Any, device: Device) -> Callable[..., Any]:
    """Send a batch, signed by the device; returns the response."""

    def send(*acts: Any, signature: bytes | None = None, by: Device = device, **more: Any) -> Any:
        named = [
            one | {"device": str(by.id)} if isinstance(one, dict) and one.get("device") == "" else one for one in acts
        ]
        body = json.dumps({"device": str(by.id), "acts": named} | more).encode()
        signed = base64.urlsafe_b64encode(by.sign(body) if signature is None else signature).decode().rstrip("=")
        return client.post("/api/sync", body, content_type="application/json", headers={"Handrail-Signature": signed})

    return send


@pytest.fixture
def fresh_keys(db: None) -> Iterator[None]:
    """The keys that pass, and the list of what was erased, are this test's own."""
    from handrail.core.common import home, passing
    from handrail.core.people import erased

    def clear() -> None:
        for name in (passing.NAME, erased.NAME):
            (passing.folder() / name).unlink(missing_ok=True)

    passing.install(home.open_home().keys)
    clear()
    yield
    clear()


@pytest.fixture
def every_cell(db: None) -> Callable[[], list[str]]:
    """Return the text of every cell of every table that stands in the database, third parties' tables too."""
    from django.db import connection

    def read() -> list[str]:
        cells: list[str] = []
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                for row in cursor.fetchall():
                    cells += [one.hex() if isinstance(one, bytes | memoryview) else str(one) for one in row]
        return cells

    return read


@pytest.fixture
def seal() -> Callable[..., int]:
    """Seal the anonymous journal through a day (the test's own day when none is told)."""
    from handrail.core.journal import sealing

    return lambda through=None: sealing.seal_day(through or NOW.date())


@pytest.fixture
def tamper(db: None) -> Callable[..., int]:
    """Run SQL as somebody who has lifted the guards; returns how many rows it touched."""
    from django.db import connection

    def run(sql: str, values: tuple[Any, ...] = ()) -> int:
        connection.check_constraints()  # PostgreSQL lifts no guard while a constraint waits
        _lift()
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    return run


@pytest.fixture
def step_up() -> Callable[..., str]:
    """Do what a worker does at a first sign-in: own password, codes, PIN 2580; returns the secret that codes are made from."""
    from handrail.core.org import actions, rules

    def do(worker: Any) -> str:
        draft = rules.NewPassword(uuid.uuid4(), worker.id, NOW)
        actions.set_password(draft, password=f"{worker.handle} password long", by=worker, received_at=NOW)
        secret, code = rules.new_secret(), rules.OwnStep(uuid.uuid4(), worker.id, "set_totp", NOW)
        before = int(NOW.timestamp()) // 30 - 1
        actions.set_totp(code, secret=secret, code=rules.code_at(secret, before), by=worker, received_at=NOW)
        actions.set_pin(worker, "2580")
        return secret

    return do


@pytest.fixture
def signed_in(client: Any) -> Callable[..., Any]:
    """Return the test client, signed in as a worker in a shift of their own."""
    from handrail.fronts.desk.tests import desks

    return lambda worker: desks.open_desk(client, worker)


def _lift() -> None:
    from django.db import connection

    from handrail.core.journal import guards

    guards.lift(connection)


@pytest.fixture(autouse=True)
def _guards_lifted_around_flush(request: pytest.FixtureRequest) -> Iterator[None]:
    """A transactional test ends in a flush, which the guards forbid: lift them for it, put them back after."""
    transactional = "transactional_db" in request.fixturenames or "live_server" in request.fixturenames
    marker = request.node.get_closest_marker("django_db")
    if not (transactional or (marker and marker.kwargs.get("transaction"))):
        yield
        return
    from django.db import connection

    from handrail.core.journal import guards

    request.getfixturevalue("transactional_db")
    guards.install(connection)
    yield
    _lift()
