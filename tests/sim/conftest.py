"""The base that every history begins with, made once a run."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jwcrypto import jwk

from handrail.core.common import clock, home, passing
from handrail.core.journal import turns
from handrail.core.people import erased
from handrail.fronts.console import anchor
from handrail.fronts.outbox.tests.conftest import load

from . import database, invariants
from .server import Server
from .world import BEGAN, DELIVERED, ITEMS, Base, World

DEVICES = 3


@pytest.fixture(scope="session")
def line(django_db_setup: None, django_db_blocker: Any) -> Iterator[database.Databases]:
    """Lend the run's connection to a line of databases of the simulator's own; give it back at the end of each test."""
    from django.db import connection

    before, memory = connection.settings_dict["NAME"], database.MEMORY
    folder = Path(tempfile.mkdtemp(prefix="handrail-sim-", dir=memory if memory.is_dir() else None))
    made = database.databases(folder)
    yield made
    with django_db_blocker.unblock():
        if isinstance(made, database.PostgresDatabases):
            made.end()
        connection.close()
    connection.settings_dict["NAME"] = before
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def base(line: database.Databases, django_db_blocker: Any) -> Base:
    """Make a site with a worker, a full shelf and three devices."""
    from handrail.core.org import actions, queries, rules
    from handrail.core.supplies import actions as supplies
    from handrail.core.supplies import rules as stock
    from handrail.fronts.console import programme

    with django_db_blocker.unblock():
        made = line.make()
        site = programme._open_site("Riverside", "America/Vancouver", new_id=uuid.uuid4)
        draft = rules.NewWorker(uuid.uuid4(), uuid.uuid4(), "ash", ("outreach", "stock"), site, BEGAN)
        actions.add_worker(draft, password="a long password", by=programme.CONSOLE, received_at=BEGAN)
        worker = queries.worker_named("ash")
        for item in ITEMS:
            supplies.receive(stock.Delivery(uuid.uuid4(), site, BEGAN, item, DELIVERED), by=worker, received_at=BEGAN)
        pairs = {str(uuid.uuid4()): jwk.JWK.generate(kty="EC", crv="P-256") for _ in range(DEVICES)}
        for n, (name, pair) in enumerate(pairs.items(), start=1):
            device = rules.NewDevice(uuid.uuid4(), uuid.UUID(name), f"Van {n}", pair.export_public(), site, BEGAN)
            actions.add_device(device, by=programme.CONSOLE, received_at=BEGAN)
    return Base(made, site, worker.id, pairs)


@pytest.fixture(scope="session")
def core() -> Callable[..., Any]:
    """The outbox's core, as a browser runs it."""
    return load("core.js")


@pytest.fixture
def live(
    line: database.Databases, base: Base, core: Callable[..., Any],
    django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., tuple[World, list[str]]]]:  # fmt: skip
    """Live through one seed's history, with another core where one is told; return the world and what does not hold in it."""
    beside = home.open_home().keys
    with django_db_blocker.unblock():

        def through(seed: int, core: Callable[..., Any] = core) -> tuple[World, list[str]]:
            for name in (passing.NAME, anchor.NAME, erased.NAME):  # what stands beside the keys is this history's own
                (beside / name).unlink(missing_ok=True)
            turns._where().unlink(missing_ok=True)
            world = World(seed, base, Server(line), core)
            monkeypatch.setattr(clock, "now", lambda: world.here)
            world.live()
            world.come_home()
            return world, invariants.broken(world)

        yield through
    for name in (passing.NAME, anchor.NAME, erased.NAME):
        (beside / name).unlink(missing_ok=True)
    turns._where().unlink(missing_ok=True)
