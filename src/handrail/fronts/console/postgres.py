"""PostgreSQL's own programs, run on the database that the settings name. The password is told where no other user can read it."""

import os
import shutil
import subprocess

from django.db import connection

from handrail.core.common.refusals import Refused

from . import cluster


def run(program: str, *words: str) -> None:
    """Run `pg_dump` or `pg_restore` on our database. Raises Refused: `no-such-program`, `program-failed`."""
    found = shutil.which(program)
    if not found:
        folder = cluster.find()
        if folder is None or not (folder / program).exists():
            raise Refused("no-such-program", name=program)
        found = str(folder / program)
    told = connection.settings_dict
    place = {"PGHOST": told["HOST"], "PGPORT": told["PORT"], "PGUSER": told["USER"], "PGPASSWORD": told["PASSWORD"]}
    done = subprocess.run(
        [found, f"--dbname={told['NAME']}", *words], env=os.environ | {name: value for name, value in place.items() if value},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Refused("program-failed", name=program)
