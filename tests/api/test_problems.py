from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.paging import decode_cursor, encode_cursor
from api.problems import flatten
from api.schema_messages import chinese_message
from server.errors import RuleViolated


def test_an_unknown_address_is_a_problem_in_the_askers_language(client: Any) -> None:
    chinese = client.get("/api/v1/nothing")
    english = client.get("/api/v1/nothing", headers={"Accept-Language": "en"})
    assert chinese.mimetype == english.mimetype == "application/problem+json"
    assert chinese.get_json()["title"] == "没有找到"
    assert english.get_json()["title"] == "Not found"
    assert chinese.get_json()["code"] == "not_found"


def test_a_request_id_is_answered_and_a_hostile_one_replaced(client: Any) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-ID": "abc-12345"}).headers["X-Request-ID"] == "abc-12345"
    )
    assert (
        client.get("/healthz", headers={"X-Request-ID": "a b<script>"}).headers["X-Request-ID"]
        != "a b<script>"
    )
    assert client.get("/api/v1/nothing").get_json()["request_id"]


def test_nested_messages_become_dotted_paths() -> None:
    nested = {
        "json": {
            "answers": {
                3: {"photos": ["Missing data for required field."]},
                "_schema": ["Invalid input type."],
            }
        }
    }
    assert list(flatten(nested)) == [
        ("answers.3.photos", "Missing data for required field."),
        ("answers", "Invalid input type."),
    ]


@pytest.mark.parametrize(
    "message, chinese",
    [
        ("Missing data for required field.", "这一项必须填写"),
        ("Longer than maximum length 500.", "最多 500 个字"),
        ("Must be greater than or equal to 1 and less than or equal to 200.", "须在 1 到 200 之间"),
        ("Something new.", "格式不正确"),
        ("照片太多", "照片太多"),
    ],
)
def test_messages_are_said_in_chinese(message: str, chinese: str) -> None:
    assert chinese_message(message) == chinese


PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), max_size=30)
COUNTABLE = st.integers(-(2**53), 2**53)


@given(PRINTABLE, COUNTABLE)
def test_a_cursor_comes_back_as_it_was(text: str, number: int) -> None:
    assert decode_cursor(encode_cursor([text, number]), (str, int)) == [text, number]


@given(st.text(min_size=1, max_size=80))
def test_anything_else_is_refused_as_a_cursor(text: str) -> None:
    with pytest.raises(RuleViolated):
        decode_cursor(text + "!", (str, int))


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(RuleViolated):
        decode_cursor(encode_cursor(["x"]), (str, int))
