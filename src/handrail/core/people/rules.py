"""The card token: five random characters and one that checks them. Source: frontline reference, section 8.1.

31 is prime and the six weights differ, so every single wrong character and every swap of two different ones is caught.
A random string still passes once in 31: the check guards against typing, it is no secret.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from handrail.core.common.acts import Stated
from handrail.core.common.keys import KeyRing
from handrail.core.common.refusals import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"  # no I L O U Z
WEIGHTS = (2, 3, 4, 5, 6)
LENGTH = 6
NEVER_ISSUED = "000000"  # the only code of one repeated symbol that passes
HEARD_AS = str.maketrans("OIL", "011")
CARDS_ON_A_SHEET = 24  # 3 x 8 on A4 and on Letter
SHEETS_AT_ONCE = 10


def check_character(five: str) -> str:
    """Return the character that makes the weighted sum 0 mod 31."""
    total = sum(weight * ALPHABET.index(symbol) for weight, symbol in zip(WEIGHTS, five, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def normalise(typed: str) -> str:
    """Return the code that was typed or scanned, as it is printed.

    Raises:
        Refused: `not-a-code` when the length, a character or the check is wrong. It is never guessed right.
    """
    code = "".join(typed.split()).replace("-", "").upper().translate(HEARD_AS)
    good = len(code) == LENGTH and code != NEVER_ISSUED and all(symbol in ALPHABET for symbol in code)
    if not good or check_character(code[:-1]) != code[-1]:
        raise Refused("not-a-code")
    return code


def new_code() -> str:
    """Draw a code from the operating system's secure random source."""
    while True:
        five = "".join(secrets.choice(ALPHABET) for _ in WEIGHTS)
        if (code := five + check_character(five)) != NEVER_ISSUED:
            return code


def pseudonym(code: str, *, site_id: uuid.UUID, ring: KeyRing) -> str:
    """Return what is kept instead of a code: keyed, and different at every site (or linkage agreement)."""
    return ring.pseudonym("card", str(site_id), normalise(code))


@dataclass(frozen=True)
class CardSheets:
    """Sheets of new cards are printed. How many is stated; the codes never are."""

    id: uuid.UUID
    site_id: uuid.UUID
    sheets: int
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "people.issue_cards", 1, self.site_id, self.at, {"sheets": self.sheets})


def check_sheets(sheets: int) -> None:
    """Refuse a number of sheets that is none or too many. Raises Refused("bad-amount")."""
    if not 1 <= sheets <= SHEETS_AT_ONCE:
        raise Refused("bad-amount", least=1, most=SHEETS_AT_ONCE)
