"""From an empty folder to a house that can serve: keys, tables, guards, and a site or the demo."""

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import django

from handrail.core.common import home
from handrail.core.common.refusals import Refused

from . import private, zone

RESTORING = "restoring"  # stands in the run folder while a house is neither what it was nor what the copy holds


def tell(text: str) -> None:
    """Say what is being done, while it is done."""
    print(f"handrail: {text}", file=sys.stderr, flush=True)


def say(refusal: Refused) -> str:
    """Return a refusal's sentence and code, also when the settings themselves were refused."""
    from django.conf import settings

    try:
        if home.is_new() and not settings.configured:
            raise Refused("not-set-up")  # the settings would make an installation, only to say that there is none
        django.setup()
    except Refused:
        settings.configure(USE_I18N=False)
    from handrail.core.ui import refusals

    return f"{refusals.say(refusal)} [{refusal.code}]"


def open_house() -> None:
    """Load the house on a data folder that is set up, and make sure of it. Raises Refused: `not-set-up`, and as `make_sure`."""
    open_to_look()
    make_sure()


def open_to_look() -> None:
    """Load the house on a data folder that is set up, its tables up to date. Raises Refused: `not-set-up`, `newer-schema`."""
    if home.is_new():
        raise Refused("not-set-up")
    django.setup()
    migrate()


def open_unchanged() -> None:
    """Load the house on a data folder that is set up, and bring nothing up to date. Raises Refused("not-set-up")."""
    if home.is_new():
        raise Refused("not-set-up")
    django.setup()


def prepare(*, site: str | None, timezone: str | None, guards: bool = False) -> dict[str, str]:
    """Bring the data folder to where it can serve; return sign-ins that may be shown (handle to password).

    A site that is opened without a time zone gets this machine's.

    Raises:
        Refused: `bad-name`, `unknown-timezone` before anything is made; `demo-for-life`, and as `make_sure`.
    """
    _check_wishes(site, timezone)
    here = zone.of_machine()  # before Django is loaded: it puts its own zone into TZ
    tell(f"data folder {home.folder()}")
    if home.is_new():
        tell("new folder: making keys" + ("" if site else ", for the demo"))
        home.begin(demo=site is None)
    django.setup()
    migrate()
    if guards or _was_never_opened():
        mend_guards()
    make_sure()
    from django.conf import settings

    if site and settings.DEMO:
        raise Refused("demo-for-life")
    return _fill(site, timezone, here=here, demo=settings.DEMO)


def migrate() -> None:
    """Bring the tables up to this version. Raises Refused("newer-schema") when a later version made the database."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    if ahead := [name for name in loader.applied_migrations if name not in loader.disk_migrations]:
        raise Refused("newer-schema", name=".".join(ahead[0]))
    if missing := [name for name in loader.disk_migrations if name not in loader.applied_migrations]:
        tell(f"bringing the tables up to date ({len(missing)} steps)")
        call_command("migrate", verbosity=0, interactive=False)


def _was_never_opened() -> bool:
    """Tell whether no site was opened and no act recorded yet: then a guard that is missing is set-up that was cut off."""
    from handrail.core.journal import queries as journal
    from handrail.core.org import queries as org

    from . import anchor

    empty = org.installation() is None and journal.oldest_open_day() is None and journal.last_links() == []
    return empty and anchor.compare().state == anchor.NONE


def mend_guards() -> None:
    """Put missing guards back. Only when asked to: someone should look at what changed before."""
    from django.db import connection

    from handrail.core.journal import guards

    guards.install(connection)


def make_sure() -> None:
    """Make sure that the database keeps what it acknowledges and lets nothing be edited unseen.

    Raises:
        Refused: `restore-unfinished`, `unsafe-database`, `guards-missing`.
    """
    from django.db import connection

    from handrail.core.journal import guards

    if (home.folder() / "run" / RESTORING).exists():
        raise Refused("restore-unfinished")
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


def _check_wishes(site: str | None, timezone: str | None) -> None:
    from handrail.core.org import rules

    if site is not None:
        rules.check_name(site)
    if timezone is not None:
        rules.check_timezone(timezone)


def _fill(site: str | None, timezone: str | None, *, here: str, demo: bool) -> dict[str, str]:
    from handrail.core.org import queries as org

    from . import programme

    kept = kept_sign_ins()
    if org.installation() is None:
        if demo:
            tell("loading the demo programme")
            sign_ins = programme.demo_sign_ins()
            private.write(kept, json.dumps(sign_ins))  # first: a demo whose passwords nobody knows is of no use
            programme.load_demo(sign_ins)
        else:
            return _open(site or "First site", timezone, here=here)
    elif site and site.strip() not in {one.name for one in org.sites()}:
        return _open(site.strip(), timezone, here=here)
    if timezone is not None:
        tell("the time zone was not changed: a site keeps the one that it was opened with")
    return json.loads(kept.read_text()) if demo and kept.exists() else {}


def kept_sign_ins() -> Path:
    """Return where a demo keeps its sign-ins, to show them again: beside the keys."""
    return home.open_home().keys / "demo-sign-ins.json"


def _open(site: str, timezone: str | None, *, here: str) -> dict[str, str]:
    from . import programme

    tell(f"opening the site {site!r}")
    sign_in = programme.open_real(site, timezone=timezone or here, password=secrets.token_urlsafe(12))
    if timezone is None:
        tell(f"the site's day is reckoned in {here}; choose another with --timezone when you open a site")
    return sign_in
