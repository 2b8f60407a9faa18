"""Search among open spectra, each looked for without its own contributor's."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from handrail.core.common.refusals import Refused
from handrail.services.drugchecking.spectra import scores
from handrail.services.drugchecking.spectra.library import Library, pack
from handrail.services.drugchecking.spectra.search import SET_GAP, search, search_many
from handrail.services.drugchecking.spectra.spectrum import spectrum

PEER_TOP_1 = 0.99752  # matchms 0.33.1 CosineGreedy, tolerance 0.01, same peaks, precursor window, queries: 807 of 809


def _left_out(library):
    contributors = defaultdict(set)
    for one in library.entries:
        contributors[one.key].add(one.contributor)
    places = [place for place, one in enumerate(library.entries) if len(contributors[one.key]) > 1]
    return places, [library.entries[place].contributor for place in places]


@pytest.mark.scenario("drugchecking:19")
@pytest.mark.parametrize("method", ["cosine", "entropy"])
def test_leave_one_contributor_out(library, method):
    places, without = _left_out(library)

    found = search_many([library.spectra[place] for place in places], library, method=method, without=without)

    right = [one.hits[0].entry.key == library.entries[place].key for one, place in zip(found, places, strict=True)]
    grouped = [library.entries[place].key in one.group for one, place in zip(found, places, strict=True)]
    assert len(places) == 809
    assert np.mean(right) >= (PEER_TOP_1 if method == "cosine" else 0.995)
    assert all(grouped)  # where the first is wrong, the right one stands in the group told with it
    assert not any(one.widened for one in found)


@pytest.mark.scenario("drugchecking:19")
def test_isomers_come_as_groups(library):
    names = {one.key: one.name for one in library.entries}

    groups = {frozenset(names[key] for key in group) for group in library.isomer_groups}

    assert groups == {
        frozenset({"Codeine", "Hydrocodone"}),
        frozenset({"Theobromine", "Theophylline"}),
        frozenset({"Naloxone", "6-Monoacetylmorphine"}),
        frozenset({"Olanzapine"}),  # two keys of one name
    }


def test_without_a_precursor_the_whole_library_is_searched_and_it_says_so(library):
    known = library.spectra[0]
    query = replace(known, facts={name: fact for name, fact in known.facts.items() if name != "PRECURSORMZ"})

    found = search(query, library)

    assert found.widened
    assert found.hits[0].entry.key == library.entries[0].key
    assert found.hits[0].score == pytest.approx(1.0)
    assert found.gap == pytest.approx(found.hits[0].score - found.hits[1].score)


def _plainly(a, b, tolerance):
    """Greedy one to one, written plainly: the most worth first."""
    pairs = sorted(
        ((ia * ib, x, y) for x, (ma, ia) in enumerate(zip(*a, strict=True)) for y, (mb, ib) in enumerate(zip(*b, strict=True))
         if abs(ma - mb) <= tolerance),
        reverse=True,
    )  # fmt: skip
    total, used_a, used_b = 0.0, set(), set()
    for worth, x, y in pairs:
        if x not in used_a and y not in used_b:
            total += worth
            used_a.add(x)
            used_b.add(y)
    return total


def test_the_score_is_the_greedy_one_also_where_peaks_crowd():
    rng = np.random.default_rng(19)
    made = [(np.sort(rng.uniform(50, 51, 40)), rng.random(40)) for _ in range(12)]

    score, _ = scores.against(pack(made), pack(made), method="cosine", tolerance=0.05)

    for row, one in enumerate(made):
        for column, other in enumerate(made):
            assert score[row, column] == pytest.approx(_plainly(one, other, 0.05), rel=1e-9)


def test_entropy_is_the_published_score():
    """Two spectra scored by ms-entropy 1.5.3, tolerance 0.02: its own example."""
    a = (np.array([69.071, 86.0969]), np.array([7.917962, 66.83354]))
    b = (np.array([41.04, 69.07, 86.1]), np.array([37.16, 66.83, 999.0]))
    made = [scores.weighted(*scores.merged(*one, apart=0.04)) for one in (a, b)]

    score, matched = scores.against(pack(made[:1]), pack(made[1:]), method="entropy", tolerance=0.02)

    assert score[0, 0] == pytest.approx(0.8973910808563232, abs=1e-6)
    assert matched[0, 0] == 2


def test_a_spectrum_without_licence_is_no_library_spectrum(library):
    bare = replace(library.spectra[0], facts={"DB#": "x"})
    with pytest.raises(Refused) as refused:
        Library([bare])
    assert refused.value.code == "spectrum-no-licence"


def test_only_mass_spectra_are_searched():
    with pytest.raises(Refused) as refused:
        Library([spectrum("infrared", np.array([1.0, 2.0]), np.array([1.0, 2.0]), y_unit="absorbance")])
    assert refused.value.code == "spectrum-unit"


def test_nothing_of_that_mass_is_told_as_nothing(library):
    alien = replace(library.spectra[0], facts={"PRECURSORMZ": "999.9"})

    found = search(alien, library)

    assert (found.hits, found.gap, found.group) == ((), 0.0, frozenset())


def test_the_set_gap_is_what_the_reference_run_needs(library):
    """Both wrong firsts stand with the right one, as a group of two."""
    places, without = _left_out(library)
    found = search_many([library.spectra[place] for place in places], library, without=without)
    wrong = [
        one for one, place in zip(found, places, strict=True) if one.hits[0].entry.key != library.entries[place].key
    ]

    assert len(wrong) == 2
    assert all(one.gap <= SET_GAP and len(one.group) == 2 for one in wrong)
