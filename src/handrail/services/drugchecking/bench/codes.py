"""The look-up code and the bench number. Source: the drug checking reference, section 3.

A look-up code is 14 random symbols and one that checks them, of 29 (no 0 1 5 I L O S). 29 is prime and the fifteen weights
differ, so every single wrong symbol and every swap of two different ones is caught. 29^14 is about 2^68.
"""

import secrets
import uuid
from collections.abc import Collection

from handrail.core.common.keys import KeyRing
from handrail.core.common.refusals import Refused

ALPHABET = "2346789ABCDEFGHJKMNPQRTUVWXYZ"
RANDOM = 14
LENGTH = RANDOM + 1
WEIGHTS = tuple(range(2, RANDOM + 2))  # the check symbol weighs 1
GROUP = 5  # printed in three groups
BENCH_LEAST, BENCH_MOST = 100, 9999
NO_CODE = "0" * LENGTH  # no code reads like this: what is looked up in the place of something that is none


def check_symbol(random_part: str) -> str:
    """Return the symbol that makes the weighted sum 0 mod 29."""
    total = sum(weight * ALPHABET.index(symbol) for weight, symbol in zip(WEIGHTS, random_part, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def new_code() -> str:
    """Draw a code from the operating system's secure random source."""
    part = "".join(secrets.choice(ALPHABET) for _ in WEIGHTS)
    return part + check_symbol(part)


def normalise(typed: str) -> str:
    """Return the code that was typed, as it is kept: lower case, spaces and dashes are let pass, nothing is guessed.

    Returns NO_CODE for what is no code, so that it is looked up like any other and takes as long.
    """
    code = "".join(typed[:200].split()).replace("-", "").upper()
    good = len(code) == LENGTH and all(symbol in ALPHABET for symbol in code)
    return code if good and check_symbol(code[:RANDOM]) == code[RANDOM] else NO_CODE


def printed(code: str) -> str:
    """Return a code as it stands on a slip: three groups of five."""
    return " ".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def kept(code: str, *, ring: KeyRing) -> str:
    """Return what is kept instead of a code (32 hex digits): without the key it says nothing."""
    return ring.pseudonym("look-up", code)


def site_letter(name: str) -> str:
    """Return the letter before a site's bench numbers: the first of its name that is one of A to Z."""
    return next((symbol for symbol in name.upper() if "A" <= symbol <= "Z"), "X")


def draw_bench(letter: str, wanted: int, *, taken: Collection[str]) -> list[str]:
    """Draw bench numbers that are not taken, in no order, so that a number tells nobody who came first.

    Raises:
        Refused("no-bench-numbers"): fewer than wanted are free.
    """
    free = [f"{letter}-{n}" for n in range(BENCH_LEAST, BENCH_MOST + 1)]
    held = set(taken)
    free = [number for number in free if number not in held]
    if len(free) < wanted:
        raise Refused("no-bench-numbers")
    return secrets.SystemRandom().sample(free, wanted)


def parse_bench(typed: str) -> str:
    """Return a bench number as it is printed: `r 217` reads R-217. Raises Refused("not-a-bench-number")."""
    text = "".join(typed.split()).replace("-", "").upper()
    if not (text[:1].isascii() and text[:1].isalpha() and text[1:].isascii() and text[1:].isdecimal()):
        raise Refused("not-a-bench-number")
    if not BENCH_LEAST <= int(text[1:][:5]) <= BENCH_MOST or len(text) > len(str(BENCH_MOST)) + 1:
        raise Refused("not-a-bench-number")
    return f"{text[0]}-{int(text[1:])}"


def label(kit_id: uuid.UUID, bench: str) -> str:
    """Return what the QR of a bag's label holds: the kit's random id and the bench number, never the code."""
    return f"kit:{kit_id}:{bench}"


def parse_label(scanned: str) -> str:
    """Return the bench number of a scanned or typed label. Raises Refused("not-a-bench-number")."""
    parts = scanned.strip().split(":")
    return parse_bench(parts[2] if len(parts) == 3 and parts[0].lower() == "kit" else scanned)  # noqa: PLR2004  -- kit, id, number
