"""Style rules that ruff keeps: each is broken in one file of the copy, and a plain neighbour stays green."""

import pytest

from .conftest import Copy

HEAD = '"""A probe."""\n\n'
LONG = "\n".join(f"    n += {n}" for n in range(41))
BREAKS = [
    ("TID251", "from datetime import datetime\n\nNOW = datetime.now()\n"),
    ("TID251", "import datetime\n\nTODAY = datetime.date.today()\n"),
    ("TID251", "from django.utils import timezone\n\nNOW = timezone.now()\n"),
    ("TID251", "import time\n\nNOW = time.time()\n"),
    ("TID251", "from django.db.models.functions import Now\n\nNOW = Now()\n"),
    ("D103", "def tell() -> None:\n    pass\n"),
    ("D401", 'def tell() -> None:\n    """Returns it."""\n'),
    ("ANN201", 'def tell():\n    """Tell."""\n'),
    ("FIX002", "# TODO: later\n"),
    ("ERA001", "# tell(n, m)\n"),
    ("PLR0913", f'def tell({", ".join(f"a{n}: int" for n in range(7))}) -> None:\n    """Tell."""\n'),
    ("PLR0915", f'def tell(n: int) -> None:\n    """Tell."""\n{LONG}\n'),
    ("T201", 'print("hello")\n'),
]


@pytest.mark.parametrize(("rule", "text"), BREAKS)
def test_ruff_names_what_the_house_forbids(copy: Copy, rule: str, text: str) -> None:
    with copy.patched({"services/exchange/probe.py": HEAD + text}):
        done = copy.run(
            "ruff", "check", "--no-cache", "--output-format", "concise", "src/handrail/services/exchange/probe.py"
        )
    assert f" {rule} " in done.stdout, done.stdout + done.stderr


def test_ruff_names_a_folder_without_init(copy: Copy) -> None:
    with copy.patched({"services/exchange/inner/probe.py": HEAD}):
        done = copy.run(
            "ruff", "check", "--no-cache", "--output-format", "concise", "src/handrail/services/exchange/inner"
        )
    assert " INP001 " in done.stdout


def test_ruff_lets_a_plain_function_pass(copy: Copy) -> None:
    text = '"""A probe."""\n\nimport time\n\n\ndef tell(n: int) -> float:\n    """Return how long it took."""\n    return n + time.monotonic()\n'
    file = copy.root / "src/handrail/services/exchange/probe.py"
    file.write_text(text)
    done = copy.run("ruff", "check", "--no-cache", str(file))
    file.unlink()
    assert done.returncode == 0, done.stdout


def test_ruff_lets_the_clock_read_the_clock(copy: Copy) -> None:
    done = copy.run("ruff", "check", "--no-cache", "src/handrail/core/common/clock.py")
    assert done.returncode == 0, done.stdout
