from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.case_numbers import CaseNumber, parse_case_number


def test_a_case_number_names_district_day_and_serial():
    assert str(CaseNumber("310151", date(2026, 11, 21), 123)) == "310151-20261121-000123"


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 10**9))
def test_a_case_number_reads_back(day, serial):
    number = CaseNumber("310151", day, serial)
    assert parse_case_number(f" {str(number).lower()} ") == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "310151-20261321-000123",
        "310151-20261121-12",
        "310151_20261121_000123",
        "３１０１５１-20261121-000123",
    ],
)
def test_what_is_no_case_number_is_none(text):
    assert parse_case_number(text) is None
