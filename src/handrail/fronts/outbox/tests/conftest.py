"""The outbox's plain modules, run in QuickJS: what they are given and what they return are JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import quickjs  # type: ignore[import-untyped]  # shipped without types

from handrail.fronts import outbox

MODULES = Path(outbox.__file__).parent / "static" / "outbox"
CALL = """
globalThis.call = (name, ...told) => JSON.stringify(told.length ? globalThis.plain[name](...told.map(JSON.parse)) : globalThis.plain[name]) ?? "null";
"""


def load(name: str) -> Callable[..., Any]:
    """Load a module that asks nothing of a browser; return a function that calls what it exports, by name."""
    return load_text((MODULES / name).read_text(encoding="utf-8"))


def load_text(text: str) -> Callable[..., Any]:
    """Load the text of such a module."""
    exported = [line.split("(")[0].split()[2] for line in text.splitlines() if line.startswith("export function")]
    context = quickjs.Context()
    context.module(f"{text}\nglobalThis.plain = {{ {', '.join(exported)} }};")
    context.eval(CALL)
    call = context.get("call")
    return lambda name, *told: json.loads(call(name, *map(json.dumps, told)))


@pytest.fixture(scope="session")
def core() -> Callable[..., Any]:
    """The outbox's core."""
    return load("core.js")


@pytest.fixture(scope="session")
def clock() -> Callable[..., Any]:
    """The outbox's clock."""
    return load("clock.js")


@pytest.fixture(scope="session")
def acts() -> Callable[..., Any]:
    """How the outbox makes acts."""
    return load("acts.js")
