"""One spelling for everything that is compared, sealed or signed: JSON with sorted keys and no spaces, integers and NFC text only."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from .refusals import Refused

LARGEST = 2**53 - 1  # integers past this are not the same number in every reader of JSON
LONGEST = 10_000  # characters in one text
DEEPEST = 8  # levels of nesting


def canonical(value: Mapping[str, Any]) -> str:
    """Write a mapping in its one spelling.

    Raises:
        Refused("not-canonical"): a float, a boolean, null, a text that is not NFC or holds a control character.
    """
    _check(value, depth=0)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def is_plain(text: str) -> bool:
    """Tell whether a text can be kept: NFC, no control characters but line breaks and tabs, no lone surrogates."""
    if text.isascii() and text.isprintable():  # most texts: nothing to compose, nothing to control
        return True
    return unicodedata.normalize("NFC", text) == text and not any(
        unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text
    )


def _check(value: object, *, depth: int) -> None:
    if depth > DEEPEST:
        raise Refused("not-canonical")
    if isinstance(value, str):
        good = len(value) <= LONGEST and is_plain(value)
    elif isinstance(value, Mapping):
        good = all(isinstance(key, str) and is_plain(key) for key in value)
        for part in value.values():
            _check(part, depth=depth + 1)
    elif isinstance(value, list | tuple):
        good = True
        for part in value:
            _check(part, depth=depth + 1)
    else:
        good = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
    if not good:
        raise Refused("not-canonical")
