"""Files that only their owner reads, whole or not at all."""

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Put a text in a file's place, whole or not at all, for its owner alone."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with open(new, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
