"""The substance registry: what a name stands for, and what must be said when it is found. Plain Python; seeds in `substances.toml`.

Source: the drug checking reference, section 9. Nothing is merged by likeness: a name that is not known goes to a person.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CAS = re.compile(r"\d{2,7}-\d{2}-\d", re.ASCII)
INCHIKEY = re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]")
UNII = re.compile(r"[0-9A-Z]{10}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ROLES = ("active", "cut", "precursor", "by-product", "metabolite", "artefact")
GREEK = {0x3B1: "alpha", 0x3B2: "beta", 0x3B3: "gamma", 0x3B4: "delta"}  # as they stand before names
FIRST_BLOCK = 14  # letters of an InChIKey that salts, isotopes and stereo forms share


@dataclass(frozen=True)
class Substance:
    """One substance, or a group of isomers (`members`) that is published as one. Blank and empty: not known here.

    `street` names suggest and never match: "down" is whatever is sold as it.
    """

    slug: str
    name: str
    role: str = "active"
    panels: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    inchikey: str = ""
    cas: str = ""
    unii: str = ""
    pubchem: int = 0

    @property
    def first_block(self) -> str:
        """The part of the InChIKey by which forms of one base are counted together; empty where there is none."""
        return self.inchikey[:FIRST_BLOCK]

    @property
    def naloxone_responsive(self) -> bool:
        """Tell whether naloxone reverses it. There is no field that says it does not: naloxone is given whatever is found."""
        return "opioid" in self.classes


def is_cas(text: str) -> bool:
    """Tell whether this is a CAS number whose check digit holds."""
    if not CAS.fullmatch(text):
        return False
    *digits, check = (int(symbol) for symbol in text.replace("-", ""))
    return sum(place * digit for place, digit in enumerate(reversed(digits), start=1)) % 10 == check


def fold(name: str) -> str:
    """Return a name without case, spaces, hyphens and Greek letters: two spellings of one name fold alike, two names never."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(GREEK)
    return re.sub(r"[\s\-\u2010-\u2015]+", "", text)


@cache
def seeds() -> Mapping[str, Substance]:
    """Return the substances that Handrail comes with, by slug."""
    told = tomllib.loads((Path(__file__).parent / "substances.toml").read_text(encoding="utf-8"))
    return {slug: made(slug, row) for slug, row in told.items()}


def made(slug: str, row: Mapping[str, Any]) -> Substance:
    """Make a substance of a row of plain values."""
    lists = {name: tuple(row.get(name, ())) for name in ("classes", "members", "synonyms", "street")}
    return Substance(
        slug, row["name"], row.get("role", "active"), frozenset(row.get("panels", ())), inchikey=row.get("inchikey", ""),
        cas=row.get("cas", ""), unii=row.get("unii", ""), pubchem=row.get("pubchem", 0), **lists,
    )  # fmt: skip


class Registry:
    """Substances to look in, by identifier and by name."""

    def __init__(self, substances: Iterable[Substance]) -> None:
        """Index the substances; the later of two with one slug counts."""
        self.by_slug = {one.slug: one for one in substances}
        self._ids: dict[tuple[str, str], Substance] = {}
        self._names: dict[str, Substance] = {}
        for one in self.by_slug.values():
            for kind in ("inchikey", "unii", "pubchem", "cas"):
                if told := getattr(one, kind):
                    self._ids.setdefault((kind, str(told)), one)
            for name in (one.name, one.slug, *one.synonyms):
                self._names.setdefault(fold(name), one)

    def get(self, slug: str) -> Substance | None:
        """Return a substance by its slug."""
        return self.by_slug.get(slug)

    def match(self, name: str, **ids: str) -> Substance | None:
        """Return the substance of these identifiers, best first, else of this name; None: a person must say.

        A CAS number whose check digit fails is not looked at.
        """
        for kind in ("inchikey", "unii", "pubchem", "cas"):
            told = ids.get(kind, "")
            found = self._ids.get((kind, told)) if told and (kind != "cas" or is_cas(told)) else None
            if found:
                return found
        return self._names.get(fold(name)) if name.strip() else None
