"""Codes are random, checked, kept as an HMAC only; bench numbers tell box and site and nothing else."""

import uuid
from itertools import combinations

import pytest

from handrail.core.common import keys
from handrail.core.common.refusals import Refused
from handrail.services.drugchecking.bench import codes


@pytest.mark.scenario("drugchecking:1")
def test_ten_thousand_codes_are_all_different_and_of_29_symbols() -> None:
    drawn = {codes.new_code() for _ in range(10_000)}
    assert len(drawn) == 10_000 and len(codes.ALPHABET) == 29
    assert all(len(code) == 15 and set(code) <= set(codes.ALPHABET) for code in drawn)
    assert all(codes.normalise(code) == code for code in drawn)


@pytest.mark.scenario("drugchecking:1")
def test_every_wrong_symbol_and_every_swap_of_two_is_caught() -> None:
    for _ in range(3):
        code = codes.new_code()
        wrong = (code[:n] + one + code[n + 1 :] for n in range(15) for one in codes.ALPHABET if one != code[n])
        assert all(codes.normalise(other) == codes.NO_CODE for other in wrong)
        for a, b in combinations(range(15), 2):
            symbols = list(code)
            symbols[a], symbols[b] = symbols[b], symbols[a]
            assert code[a] == code[b] or codes.normalise("".join(symbols)) == codes.NO_CODE


def test_normalise_lets_case_spaces_and_dashes_pass_and_guesses_nothing() -> None:
    code = codes.new_code()
    assert codes.normalise(f" {codes.printed(code).lower().replace(' ', '-')} ") == code
    for typed in ("", "R-217", code[:-1], code + "2", "0" * 15, code.replace(code[0], "O", 1), "é" * 15, "x" * 10_000):
        assert codes.normalise(typed) == codes.NO_CODE


def test_what_is_kept_of_a_code_says_nothing_without_the_key() -> None:
    code = codes.new_code()
    assert codes.kept(code, ring=keys.ring()) != codes.kept(code, ring=keys.make(demo=True))


@pytest.mark.parametrize(("typed", "bench"), [("r 217", "R-217"), ("R-217", "R-217"), ("r9999", "R-9999")])
def test_bench_number_is_read_as_it_is_printed(typed, bench) -> None:
    assert codes.parse_bench(typed) == bench
    assert codes.parse_label(codes.label(uuid.uuid4(), bench)) == bench


@pytest.mark.parametrize(
    "typed", ["", "217", "R", "R-99", "R-10000", "RR-217", "R-2١7", "kit:x", "é-217", "R-" + "9" * 6000]
)
def test_what_is_no_bench_number_is_refused(typed) -> None:
    with pytest.raises(Refused, match="not-a-bench-number"):
        codes.parse_label(typed)


def test_bench_numbers_are_drawn_free_and_in_no_order() -> None:
    first = codes.draw_bench("R", 200, taken=[])
    assert len(set(first)) == 200 and first != sorted(first)
    assert not set(codes.draw_bench("R", 9000, taken=first)) & set(first)
    with pytest.raises(Refused, match="no-bench-numbers"):
        codes.draw_bench("R", 9800, taken=first)
    assert codes.site_letter("Ärger 7") == "R" and codes.site_letter("雨") == "X"
