"""The release gate, attacked: bounds, own contribution, rates and totals, 52 weeks with nested areas, sister reports.

Every attack is run against blanking only what is small, too, and succeeds there. `./handrail test tests/attacks -s` prints the figures
of `docs/explanation/release-attacks.md`.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from handrail.core.common.refusals import Refused
from handrail.evidence.release import ledger
from handrail.evidence.release.gate import judging, rates, tables
from handrail.evidence.release.gate.judging import Rule
from handrail.evidence.release.gate.tables import NO_SUM, TOTAL, Axis, Key, Table
from handrail.evidence.release.gate.tests.invented import table
from handrail.evidence.release.ledger import Past

from .narrowing import Atom, Tally, Told, interval, known

RULE = Rule(11)
SHAPES = [((6, 4), 40, seed) for seed in range(8)] + [((8, 6), 60, seed) for seed in range(4)] + [((3, 3, 3), 60, 1)]

Hides = Callable[[Table, Sequence[Past]], set[Key]]


def gate(told: Table, past: Sequence[Past] = (), linked: Sequence[Table] = ()) -> set[Key]:
    """Return what the gate leaves blank; all of it where it refuses."""
    try:
        pattern = ledger.pass_gate(told, linked=linked, known=past, rule=RULE)
    except Refused:
        return set(told.cells)
    return {key for key in told.cells if pattern.why(key)}


def small_only(told: Table, past: Sequence[Past] = ()) -> set[Key]:
    """Return what a gate blanks that knows nothing of sums."""
    return {key for key, cell in told.cells.items() if 0 < cell.value < RULE.threshold}


def atoms(key: Key, axes: Sequence[Axis]) -> frozenset[Atom]:
    """Return the smallest cells that a cell sums, a node an axis."""
    at = dict(key)
    under = [
        [leaf for leaf in axis.leaves if at.get(axis.name, TOTAL) in (TOTAL, leaf, *axis.up(leaf))] for axis in axes
    ]
    return frozenset(product(*under))


def printed(told: Table, blank: set[Key]) -> list[Told]:
    return [known(atoms(key, told.axes), cell.value) for key, cell in told.cells.items() if key not in blank]


def attacked(hides: Hides, *, own: bool = False) -> Tally:
    """Attack every small cell that a gate left blank in the invented tables."""
    tally = Tally()
    for sizes, mean, seed in SHAPES:
        invented = table(*sizes, mean=mean, seed=seed)
        blank = hides(invented, ())
        facts = printed(invented, blank)
        for key in sorted(blank):
            if 0 < invented.cells[key].value < RULE.threshold:
                mine = {min(atoms(key, invented.axes)): 1} if own else {}
                tally.count(interval(atoms(key, invented.axes), facts, own=mine))
    return tally


Rounds = Callable[[int, int], rates.Rate | None]


def to_a_tenth(numerator: int, denominator: int) -> rates.Rate | None:
    """Round a share of the small as of the large to a tenth of a percent, as reports do."""
    tenth = Fraction(1, 10)
    steps = math.floor(Fraction(numerator * 100, denominator) / tenth + Fraction(1, 2))
    return rates.Rate(float(steps * tenth), 0.1, *rates.reach(steps, tenth, denominator))


def by_shares(rounds: Rounds) -> Tally:
    """Attack the small cells of rows that are printed as their sum and the shares of their parts."""
    tally = Tally()
    for sizes, mean, seed in SHAPES[:12]:
        invented = table(*sizes, mean=mean, seed=seed)
        for one in tables.sums(invented):
            whole = invented.cells[one.whole].value
            if whole < RULE.hidden_under:
                continue
            facts = [known(atoms(one.whole, invented.axes), whole)]
            for part in one.parts:
                if rate := rounds(invented.cells[part].value, whole):
                    facts.append(Told(atoms(part, invented.axes), rate.low, rate.high))
            for part in one.parts:
                if 0 < invented.cells[part].value < RULE.threshold:
                    tally.count(interval(atoms(part, invented.axes), facts))
    return tally


def say(name: str, ours: Tally, weak: Tally) -> None:
    print(
        f"\n{name}: {ours.exact} of {ours.hidden} exact, {ours.narrow} under 5 wide; small cells only: {weak.exact} of {weak.hidden} exact"
    )


@pytest.mark.parametrize("own", [False, True])
def test_no_small_cell_is_known_or_narrowed_and_the_same_attack_beats_blanking_the_small_alone(own: bool) -> None:
    ours, weak = attacked(gate, own=own), attacked(small_only, own=own)
    say("own part known" if own else "bounds", ours, weak)
    assert ours.hidden > 100
    assert ours.exact == 0
    assert ours.narrow <= ours.hidden / 100
    assert weak.exact > weak.hidden / 20


def test_shares_and_their_sum_give_no_small_part_away_and_shares_to_a_tenth_do() -> None:
    ours, weak = by_shares(lambda n, whole: rates.rounded(n, whole, rule=RULE)), by_shares(to_a_tenth)
    say("shares and sums", ours, weak)
    assert (ours.exact, ours.narrow) == (0, 0)
    assert weak.exact > weak.hidden / 2


# --- 52 weeks, nested areas, the year, a new sub-region, a sister's pack ---

WEEKS = [f"2026-W{n:02}" for n in range(1, 53)]
TIME = Axis("time", {"2026": NO_SUM, **dict.fromkeys(WEEKS, "2026")}, tells=False)
PLACE = Axis(
    "place",
    {"north": TOTAL, "south": TOTAL, "quay": "north", "mill": "north", "port": "south", "hill": "south"},
    tells=False,
)
MEANS = {"quay": 90, "mill": 14, "port": 60, "hill": 45}


@pytest.fixture(scope="module")
def year() -> dict[tuple[str, str], int]:
    """People by week and zone: one zone lies about the threshold."""
    chance = np.random.default_rng(52)
    return {(week, zone): int(chance.poisson(mean)) for week in WEEKS for zone, mean in MEANS.items()}


def a_week(year: dict[tuple[str, str], int], week: str) -> Table:
    return tables.people_table([PLACE], {(zone,): year[week, zone] for zone in MEANS}, at=(("time", week),))


def release_weeks(year: dict[tuple[str, str], int], hides: Hides) -> tuple[list[Past], list[Told]]:
    """Release every week, each beside all before; return the ledger and what the attacker has read."""
    past: list[Past] = []
    facts: list[Told] = []
    for week in WEEKS:
        told = a_week(year, week)
        blank = hides(told, past)
        shown = {key: cell.value for key, cell in told.cells.items() if key not in blank}
        past.append(Past(shown, frozenset(blank)))
        facts += [known({(week, zone) for (zone,) in atoms(key, [PLACE])}, value) for key, value in shown.items()]
    return past, facts


def year_table(year: dict[tuple[str, str], int]) -> Table:
    return tables.people_table([TIME, PLACE], {(week, zone): people for (week, zone), people in year.items()})


def with_year(year: dict[tuple[str, str], int], past: list[Past], facts: list[Told], *, gated: bool) -> list[Told]:
    """Add the year's totals by zone: as the gate lets them out beside all the weeks, or all of them."""
    whole = year_table(year)
    offered = Table(whole.axes, {key: cell for key, cell in whole.cells.items() if dict(key)["time"] == "2026"})
    try:
        pattern = ledger.pass_gate(offered, linked=[whole], known=past, rule=RULE) if gated else None
    except Refused:
        return facts
    shown = [key for key in offered.cells if not (pattern and pattern.why(key))]
    return facts + [
        known({(week, zone) for week in WEEKS for (zone,) in atoms(key, [PLACE])}, offered.cells[key].value)
        for key in shown
    ]


def narrowed(year: dict[tuple[str, str], int], facts: list[Told]) -> Tally:
    tally = Tally()
    seen = {one.atoms for one in facts}
    for atom, people in year.items():
        if 0 < people < RULE.threshold and frozenset([atom]) not in seen:
            of_week = [
                one for one in facts if {week for week, _ in one.atoms} == {atom[0]} or len(one.atoms) > len(MEANS)
            ]
            tally.count(interval(frozenset([atom]), of_week if len(of_week) < 12 else facts))
    return tally


@pytest.mark.scenario("trust:11")
def test_52_weeks_nested_areas_and_the_year_give_nothing_away_and_a_new_sub_region_is_refused(
    year: dict[tuple[str, str], int],
) -> None:
    past, facts = release_weeks(year, gate)
    ours = narrowed(year, with_year(year, past, facts, gated=True))
    weak_past, weak_facts = release_weeks(year, small_only)
    weak = narrowed(year, with_year(year, weak_past, weak_facts, gated=False))
    say("52 weeks", ours, weak)
    assert (ours.exact, ours.narrow) == (0, 0)
    assert ours.hidden > 5
    assert weak.exact == weak.hidden > 0
    refusal = sub_region(year, past)
    assert refusal.code == "would-give-away"
    assert refusal.facts["merge"] == "quay-east, quay-west -> quay"


def sub_region(year: dict[tuple[str, str], int], past: list[Past]) -> Refused:
    """Ask for a zone in two parts, one of them small, after its weeks have been printed."""
    finer = Axis("place", {**PLACE.parents, "quay-east": "quay", "quay-west": "quay"}, tells=False)
    week = next(
        week for one in past for key in one.printed if dict(key).get("place") == "quay" for week in [dict(key)["time"]]
    )
    leaves = {(zone,): year[week, zone] for zone in MEANS if zone != "quay"}
    leaves |= {("quay-east",): year[week, "quay"] - 4, ("quay-west",): 4}
    told = tables.people_table([finer], leaves, at=(("time", week),))
    with pytest.raises(Refused) as caught:
        ledger.pass_gate(told, known=past, rule=RULE)
    return caught.value


# --- Months, quarters and the year, in whatever order they leave ---

MONTHS = [f"2026-{n:02}" for n in range(1, 13)]
QUARTERS = {month: f"2026-Q{(n + 2) // 3}" for n, month in enumerate(MONTHS, start=1)}
SPANS = {"2026": MONTHS} | {name: [month for month in MONTHS if QUARTERS[month] == name] for name in QUARTERS.values()}
GRID = Axis("time", {"2026": NO_SUM, **dict.fromkeys(QUARTERS.values(), "2026"), **QUARTERS}, tells=False)


def release_spans(people: dict[tuple[str, str], int], hides: Hides, seed: int) -> list[Told]:
    """Release every month, quarter and the year in a drawn order, each beside all before; return what the attacker has read."""
    order = [*MONTHS, *SPANS]
    np.random.default_rng(seed).shuffle(order)
    whole = tables.people_table([GRID, PLACE], people)
    past: list[Past] = []
    facts: list[Told] = []
    for span in order:
        cells = {key: cell for key, cell in whole.cells.items() if dict(key).get("time") == span}
        told = Table((PLACE,), cells, at=(("time", span),))
        blank = gate(told, past, linked=[whole]) if hides is gate else hides(told, past)
        past.append(Past({key: cell.value for key, cell in cells.items() if key not in blank}, frozenset(blank)))
        for key, value in past[-1].printed.items():
            zones = {zone for (zone,) in atoms(key, [PLACE])}
            facts.append(known({(month, zone) for month in SPANS.get(span, [span]) for zone in zones}, value))
    return facts


def test_months_quarters_and_the_year_give_no_small_month_away_in_whatever_order_they_leave() -> None:
    ours, weak = Tally(), Tally()
    for seed in range(3):
        chance = np.random.default_rng(seed)
        people = {(month, zone): int(chance.poisson(mean)) for month in MONTHS for zone, mean in MEANS.items()}
        for tally, hides in ((ours, gate), (weak, small_only)):
            facts = release_spans(people, hides, seed)
            seen = {one.atoms for one in facts}
            for atom, count in people.items():
                if 0 < count < RULE.threshold and frozenset([atom]) not in seen:
                    tally.count(interval(frozenset([atom]), facts))
    say("months, quarters, year", ours, weak)
    assert ours.hidden > 5
    assert (ours.exact, ours.narrow) == (0, 0)
    assert weak.exact > weak.hidden / 2


def test_a_sister_pack_that_printed_a_part_is_reckoned_with() -> None:
    """A partner printed one row's cells already. Blind to it, our blanks fall; told of it, they hold."""
    blind, told = Tally(), Tally()
    for seed in range(6):
        invented = table(6, 4, mean=60, seed=seed)
        rows = [
            key
            for key in invented.cells
            if dict(key).get("axis0") == "0.2" and len(key) == 2 and invented.cells[key].value >= RULE.hidden_under
        ]
        sister = Past({key: invented.cells[key].value for key in rows}, frozenset())
        facts = [known(atoms(key, invented.axes), value) for key, value in sister.printed.items()]
        for tally, blank in ((blind, gate(invented)), (told, gate(invented, [sister]))):
            read = printed(invented, blank) + facts
            for key in sorted(blank):
                if 0 < invented.cells[key].value < RULE.threshold:
                    tally.count(interval(atoms(key, invented.axes), read))
    say("sister packs", told, blind)
    assert (told.exact, told.narrow) == (0, 0)
    assert blind.narrow > 0


def test_a_second_cut_of_the_same_people_is_checked_against_the_first() -> None:
    """Rows first, columns next, both then: each passes beside what was printed, and the three together give nothing away."""
    tally = Tally()
    for seed in range(4):
        invented = table(6, 4, mean=60, seed=seed)
        past: list[Past] = []
        for axes in (("axis0",), ("axis1",), ("axis0", "axis1")):
            cells = {key: cell for key, cell in invented.cells.items() if {axis for axis, _ in key} <= set(axes)}
            cut = Table(tuple(axis for axis in invented.axes if axis.name in axes), cells)
            try:
                pattern = ledger.pass_gate(cut, linked=[invented], known=past, rule=RULE)
            except Refused:
                continue
            blank = {key for key in cells if pattern.why(key)}
            past.append(Past({key: cell.value for key, cell in cells.items() if key not in blank}, frozenset(blank)))
        read = [known(atoms(key, invented.axes), value) for one in past for key, value in one.printed.items()]
        seen = {key for one in past for key in one.printed}
        for key, judged in judging.judge(invented, RULE).items():
            if key not in seen and judged.move > 0:
                tally.count(interval(atoms(key, invented.axes), read))
    assert tally.hidden > 20
    assert (tally.exact, tally.narrow) == (0, 0)
