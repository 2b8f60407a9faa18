"""From a judgement to sentences in one language: finding and what to do first, then the methods, their limits, what they cannot see."""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from .judging import Judgement
from .readings import (
    FENTANYL,
    FTIR,
    FTIR_LIMIT,
    FTIR_SEES,
    LABORATORY,
    NITAZENES,
    OPIOIDS,
    PANELS,
    PRODUCTS,
    STRIP,
    STRIPS,
    Amount,
    Category,
    Component,
    Mark,
    Reading,
)

RULES = "statements/1"  # of every sentence and rule here; another text or rule is another version
LANGUAGES = ("en", "es", "fr")
NEED_NALOXONE = frozenset({NITAZENES, FENTANYL, OPIOIDS})
NANOGRAMS = 1000  # in a microgram


@dataclass(frozen=True)
class Said:
    """A statement in one language. `first`: the finding and what to do. `more`: what goes with it. `methods`: one line a test."""

    first: tuple[str, ...]
    more: tuple[str, ...]
    methods: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Every sentence, in order."""
        return self.first + self.more + self.methods


@cache
def _wording(language: str) -> Mapping[str, Any]:
    text = (Path(__file__).parent / "wording" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def written_day(day: date, language: str) -> str:
    """Return a day in words."""
    words = _wording(language)["words"]
    told: str = words["day"].format(d=day.day, month=words["months"][day.month - 1], y=day.year)
    return told


def say(judgement: Judgement, *, expected: Collection[str] = (), language: str = "en") -> Said:
    """Put a judgement into sentences. `expected` are slugs of what the holder expected."""
    speaker = _Speaker(judgement, frozenset(expected), language)
    return Said(tuple(speaker.first()), tuple(speaker.more()), tuple(speaker.methods()))


class _Speaker:
    """One judgement in one language."""

    def __init__(self, judgement: Judgement, expected: frozenset[str], language: str) -> None:
        self.of, self.expected, self.language = judgement, expected, language
        self.wording = _wording(language)
        self.hazards = [panel for panel in PANELS if panel in judgement.hazards]

    def first(self) -> Iterator[str]:
        """Yield the finding, the gravest panel first, then what to do."""
        for panel in self.hazards:
            yield from self._finding(panel)
        if not self.hazards:
            yield self._calm()
        yield self._text("act", "opioid" if NEED_NALOXONE & set(self.hazards) else "always")
        if set(self.hazards) - NEED_NALOXONE:
            yield self._text("act", "breaths")

    def more(self) -> Iterator[str]:
        """Yield what goes with the finding: how much, what else a strip reacts to, other findings, tests that were taken back."""
        if any(self._only_strips(panel) and self.of.strips(panel, Mark.REACTED) for panel in self.hazards):
            yield self._text("then", "how_much")
        for panel in self.hazards:
            yield from self._beside_strip(panel)
        others = [part for part in self.of.found if not part.panels]
        if others and self.hazards:
            yield self._text("then", "also", names=self._names(others))
        yield from self._amounts()
        for one in self.of.withdrawn:
            why = self.wording["why"].get(one.withdrawn, self.wording["why"]["misread"])
            yield self._text("then", "withdrawn", day=self._day(one), why=why)

    def methods(self) -> Iterator[str]:
        """Yield one line a standing test, then what was not tested."""
        for one in self.of.standing:
            yield self._strip(one) if one.method == STRIP else self._instrument(one)
        if untested := [panel for panel in STRIPS if self.of.panels[panel] is Category.NOT_TESTED]:
            yield self._text("methods", "not_tested", panels=self._list(map(self._panel, untested)))

    def _finding(self, panel: str) -> Iterator[str]:
        parts = [part for part in self.of.found if panel in part.panels]
        groups = [part for part in parts if part.members]
        certain = [part for part in parts if not part.members and self._is_certain(part)]
        traces = [part for part in parts if not part.members and part not in certain]
        if certain:
            yield self._text("first", "detected", names=self._list(part.name for part in certain))
        if groups:
            yield self._text("first", "group", names=self._list(part.name for part in groups))
        if traces:
            yield self._text("first", "trace", names=self._list(part.name for part in traces))
        if parts:
            return
        if self.of.strips(panel, Mark.REACTED):
            yield self._text("first", "likely", panel=self._panel(panel))
        else:
            yield self._text("first", "faint", panel=self._panel(panel))

    def _is_certain(self, part: Component) -> bool:
        return part.amount is not Amount.TRACE or any(
            one.method == LABORATORY and any(told.substance == part.substance for told in one.components)
            for one in self.of.standing
        )

    def _calm(self) -> str:
        if self.of.found:
            return self._text("first", "found", names=self._names(self.of.found))
        told = [one for one in self.of.standing if one.mark is not Mark.NO_CONTROL]
        return self._text("first", "nothing" if told else "no_result")

    def _only_strips(self, panel: str) -> bool:
        return not any(panel in part.panels for part in self.of.found)

    def _beside_strip(self, panel: str) -> Iterator[str]:
        """Yield what stands beside a strip that reacted, or was faint, where no instrument saw the same."""
        reacted = self.of.strips(panel, Mark.REACTED)
        laboratory = self.of.missed_by(LABORATORY, panel)
        if self._only_strips(panel):
            if reacted and self.of.missed_by(FTIR, panel) and not laboratory:
                yield self._text("then", "below_ftir", low=FTIR_LIMIT[0], high=FTIR_LIMIT[1])
            if laboratory:
                yield self._text("then", "lab_unseen" if reacted else "lab_faint", panel=self._panel(panel))
        yield from dict.fromkeys(text for one in reacted if (text := self._cross(one)))

    def _cross(self, one: Reading) -> str:
        names = cross_reactors(one, of=self.of, expected=self.expected)
        again = bool(names) and PRODUCTS[one.product].cross_from > 0
        return self._text("then", "cross_again" if again else "cross", names=self._list(names)) if names else ""

    def _amounts(self) -> Iterator[str]:
        for part in self.of.found:
            if part.percent_tenths:
                percent, off = (self._decimal(n) for n in (part.percent_tenths, part.give_or_take_tenths))
                yield self._text("then", "amount", name=part.name, percent=percent, off=off)

    def _strip(self, one: Reading) -> str:
        product = PRODUCTS.get(one.product)
        brand = self._text("methods", "brand", name=product.name) if product and product.name else ""
        told = {
            "panel": self._panel(one.panel),
            "day": self._day(one),
            "brand": brand,
            "bit": self._text("methods", "bit"),
        }
        if one.mark is not Mark.DID_NOT_REACT:
            marks = {Mark.REACTED: "reacted", Mark.FAINT: "faint"}
            return self._capital(
                self._text("methods", marks.get(one.mark, "no_control") if one.mark else "no_control", **told)
            )
        if not one.papered or product is None:
            return self._capital(self._text("methods", "not_reacted_unknown", **told))
        misses = "misses" if product.misses else "misses_some"
        told["misses"] = self._text("methods", misses, panel=told["panel"], names=self._list(product.misses))
        limit = f"{product.limit_ng_ml / NANOGRAMS:g} µg/mL"
        told["limit"] = self._text(
            "methods", "limit" if product.limit_ng_ml else "limit_unknown", limit=self._point(limit)
        )
        return self._capital(self._text("methods", "not_reacted", **told))

    def _instrument(self, one: Reading) -> str:
        key = "ftir" if one.method == FTIR else "lab"
        seen = f"{key}_saw" if one.components else f"{key}_nothing"
        told = self._text("methods", seen, day=self._day(one), names=self._names(one.components))
        covers = one.looked_for & FTIR_SEES if one.method == FTIR else one.looked_for
        unseen = [
            panel for panel in STRIPS if panel in covers and not any(panel in part.panels for part in one.components)
        ]
        if unseen:
            told += self._text("methods", f"{key}_unseen", panels=self._list(map(self._panel, unseen)))
        limit = {"low": FTIR_LIMIT[0], "high": FTIR_LIMIT[1], "bit": self._text("methods", "bit")}
        return told + self._text("methods", f"{key}_limit", **limit)

    def _text(self, section: str, key: str, **facts: Any) -> str:
        told: str = self.wording[section][key].format(**facts)
        return told

    def _panel(self, panel: str) -> str:
        told: str = self.wording["panels"][panel]
        return told

    def _names(self, parts: Iterable[Component]) -> str:
        return self._list(f"{part.name} ({self.wording['methods'][part.amount.value]})" for part in parts)

    def _list(self, told: Iterable[str]) -> str:
        names = list(told)
        ends = [", ".join(names[:-1]), names[-1]] if len(names) > 1 else names
        return f" {self.wording['words']['and']} ".join(ends)

    def _day(self, one: Reading) -> str:
        return written_day(one.day, self.language)

    def _decimal(self, tenths: int) -> str:
        return self._point(f"{tenths / 10:g}")

    def _point(self, text: str) -> str:
        return text if self.language == "en" else text.replace(".", ",")

    def _capital(self, text: str) -> str:
        return text[:1].upper() + text[1:]


def cross_reactors(one: Reading, *, of: Judgement, expected: frozenset[str]) -> list[str]:
    """Return what else this strip may have reacted to: listed for its product, at this strength, and found (or expected) here."""
    product = PRODUCTS.get(one.product)
    if product is None or product.panel != one.panel:
        return []
    if product.cross_from and one.ug_per_ml < product.cross_from:
        return []
    found = {part.substance for part in of.found}
    there = found | expected if product.cross_from else found
    return [name for name in product.cross if name in there]
