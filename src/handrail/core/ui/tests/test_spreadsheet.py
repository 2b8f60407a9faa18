"""Staff exports: text for a spreadsheet, never a formula."""

import csv
import io

import pytest

from handrail.core.ui.spreadsheet import INTERNAL, cell, internal
from handrail.core.ui.templatetags.ui import at


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠SUM(A1)"]
)
def test_cell_puts_a_quote_before_what_would_start_a_formula(text) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "told"), [(None, ""), (-4, "-4"), (0, "0"), ("A-17", "A-17"), ("1=1", "1=1")])
def test_cell_leaves_the_rest_as_it_is(value, told) -> None:
    assert cell(value) == told


def test_internal_says_on_its_first_line_what_it_is() -> None:
    rows = list(
        csv.reader(
            io.StringIO(internal(("item", "on shelf"), [("=x", -4), ('a"b,c', None)], why="an audit"), newline="")
        )
    )
    assert rows == [[INTERNAL, "taken for: an audit"], ["item", "on shelf"], ["'=x", "-4"], ['a"b,c', ""]]


def test_at_is_empty_where_a_mapping_has_nothing() -> None:
    assert at({"a": 1}, "a") == 1 and at({}, "a") == ""
