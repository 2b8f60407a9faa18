"""What a source file may not do, beyond what import contracts and linters can see. No comment lifts any of it.

S1 signals between rooms; S2 `get_model` across rooms; S3 settings read away from config and edges; S4 a file-wide or
unexplained exception from a tool; S5 a file or a function that has grown too long.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

MAY_USE_SIGNALS = frozenset({"handrail/core/journal/apps.py"})  # guards are put back after every migrate
SIGNALS = (
    "django.dispatch",
    "django.core.signals",
    "django.db.models.signals",
    "django.db.backends.signals",
    "django.test.signals",
)
READ_SETTINGS = ("handrail/config/", "handrail/fronts/", "handrail/core/ui/context.py", "handrail/__main__.py")
LONGEST_FILE = 400  # lines
LONGEST_FUNCTION = 60  # lines
WHOLE_FILE = re.compile(
    r"#\s*(ruff|flake8)\s*:\s*noqa|#\s*mypy\s*:|#\s*pylint\s*:|#\s*isort\s*:\s*skip_file|#\s*type\s*:\s*ignore\s*$|#\s*fmt\s*:\s*off|#\s*codespell\s*:"
)
EXCEPTION = re.compile(r"#\s*(noqa|type\s*:\s*ignore|pragma\s*:\s*no\s*(cover|branch))")
EXPLAINED = re.compile(
    r"#\s*(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*\s+--\s+\S|type:\s*ignore\[[\w, -]+\]\s+(#|--)\s+\S|pragma:\s*no\s*(cover|branch)\s+--\s+\S)"
)


def check(src: Path) -> list[str]:
    """Name each line of the sources that does what no room may do."""
    files = [file for file in sorted((src / "handrail").rglob("*.py")) if "migrations" not in file.parts]
    return [f"src/{file.relative_to(src)}:{line}: {what}" for file in files for line, what in _wrong(file, src)]


def _wrong(file: Path, src: Path) -> Iterator[tuple[int, str]]:
    name, text = str(file.relative_to(src)), file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    yield from _comments(text)
    if "tests" in file.parts:
        return
    yield from _too_long(tree, text)
    for node in ast.walk(tree):
        yield from _signals(node, name)
        yield from _get_model(node, name)
        yield from _settings(node, name)


def _modules(node: ast.AST) -> list[str]:
    """Return what an import statement names, each as a dotted path."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _signals(node: ast.AST, name: str) -> Iterator[tuple[int, str]]:
    if name not in MAY_USE_SIGNALS and any(
        f"{module}.".startswith(f"{known}.") for module in _modules(node) for known in SIGNALS
    ):
        yield node.lineno, "S1 no signals between rooms: call the room's function"  # type: ignore[attr-defined]  # an import


def _get_model(node: ast.AST, name: str) -> Iterator[tuple[int, str]]:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)):
        return
    called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    if called == "get_model" and not _own_label(node, name):
        yield node.lineno, "S2 no get_model across rooms: import the room's function"


def _own_label(node: ast.Call, name: str) -> bool:
    first = node.args[0] if node.args else None
    label = str(first.value).split(".")[0].lower() if isinstance(first, ast.Constant) else ""
    return label != "" and label in name.split("/")[:3]


def _settings(node: ast.AST, name: str) -> Iterator[tuple[int, str]]:
    if name.startswith(READ_SETTINGS):
        return
    if any(module in {"django.conf.settings", "django.conf"} for module in _modules(node)):
        yield node.lineno, "S3 settings are read in config and at the edges: take the value as an argument"  # type: ignore[attr-defined]  # an import


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        if WHOLE_FILE.search(token.string):
            yield token.start[0], "S4 no exception for a whole file"
        elif EXCEPTION.search(token.string) and not EXPLAINED.search(token.string):
            yield token.start[0], "S4 an exception names its rule and gives its reason: `# noqa: X123  -- why`"


def _too_long(tree: ast.Module, text: str) -> Iterator[tuple[int, str]]:
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield 1, f"S5 {lines} lines in one file, at most {LONGEST_FILE}: split it by topic"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"S5 {node.name} has {lines} lines, at most {LONGEST_FUNCTION}"
