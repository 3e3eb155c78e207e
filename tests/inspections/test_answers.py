"""The answers of an inspection are judged item by item; nothing wrong is silent, nothing odd is corrected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.catalogue_entries import Demand
from grid.positions import Position
from inspections.answers import (
    AnswerResult,
    AnswerReview,
    Applicability,
    Finding,
    GivenAnswer,
    ItemRule,
    Progress,
    Visit,
    VisitLimits,
    by_item,
    review_answers,
)

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HERE = Position(31.6229, 121.3975)
VISIT = Visit(NOW, device_sent_at=NOW, community_position=HERE)
PHOTO = UUID(int=1)
OTHER_PHOTO = UUID(int=2)
PASS, FAIL, NOT_APPLICABLE = AnswerResult.PASS, AnswerResult.FAIL, AnswerResult.NOT_APPLICABLE
NEVER = ItemRule("PACT-01", Demand.NEVER)
ON_FAIL = ItemRule("CORR-01", Demand.ON_FAIL)
ALWAYS = ItemRule("WASTE-01", Demand.ALWAYS, min_photos=2)
LIFT = ItemRule("LIFT-01", Demand.NEVER, applicability=Applicability.UNKNOWN)
NO_LIFT = replace(LIFT, applicability=Applicability.DOES_NOT_APPLY)


def answer(item: str = "PACT-01", result: AnswerResult = PASS, **more: object) -> GivenAnswer:
    return GivenAnswer(item, result, **{"observed_at": NOW - timedelta(minutes=10), **more})  # type: ignore[arg-type]


def review(
    *answers: GivenAnswer, items: tuple[ItemRule, ...] = (NEVER,), visit: Visit = VISIT
) -> AnswerReview:
    return review_answers(items, answers, visit)


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(finding.item, finding.field, finding.code) for finding in findings]


def test_a_whole_and_right_inspection_has_nothing_to_be_said_about_it() -> None:
    assert review(answer()) == AnswerReview((), (), (), Progress(1, 1))


def test_an_unanswered_item_is_outstanding_and_no_problem_of_a_draft() -> None:
    found = review(items=(NEVER, ON_FAIL))
    assert said(found.outstanding) == [
        ("PACT-01", "result", "missing_answer"),
        ("CORR-01", "result", "missing_answer"),
    ]
    assert found.is_acceptable_as_draft
    assert not found.is_complete
    assert found.progress == Progress(0, 2)


def test_an_item_that_the_version_does_not_have_is_a_problem() -> None:
    assert said(review(answer(), answer("NEW-99")).problems) == [("NEW-99", "item_code", "unknown_item")]


def test_an_item_answered_twice_is_one_problem() -> None:
    assert said(review(answer(), answer(result=FAIL), answer()).problems) == [
        ("PACT-01", "item_code", "duplicate_item")
    ]


def test_an_item_of_another_role_is_a_problem_when_answered_and_not_missed_when_not() -> None:
    items = (replace(NEVER, may_answer=False),)
    assert said(review(answer(), items=items).problems) == [("PACT-01", "item_code", "not_yours")]
    assert review(items=items) == AnswerReview((), (), (), Progress(0, 0))


class TestEvidence:
    @pytest.mark.parametrize(
        ("rule", "result", "photos", "is_met"),
        [
            (ON_FAIL, PASS, 0, True),
            (ON_FAIL, FAIL, 0, False),
            (ON_FAIL, FAIL, 1, True),
            (ALWAYS, PASS, 1, False),
            (ALWAYS, PASS, 2, True),
            (ALWAYS, FAIL, 1, False),
            (NEVER, FAIL, 0, True),
            (replace(ON_FAIL, min_photos=0), FAIL, 0, False),
        ],
    )
    def test_photos_are_asked_for_by_the_items_rule(
        self, rule: ItemRule, result: AnswerResult, photos: int, is_met: bool
    ) -> None:
        given_answer = answer(rule.code, result, photo_ids=tuple(UUID(int=n) for n in range(photos)))
        found = review(given_answer, items=(rule,))
        assert said(found.outstanding) == ([] if is_met else [(rule.code, "photo_ids", "photos_missing")])
        assert found.problems == ()

    def test_a_not_applicable_answer_needs_no_photo(self) -> None:
        rule = replace(ALWAYS, applicability=Applicability.UNKNOWN)
        assert review(answer("WASTE-01", NOT_APPLICABLE), items=(rule,)).is_complete

    def test_the_same_photo_named_twice_counts_once(self) -> None:
        found = review(answer("WASTE-01", photo_ids=(PHOTO, PHOTO)), items=(ALWAYS,))
        assert said(found.outstanding) == [("WASTE-01", "photo_ids", "photos_missing")]
        assert said(found.problems) == [("WASTE-01", "photo_ids", "photo_used_twice")]

    def test_a_photo_is_evidence_for_one_item_only(self) -> None:
        answers = (answer("CORR-01", FAIL, photo_ids=(PHOTO,)), answer(photo_ids=(OTHER_PHOTO, PHOTO)))
        found = review(*answers, items=(NEVER, ON_FAIL))
        assert said(found.problems) == [("PACT-01", "photo_ids", "photo_used_twice")]
        assert "CORR-01" in found.problems[0].zh

    @pytest.mark.parametrize(
        ("result", "note", "is_met"), [(FAIL, " \n", False), (FAIL, "三楼", True), (PASS, "", True)]
    )
    def test_a_note_is_asked_for_on_fail(self, result: AnswerResult, note: str, is_met: bool) -> None:
        found = review(answer(result=result, note=note), items=(replace(NEVER, note=Demand.ON_FAIL),))
        assert said(found.outstanding) == ([] if is_met else [("PACT-01", "note", "note_missing")])

    def test_too_many_photos_and_too_long_a_note_are_problems(self) -> None:
        many = tuple(UUID(int=n) for n in range(21))
        found = review(answer(photo_ids=many, note="长" * 2001))
        assert [finding.code for finding in found.problems] == ["too_many_photos", "note_too_long"]


class TestOccurrences:
    COUNTED = replace(NEVER, counts_occurrences=True)

    @pytest.mark.parametrize(
        ("result", "occurrences", "code"),
        [
            (FAIL, 0, "occurrences_out_of_range"),
            (FAIL, -1, "occurrences_out_of_range"),
            (FAIL, 1000, "occurrences_out_of_range"),
            (PASS, 1, "occurrences_without_fail"),
            (PASS, -1, "occurrences_out_of_range"),
        ],
    )
    def test_impossible_counts_are_problems(self, result: AnswerResult, occurrences: int, code: str) -> None:
        found = review(answer(result=result, occurrences=occurrences), items=(self.COUNTED,))
        assert said(found.problems) == [("PACT-01", "occurrences", code)]

    def test_a_fail_that_deducts_per_occurrence_must_say_how_many(self) -> None:
        found = review(answer(result=FAIL), items=(self.COUNTED,))
        assert said(found.outstanding) == [("PACT-01", "occurrences", "occurrences_missing")]

    @pytest.mark.parametrize(("result", "occurrences"), [(FAIL, 1), (FAIL, 999), (PASS, 0), (PASS, None)])
    def test_possible_counts_are_accepted(self, result: AnswerResult, occurrences: int | None) -> None:
        assert review(answer(result=result, occurrences=occurrences), items=(self.COUNTED,)).is_complete

    def test_an_item_without_a_deduction_needs_no_count(self) -> None:
        assert review(answer(result=FAIL)).is_complete


class TestApplicability:
    def test_an_item_that_applies_cannot_be_called_not_applicable(self) -> None:
        found = review(answer(result=NOT_APPLICABLE))
        assert said(found.problems) == [("PACT-01", "result", "not_applicable_not_allowed")]

    def test_an_item_that_nobody_knows_to_apply_must_be_answered_and_may_be_not_applicable(self) -> None:
        assert said(review(items=(LIFT,)).outstanding) == [("LIFT-01", "result", "missing_answer")]
        assert review(answer("LIFT-01", NOT_APPLICABLE), items=(LIFT,)).is_complete

    def test_an_item_that_does_not_apply_need_not_be_answered(self) -> None:
        assert review(items=(NO_LIFT,)) == AnswerReview((), (), (), Progress(0, 0))
        assert review(answer("LIFT-01", NOT_APPLICABLE), items=(NO_LIFT,)).is_complete

    @pytest.mark.parametrize("result", [PASS, FAIL])
    def test_an_item_that_does_not_apply_cannot_pass_or_fail(self, result: AnswerResult) -> None:
        found = review(answer("LIFT-01", result), items=(NO_LIFT,))
        assert said(found.problems) == [("LIFT-01", "result", "item_does_not_apply")]


class TestTimes:
    def test_the_future_is_refused_beyond_the_tolerance(self) -> None:
        found = review(answer(observed_at=NOW + timedelta(minutes=5, seconds=1)))
        assert said(found.problems) == [("PACT-01", "observed_at", "observed_in_future")]

    def test_a_phone_a_little_ahead_is_accepted(self) -> None:
        ahead = NOW + timedelta(minutes=4)
        assert review(answer(observed_at=ahead), visit=replace(VISIT, device_sent_at=ahead)).is_complete

    def test_observed_after_it_was_sent_is_refused(self) -> None:
        visit = replace(VISIT, device_sent_at=NOW - timedelta(hours=1))
        assert said(review(answer(), visit=visit).problems) == [
            ("PACT-01", "observed_at", "observed_after_sending")
        ]

    def test_a_phone_whose_clock_stands_at_1970_is_refused(self) -> None:
        found = review(answer(observed_at=datetime(1970, 1, 1, tzinfo=UTC)))
        assert said(found.problems) == [("PACT-01", "observed_at", "observed_too_long_ago")]

    def test_without_the_phones_sending_time_only_the_servers_counts(self) -> None:
        assert review(answer(observed_at=NOW), visit=replace(VISIT, device_sent_at=None)).is_complete


class TestPositions:
    @pytest.mark.parametrize(
        ("latitude", "longitude"),
        [(90.1, 0), (-91, 0), (0, 180.5), (0, -181), (float("nan"), 0), (0, float("inf"))],
    )
    def test_no_place_on_earth_is_refused(self, latitude: float, longitude: float) -> None:
        found = review(answer(position=Position(latitude, longitude)))
        assert said(found.problems) == [("PACT-01", "position", "position_out_of_range")]
        assert found.flags == ()

    def test_another_city_is_refused(self) -> None:
        found = review(answer(position=Position(39.9, 116.4)))
        assert said(found.problems) == [("PACT-01", "position", "position_outside_area")]

    def test_null_island_is_refused(self) -> None:
        assert said(review(answer(position=Position(0, 0))).problems)[0][2] == "position_outside_area"

    def test_far_from_the_community_is_flagged_and_accepted(self) -> None:
        found = review(answer(position=Position(HERE.latitude + 0.01, HERE.longitude)))
        assert said(found.flags) == [("PACT-01", "position", "far_from_community")]
        assert "1112" in found.flags[0].zh
        assert found.is_complete

    def test_near_the_community_is_not_flagged(self) -> None:
        assert review(answer(position=Position(HERE.latitude + 0.004, HERE.longitude))).flags == ()

    def test_without_the_communitys_position_no_distance_is_judged(self) -> None:
        found = review(answer(position=Position(39.9, 116.4)), visit=replace(VISIT, community_position=None))
        assert found.is_complete
        assert found.flags == ()

    def test_the_limits_can_be_set(self) -> None:
        visit = replace(VISIT, limits=VisitLimits(flag_beyond_m=1, refuse_beyond_m=10))
        assert said(
            review(answer(position=Position(HERE.latitude + 0.01, HERE.longitude)), visit=visit).problems
        )


def test_all_problems_of_all_items_are_said_at_once() -> None:
    answers = (
        answer("NOPE-01", observed_at=NOW + timedelta(days=1)),
        answer("CORR-01", FAIL, occurrences=-1, position=Position(91, 0)),
    )
    found = review(*answers, items=(NEVER, ON_FAIL))
    assert {(f.item, f.code) for f in found.problems} == {
        ("NOPE-01", "observed_in_future"),
        ("NOPE-01", "unknown_item"),
        ("CORR-01", "occurrences_out_of_range"),
        ("CORR-01", "position_out_of_range"),
    }
    assert list(by_item(found.problems)) == ["NOPE-01", "CORR-01"]
    assert {(f.item, f.code) for f in found.outstanding} == {
        ("PACT-01", "missing_answer"),
        ("CORR-01", "photos_missing"),
    }


RULES = st.builds(
    ItemRule,
    code=st.sampled_from(["A", "B", "C"]),
    photos=st.sampled_from(Demand),
    min_photos=st.integers(0, 2),
    note=st.sampled_from(Demand),
    counts_occurrences=st.booleans(),
    may_answer=st.booleans(),
    applicability=st.sampled_from(Applicability),
)
ANSWERS = st.builds(
    GivenAnswer,
    item_code=st.sampled_from(["A", "B", "C", "D"]),
    result=st.sampled_from(AnswerResult),
    observed_at=st.just(NOW),
    occurrences=st.none() | st.integers(-2, 3),
    photo_ids=st.lists(st.uuids(), max_size=3).map(tuple),
    note=st.sampled_from(["", "说明"]),
)


@given(st.lists(RULES, unique_by=lambda rule: rule.code), st.lists(ANSWERS, max_size=5))
@settings(max_examples=100)
def test_what_is_complete_has_exactly_one_sound_answer_for_every_item_that_may_apply(
    items: list[ItemRule], answers: list[GivenAnswer]
) -> None:
    found = review_answers(items, answers, VISIT)
    assert 0 <= found.progress.answered <= found.progress.applicable <= len(items)
    assert all(finding.zh and finding.en for finding in (*found.problems, *found.outstanding))
    if not found.is_complete:
        return
    codes = [given_answer.item_code for given_answer in answers]
    assert len(codes) == len(set(codes))
    assert found.progress.answered == found.progress.applicable
    for rule in items:
        if rule.may_answer and rule.applicability is not Applicability.DOES_NOT_APPLY:
            assert rule.code in codes


@given(st.lists(RULES, unique_by=lambda rule: rule.code), st.lists(ANSWERS, max_size=5), st.data())
@settings(max_examples=50)
def test_the_order_of_answers_changes_no_verdict(
    items: list[ItemRule], answers: list[GivenAnswer], data: st.DataObject
) -> None:
    found, other = (
        review_answers(items, answers, VISIT),
        review_answers(items, data.draw(st.permutations(answers)), VISIT),
    )
    assert (found.is_acceptable_as_draft, found.is_complete) == (
        other.is_acceptable_as_draft,
        other.is_complete,
    )
    assert found.progress == other.progress
