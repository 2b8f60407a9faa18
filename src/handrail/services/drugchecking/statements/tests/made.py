"""Readings for tests: the smallest that say something."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from handrail.services.drugchecking import registry
from handrail.services.drugchecking.statements import Amount, Component, Mark, Reading
from handrail.services.drugchecking.statements.readings import FTIR, LABORATORY, PANELS, PRODUCTS, STRIP, STRIPS

DAY = date(2026, 3, 10)
BTNX = {
    "fentanyl": "btnx-fentanyl",
    "xylazine": "btnx-xylazine",
    "benzodiazepines": "benzodiazepine",
    "nitazenes": "nitazene",
}


def strip(mark: Mark = Mark.REACTED, panel: str = "fentanyl", **told: Any) -> Reading:
    """A strip with its paperwork."""
    return Reading(STRIP, told.pop("day", DAY), panel, mark, **({"product": BTNX[panel], "lot": "A1"} | told))


def component(slug: str, amount: Amount = Amount.MAIN, **told: Any) -> Component:
    """A substance of the registry, as an instrument found it."""
    one = registry.seeds()[slug]
    return Component(slug, one.name, amount, one.panels, one.members, **told)


def ftir(*slugs: str, amount: Amount = Amount.MAIN, day: date = DAY, **told: Any) -> Reading:
    """An FTIR scan that saw these."""
    parts = tuple(component(slug, amount) for slug in slugs)
    return Reading(FTIR, day, components=parts, looked_for=frozenset(PANELS), **told)


def laboratory(*slugs: str, day: date = date(2026, 4, 2), **told: Any) -> Reading:
    """A laboratory's answer that found these."""
    return Reading(LABORATORY, day, components=tuple(map(component, slugs)), looked_for=frozenset(PANELS), **told)


def readings() -> st.SearchStrategy[Reading]:
    """Any reading that stands: strips with and without paperwork, instruments, laboratories, nothing seen among them."""
    slugs = st.sampled_from(sorted(registry.seeds()))
    parts = st.lists(
        st.builds(component, slugs, st.sampled_from(Amount)), max_size=3, unique_by=lambda part: part.substance
    )
    strips = st.builds(
        Reading, st.just(STRIP), st.just(DAY), st.sampled_from(STRIPS), st.sampled_from(Mark),
        st.sampled_from(["", *PRODUCTS]), st.sampled_from(["", "A1"]), st.sampled_from([0, 200, 1000, 5000]),
    )  # fmt: skip
    instruments = st.builds(
        Reading, st.sampled_from([FTIR, LABORATORY]), st.dates(DAY, date(2026, 5, 1)), components=parts.map(tuple),
        looked_for=st.sets(st.sampled_from(PANELS)).map(frozenset),
    )  # fmt: skip
    return st.one_of(strips, instruments)
