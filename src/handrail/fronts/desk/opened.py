"""A held body in plain words, once two people opened it. A card's code is never shown, wherever it stands: it reads "a card"."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handrail.core.common import periods
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock

KINDS: Mapping[str, Any] = {
    "window.tally": gettext_lazy("tally of a rush"),
    "window.visit": gettext_lazy("visit at the window"),
    "window.undo": gettext_lazy("visit taken back"),
    "supplies.receive": gettext_lazy("delivery"),
    "drugchecking.intake": gettext_lazy("sample brought in"),
    "drugchecking.test": gettext_lazy("test of a sample"),
    "drugchecking.tell": gettext_lazy("result told"),
    "drugchecking.open_box": gettext_lazy("box of strips opened"),
    "drugchecking.withdraw_test": gettext_lazy("test taken back"),
    "drugchecking.handle": gettext_lazy("what became of a bag"),
    "drugchecking.send": gettext_lazy("samples sent to a laboratory"),
    "supplies.count": gettext_lazy("count of a shelf"),
    "supplies.open_box": gettext_lazy("opened box"),
    "supplies.transfer": gettext_lazy("transfer between stocks"),
    "supplies.open_place": gettext_lazy("new bag, box, machine or vehicle"),
    "encounters.stand": gettext_lazy("how long a stop was open"),
}
VALUES: Mapping[str, Any] = {  # of our own fields, some of which would pass for a code
    "said": gettext_lazy("said"), "container": gettext_lazy("by container"), "weight": gettext_lazy("weighed"),
    "counted": gettext_lazy("counted"), "other": gettext_lazy("something else"),
}  # fmt: skip
WORDS: Mapping[str, Any] = {
    "at": gettext_lazy("when"), "body": gettext_lazy("what was told"), "kind": gettext_lazy("kind"),
    "given": gettext_lazy("given"), "naloxone": gettext_lazy("naloxone"), "returned": gettext_lazy("returned"),
    "asked_for": gettext_lazy("asked for, we had none"), "served_for": gettext_lazy("for how many people"),
    "card": gettext_lazy("card"), "item": gettext_lazy("item"), "amount": gettext_lazy("how many"),
    "method": gettext_lazy("how it is known"), "fill_percent": gettext_lazy("percent full"),
    "found": gettext_lazy("counted"), "expected": gettext_lazy("expected"),
}  # fmt: skip
UNSAID = frozenset({"v", "version", "kind_version", "id", "site", "worker", "device", "device_seq", "lot", "visit", "lot_basis", "account"})  # fmt: skip
OF_A_PERSON = frozenset({"card", "participant", "person"})
MOST_LINES = 200
LONGEST = 200  # characters of one text
DEEPEST = 12
SYMBOL, ALONE = "[0-9A-Za-z]", "(?<![0-9A-Za-z])"
RUN = rf"{ALONE}{SYMBOL}{{6,}}"
PRINTED = rf"{ALONE}{SYMBOL}{{3}}[\s-]{SYMBOL}{{3}}(?!{SYMBOL})"
SHAPES = (  # of what may be a code, sought at every place: the first two hide one with a wrong character too
    RUN, PRINTED, rf"{SYMBOL}{{3}}[\s-]{SYMBOL}{{3}}", rf"{ALONE}{SYMBOL}(?:[\s-]*{SYMBOL}){{5}}(?!{SYMBOL})",
    rf"{ALONE}{SYMBOL}(?:[\s-]+{SYMBOL}(?!{SYMBOL})){{5,}}",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One line of an opened body. `depth` is how far it stands in."""

    depth: int
    name: str
    text: str


def in_words(told: Any) -> list[Said]:
    """Return a body as lines a reviewer can read: names in our words, items by their names, codes of cards masked."""
    names = {code: item.name for code, item in stock.items().items()}
    lines: list[Said] = []
    for line in _walk(told, name="", depth=0, names=names):
        if len(lines) == MOST_LINES:
            return [*lines, Said(0, "…", _("there is more; it is not shown"))]
        lines.append(line)
    return lines


def _walk(told: Any, *, name: str, depth: int, names: Mapping[str, str]) -> Iterator[Said]:
    said = str(WORDS.get(name, masked(name)))
    if name in OF_A_PERSON and told:
        yield Said(depth, said, _("a card"))
    elif depth > DEEPEST:
        yield Said(depth, said, "…")
    elif isinstance(told, dict | list):
        parts = told.items() if isinstance(told, dict) else (("", part) for part in told)
        if name:
            yield Said(depth, said, "")
        for key, part in parts:
            if key not in UNSAID or isinstance(part, dict | list):
                yield from _walk(part, name=key, depth=depth + bool(name), names=names)
    else:
        yield Said(depth, said, _value(str(told), names))


def _value(text: str, names: Mapping[str, str]) -> str:
    """Return one value in words: an item's or a kind's name, a moment, an id as such, else the stranger's text masked."""
    if parse_id(text):
        return _("an id")
    if moment := periods.parse_moment(text):
        return f"{moment:%Y-%m-%d %H:%M} UTC"
    return str(names.get(text) or KINDS.get(text) or VALUES.get(text) or masked(text))


def masked(text: str) -> str:
    """Return a stranger's text as it may be shown: no card code in it, no control characters, at most 200 characters."""
    folded = unicodedata.normalize("NFKC", text[: 2 * LONGEST])
    plain = "".join(symbol if symbol.isprintable() else " " for symbol in folded)
    hidden = {place for start, end in _codes(plain) for place in range(start, end)}
    told = "".join("\0" if place in hidden else symbol for place, symbol in enumerate(plain))
    told = re.sub("\0+", _("a card"), told)
    return told if len(text) <= LONGEST else f"{told[:LONGEST]}…"


def _codes(text: str) -> Iterator[tuple[int, int]]:
    """Find where codes stand, and what is one but for a wrong character: that tells nearly as much."""
    for shape in SHAPES:
        for found in re.finditer(f"(?=({shape}))", text):
            symbols = re.sub(r"[\s-]", "", found[1])
            mixed = any(symbol.isdigit() for symbol in symbols) and any(symbol.isalpha() for symbol in symbols)
            sixes = (symbols[start : start + people.LENGTH] for start in range(len(symbols) - people.LENGTH + 1))
            if (mixed and shape in (RUN, PRINTED)) or any(_is_code(six) for six in sixes):
                yield found.span(1)


def _is_code(text: str) -> bool:
    try:
        people.normalise(text)
    except Refused:
        return False
    return True
