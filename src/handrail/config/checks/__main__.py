"""Run one part of the checks by itself: `python -m handrail.config.checks schema|migrations|source|templates`."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from . import source, templates

SRC = Path(__file__).resolve().parents[3]


def main(part: str) -> int:
    """Print what is wrong with a part, one line each; return 1 when anything is."""
    found = PARTS[part]()
    for line in found:
        print(line)
    return 1 if found else 0


def _schema() -> list[str]:
    _set_up()
    from . import schema

    return [f"{message.id} {message.msg} {message.hint or ''}".rstrip() for message in schema.run()]


def _migrations() -> list[str]:
    """Compare models and migrations, of rooms too that have none yet; Django prints what is missing."""
    _set_up()
    from django.apps import apps
    from django.core.management import call_command

    labels = [
        app.label for app in apps.get_app_configs() if app.name.startswith("handrail.") and list(app.get_models())
    ]
    try:
        call_command("makemigrations", *labels, check=True, dry_run=True, verbosity=1)
    except SystemExit:
        return ["models and migrations differ: write the migration"]
    return []


def _source() -> list[str]:
    return source.check(SRC)


def _templates() -> list[str]:
    return templates.check(SRC)


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handrail.config.settings")
    import django

    django.setup()


PARTS: Mapping[str, Callable[[], list[str]]] = {
    "schema": _schema,
    "migrations": _migrations,
    "source": _source,
    "templates": _templates,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
