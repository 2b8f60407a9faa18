"""Which database, and how it must be set. An odd value is refused with a sentence."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SQLITE_START = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; "
    "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-32000; PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF; "
    "PRAGMA recursive_triggers=ON;"  # without it REPLACE deletes a row past the guards
)


def from_environment(default: Path) -> dict[str, Any]:
    """Return Django's settings for the database that HANDRAIL_DATABASE_URL names; the embedded one without it."""
    url = os.environ.get("HANDRAIL_DATABASE_URL", "")
    if not url:
        return sqlite(default)
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("HANDRAIL_DATABASE_URL must look like postgresql://name@host:5432/database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c default_transaction_isolation=read\\ committed -c timezone=UTC"},
    }


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's settings for the embedded database: durable (FULL), one writer at a time, readers never waiting."""
    return {
        "ENGINE": "handrail.config.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": SQLITE_START},
        "TEST": {"NAME": ":memory:"},  # in tests side by side too
    }
