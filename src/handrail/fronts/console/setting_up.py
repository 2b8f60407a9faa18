"""From an empty folder to a house that can serve: keys, tables, guards, and a site or the demo."""

import json
import secrets
import sys
from typing import Any

import django

from handrail.core.common import home
from handrail.core.common.refusals import Refused


def tell(text: str) -> None:
    """Say what is being done, while it is done."""
    print(f"handrail: {text}", file=sys.stderr, flush=True)


def say(refusal: Refused) -> str:
    """Return a refusal's sentence and code."""
    django.setup()
    from handrail.core.ui import refusals

    return f"{refusals.say(refusal)} [{refusal.code}]"


def open_house() -> None:
    """Load the house on a data folder that is set up. Raises Refused("not-set-up") on an empty one."""
    if home.is_new():
        raise Refused("not-set-up")
    django.setup()
    migrate()


def prepare(*, site: str | None, timezone: str) -> dict[str, str]:
    """Bring the data folder to where it can serve; return sign-ins that may be shown (handle to password)."""
    tell(f"data folder {home.folder()}")
    if home.is_new():
        tell("new folder: making keys" + ("" if site else ", for the demo"))
        home.begin(demo=site is None)
    django.setup()
    migrate()
    from django.conf import settings

    if site and settings.DEMO:
        raise Refused("demo-for-life")
    return _fill(site, timezone, demo=settings.DEMO)


def migrate() -> None:
    """Bring the tables up to this version and check that the database keeps what it acknowledges.

    Raises:
        Refused: `newer-schema` when the database was made by a later version; `guards-missing`.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from handrail.core.journal import guards

    loader = MigrationLoader(connection)
    if ahead := [name for name in loader.applied_migrations if name not in loader.disk_migrations]:
        raise Refused("newer-schema", name=".".join(ahead[0]))
    if missing := [name for name in loader.disk_migrations if name not in loader.applied_migrations]:
        tell(f"bringing the tables up to date ({len(missing)} steps)")
        call_command("migrate", verbosity=0, interactive=False)
    check_database(connection)
    if lacking := guards.missing(connection):
        raise Refused("guards-missing", name=lacking[0])


def check_database(connection: Any) -> None:
    """Refuse an embedded database that could lose what it acknowledged. Raises Refused("unsafe-database")."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, synchronous) != ("wal", 2):  # 2 is FULL: measured, NORMAL loses acknowledged writes at a power cut
        raise Refused("unsafe-database", mode=mode, synchronous=synchronous)


def _fill(site: str | None, timezone: str, *, demo: bool) -> dict[str, str]:
    from handrail.core.org import queries as org

    from . import programme

    kept = home.open_home().keys / "demo-sign-ins.json"
    if org.installation() is None:
        if demo:
            tell("loading the demo programme")
            kept.write_text(json.dumps(programme.load_demo()))
        else:
            tell(f"opening the site {site!r}")
            return programme.open_real(site or "First site", timezone=timezone, password=secrets.token_urlsafe(12))
    elif site and site not in {one.name for one in org.sites()}:
        tell(f"opening the site {site!r}")
        return programme.open_real(site, timezone=timezone, password=secrets.token_urlsafe(12))
    return json.loads(kept.read_text()) if demo and kept.exists() else {}
