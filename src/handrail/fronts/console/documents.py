"""What `check docs` looks at: generated pages in step, links that lead somewhere, refusals that are all said, claims never made."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import django

from . import reference

ROOT = reference.ROOT
LINK = re.compile(r"\]\(\s*<?([^)\s>#]+)(?:#[^)\s>]*)?>?(?:\s+\"[^\"]*\")?\s*\)")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")
CLAIMS = re.compile(
    r"not\s+a\s+(?:medical\s+)?device|compliant|never\s+evidence|can(?:not|.t)\s+be\s+subpoenaed", re.IGNORECASE
)
SHOWN = (".html", ".txt", ".po", ".js", ".webmanifest")
FACT = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Raised:
    """A refusal as a source file makes it: where, its code, the facts it is given (None: by a dictionary)."""

    where: str
    code: str
    facts: frozenset[str] | None


def problems() -> list[str]:
    """Return everything that is out of step, one line each. Django must be set up."""
    from handrail.core.ui.refusals import CATALOGUE

    sentences = {code: f"{one.what} {one.next}" for code, one in CATALOGUE.items()}
    return [
        *stale_pages(reference.pages()),
        *dead_links(ROOT),
        *unsaid(sentences, ROOT / "src"),
        *claims(sentences, ROOT / "src"),
    ]


def stale_pages(pages: Mapping[Path, str]) -> Iterator[str]:
    """Yield each generated page that is not what the code says now."""
    for file, text in pages.items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            yield f"docs/reference/{file.name} is out of step: run ./handrail fix"


def dead_links(root: Path) -> Iterator[str]:
    """Yield each relative link in the documents that leads nowhere."""
    for page in (*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))):
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if not ELSEWHERE.match(target) and not (page.parent / target).exists():
                yield f"{page.relative_to(root)}: the link to {target} leads nowhere"


def unsaid(sentences: Mapping[str, str], src: Path) -> Iterator[str]:
    """Yield each refusal without a sentence, without a fact its sentence names, and each sentence that nothing says."""
    said = set()
    for file in _sources(src):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        said |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for raised in _raised(tree, str(file.relative_to(src.parent))):
            if raised.code not in sentences:
                yield f'{raised.where}: Refused("{raised.code}") has no sentence in core/ui/refusals.py'
            elif raised.facts is not None and (lacking := set(FACT.findall(sentences[raised.code])) - raised.facts):
                yield f'{raised.where}: Refused("{raised.code}") lacks {", ".join(sorted(lacking))}, which its sentence names'
    yield from (f'core/ui/refusals.py: nothing says "{code}"' for code in sentences if code not in said)


def claims(sentences: Mapping[str, str], src: Path) -> Iterator[str]:
    """Yield each place that prints a claim nobody may make."""
    for code, sentence in sentences.items():
        if CLAIMS.search(sentence):
            yield f"core/ui/refusals.py: {code} makes a claim that is never printed"
    for file in sorted(src.rglob("*")):
        if file.suffix in SHOWN and "vendor" not in file.parts:
            for found in CLAIMS.finditer(file.read_text(encoding="utf-8")):
                yield f"{file.relative_to(src.parent)}: never print “{found.group()}”"


def _sources(src: Path) -> Iterator[Path]:
    for file in sorted((src / "handrail").rglob("*.py")):
        if not {"tests", "migrations"} & set(file.parts) and file.parts[-2:] != ("ui", "refusals.py"):
            yield file


def _raised(tree: ast.Module, name: str) -> Iterator[Raised]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "Refused" and node.args:
            words = [keyword.arg for keyword in node.keywords]
            facts = None if None in words else frozenset(word for word in words if word)
            for code in _literals(node.args[0]):
                yield Raised(f"{name}:{node.lineno}", code, facts)


def _called(node: ast.Call) -> str:
    return (
        node.func.id
        if isinstance(node.func, ast.Name)
        else node.func.attr
        if isinstance(node.func, ast.Attribute)
        else ""
    )


def _literals(node: ast.expr) -> list[str]:
    """Return the codes an argument may hold: a literal, or either side of an if."""
    if isinstance(node, ast.IfExp):
        return [*_literals(node.body), *_literals(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def main() -> int:
    """Print what is out of step; return 1 when anything is."""
    django.setup()
    found = problems()
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
