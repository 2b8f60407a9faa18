"""A server whose supervisor and first process are killed: its workers go on serving, and nobody watches over them."""

import json
import os
import signal
import subprocess
import sys
import time

from handrail.core.common import served
from handrail.fronts.console import trial


def test_workers_that_were_left_behind_keep_a_return_off_and_end_at_the_next_start():
    with trial.house() as house:
        run = house.folder / "var" / "run"
        house.up()
        group = _group(run)
        for process in (house.server.pid, group):
            os.kill(process, signal.SIGKILL)
        house.server.wait()
        assert served.groups(run) == {group}

        words = [sys.executable, "-m", "handrail", "restore", str(house.folder / "any.age"), "--identity", "-"]
        done = subprocess.run(words, env=house.environment, capture_output=True, text=True, input="", check=False)
        assert done.returncode == 2 and "server-left" in done.stderr

        house.up()  # the workers that were left may be who answers
        deadline = time.monotonic() + trial.ANSWERS_WITHIN_SECONDS
        while (served.groups(run) | {_group(run)}) & {group} and time.monotonic() < deadline:
            time.sleep(0.1)
        assert group not in served.groups(run) and house.server.poll() is None


def _group(run) -> int:
    try:
        return int(json.loads((run / "server.json").read_text())["group"])
    except (FileNotFoundError, ValueError):
        return 0
