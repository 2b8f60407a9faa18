"""What a template may not hold: text that no translator sees, styles and scripts that our CSP refuses, more than 150 lines.

T1 untranslated text; T2 inline style, script or handler; T3 a hole in escaping; T4 too long; T5 bare words given to a tag.
"""

import re
from collections.abc import Iterator
from pathlib import Path

LONGEST = 150  # lines
PRODUCT = frozenset({"Handrail", "CSV", "PDF", "QR"})  # said alike in every language
SPOKEN = re.compile(
    r"""\b(?:aria-label|aria-description|title|placeholder|alt|label|content)\s*=\s*("[^"]*"|'[^']*')"""
)
UNSEEN = re.compile(
    r"\{#.*?#\}|\{%-?\s*comment\b.*?\{%-?\s*endcomment\s*-?%\}|<!--.*?-->"
    r"|\{%\s*block\s+width\s*%\}[\w -]*\{%\s*endblock[^%]*%\}"  # the name of a class
    r"|\{%-?\s*blocktrans(?:late)?\b.*?\{%-?\s*endblocktrans(?:late)?\s*-?%\}|<style\b.*?</style>|<script\b.*?</script>",
    re.DOTALL,
)
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
HTML_TAG = re.compile(r"<[!/a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^>\"'])*>", re.DOTALL)
ENTITY = re.compile(r"&#?\w+;")
WORD = re.compile(r"[^\W\d_]{2,}")
SAID_IN_TAG = re.compile(
    r"""\{%\s*(?!translate|trans|blocktrans|url|static|load|extends|if|elif|with\s)\w+\s[^%]*?\w+=("[A-Z][^"]*"|'[A-Z][^']*')"""
)
INLINE = re.compile(
    r"\sstyle\s*=|<style\b|<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)|\son[a-z]+\s*=|\shx-on|javascript:",
    re.IGNORECASE,
)
DATA_SCRIPT = re.compile(r"<script[^>]*type=\"application/json\"", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off")


def check(src: Path) -> list[str]:
    """Name each place in a template that breaks a rule."""
    files = sorted((src / "handrail").rglob("templates/**/*.html"))
    return [
        f"src/{file.relative_to(src)}:{line}: {what}"
        for file in files
        for line, what in wrong(file.read_text(encoding="utf-8"))
    ]


def wrong(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and complaint for one template's text."""
    yield from _untranslated(text)
    for pattern, what in (
        (INLINE, "T2 no inline style, script or handler"),
        (UNESCAPED, "T3 nothing is shown unescaped"),
        (SAID_IN_TAG, 'T5 words given to a tag are translated: key=_("Words")'),
    ):
        for found in pattern.finditer(text):
            if not DATA_SCRIPT.match(found.group().strip()):
                yield _line(text, found.start()), what
    if text.count("\n") > LONGEST:
        yield 1, f"T4 more than {LONGEST} lines: make a fragment of a part"


def _untranslated(text: str) -> Iterator[tuple[int, str]]:
    """Yield visible words, between tags or in spoken attributes, that stand outside a translate tag."""
    bare = TEMPLATE_TAG.sub(_blank, UNSEEN.sub(_blank, text))
    for tag in HTML_TAG.finditer(bare):
        for spoken in SPOKEN.finditer(tag.group()):
            if _words(spoken.group(1)) and not _for_machines(tag.group()):
                yield _line(text, tag.start() + spoken.start()), f"T1 not translated: {spoken.group(1)}"
    visible = ENTITY.sub(_blank, HTML_TAG.sub(_blank, bare))
    for number, line in enumerate(visible.split("\n"), start=1):
        if words := _words(line):
            yield number, f"T1 not translated: {' '.join(words)}"


def _for_machines(tag: str) -> bool:
    return tag.startswith("<meta") and 'name="description"' not in tag


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if word not in PRODUCT]


def _blank(found: re.Match[str]) -> str:
    """Blank a match, its lines kept, so that line numbers stay true."""
    return re.sub(r"[^\n]", " ", found.group())


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
