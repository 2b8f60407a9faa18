"""Writer processes, and what they were told was saved."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

WRITER = Path(__file__).with_name("writer.py")
WRITERS = 8


@dataclass
class Told:
    """What all writers together were told."""

    acknowledged: set[str] = field(default_factory=set)
    given: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    lost: int = 0
    slowest: float = 0.0


class Writers:
    """Processes that write to one house at once."""

    def __init__(self, house, *, seconds: float, count: int = WRITERS) -> None:
        self.stop = house.folder / "stop"
        self.stop.unlink(missing_ok=True)
        devices = list(house.devices.items())
        self.processes = []
        for seed in range(count):
            name, key = devices[seed % len(devices)]
            device = {"id": name, "key": key, "site": house.site, "worker": house.workers["ash"]}
            told = {
                "port": house.port,
                "site": house.site,
                "device": device,
                "seed": seed,
                "passkey": house.passkeys["ash"],
                "seconds": seconds,
                "stop": str(self.stop),
            }
            process = subprocess.Popen([sys.executable, WRITER], env=house.environment, stdin=-1, stdout=-1, text=True)
            process.stdin.write(json.dumps(told))
            process.stdin.close()
            process.stdin = None
            self.processes.append(process)
        for process in self.processes:
            assert process.stdout.readline() == "ready\n"

    def end(self) -> Told:
        """Let each finish what it has begun; return what they were told."""
        self.stop.touch()
        return self.wait()

    def wait(self) -> Told:
        """Wait until each is done; return what they were told."""
        told = Told()
        for process in self.processes:
            said = json.loads(process.communicate(timeout=180)[0].splitlines()[-1])
            told.acknowledged |= set(said["acknowledged"])
            for given in said["acknowledged"].values():
                told.given.update(given)
            told.errors += said["errors"]
            told.lost += said["lost"]
            told.slowest = max(told.slowest, said["slowest"])
        return told
