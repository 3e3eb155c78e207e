"""One-time codes: lifetime, tries, resending."""

from datetime import UTC, datetime, timedelta

import pytest

from grid.one_time_codes import (
    LIFETIME,
    MAXIMUM_TRIES,
    CodeVerdict,
    IssuedCode,
    hash_code,
    judge_code,
    make_code,
    next_sending_at,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
RIGHT = hash_code("123456", "phone", "key")
WRONG = hash_code("123457", "phone", "key")


def test_codes_are_six_digits_and_differ():
    codes = {make_code() for _ in range(50)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 40


def test_the_hash_of_a_code_depends_on_phone_and_key():
    assert len({RIGHT, hash_code("123456", "other", "key"), hash_code("123456", "phone", "other")}) == 3


@pytest.mark.parametrize(
    ("issued", "candidate", "verdict"),
    [
        (IssuedCode(RIGHT, NOW), RIGHT, CodeVerdict.RIGHT),
        (IssuedCode(RIGHT, NOW), WRONG, CodeVerdict.WRONG),
        (IssuedCode(RIGHT, NOW, is_used=True), RIGHT, CodeVerdict.USED),
        (IssuedCode(RIGHT, NOW - LIFETIME), RIGHT, CodeVerdict.EXPIRED),
        (IssuedCode(RIGHT, NOW - LIFETIME + timedelta(seconds=1)), RIGHT, CodeVerdict.RIGHT),
        (IssuedCode(RIGHT, NOW, tries=MAXIMUM_TRIES - 1), RIGHT, CodeVerdict.RIGHT),
        (IssuedCode(RIGHT, NOW, tries=MAXIMUM_TRIES), RIGHT, CodeVerdict.TOO_MANY_TRIES),
    ],
)
def test_a_code_is_judged(issued, candidate, verdict):
    assert judge_code(issued, candidate, NOW) is verdict


def ago(**delta):
    return NOW - timedelta(**delta)


@pytest.mark.parametrize(
    ("sent", "wait"),
    [
        ([], timedelta(0)),
        ([ago(seconds=20)], timedelta(seconds=40)),
        ([ago(seconds=60)], timedelta(0)),
        ([ago(minutes=m) for m in (2, 10, 20, 30)], timedelta(0)),
        ([ago(minutes=m) for m in (2, 10, 20, 30, 40)], timedelta(minutes=20)),
        ([ago(hours=h) for h in range(2, 12)], timedelta(hours=13)),
    ],
)
def test_sending_again_waits_for_interval_hour_and_day(sent, wait):
    assert next_sending_at(sent, NOW) == NOW + wait
