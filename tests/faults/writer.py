"""One writer as a process of its own: reads what to do as JSON, writes until its time is over or a file appears, says what was acknowledged."""

import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import clients


def main() -> None:
    """Write."""
    told = json.load(sys.stdin)
    device = clients.Device(**told["device"])
    writer = clients.Writer(told["port"], told["site"], device, told["passkey"], random.Random(told["seed"]))
    writer.begin()
    print("ready", flush=True)
    stop, until = Path(told["stop"]), time.monotonic() + told["seconds"]
    while time.monotonic() < until and not stop.exists():
        writer.visit()
        writer.sync()
    told = {
        "acknowledged": writer.acknowledged,
        "errors": writer.errors,
        "lost": writer.lost,
        "slowest": writer.slowest,
    }
    print(json.dumps(told), flush=True)


main()
