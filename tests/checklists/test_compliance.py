"""The timeline of one pair: what each kind of fact does to it, and that the order of arrival does nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checklists.compliance import (
    ApplicabilityPeriod,
    CaseInterval,
    Cause,
    CauseKind,
    Observation,
    PairFacts,
    PairStatus,
    Result,
    Segment,
    ValidityPeriod,
    item_score,
    spliced,
    stale_from,
    status_at,
    timeline,
)
from tests.checklists.facts import instants, pair_facts, reference_status

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def answer(at: datetime, result: Result | None, name: str = "i1", **more: int) -> Observation:
    return Observation(at, result, name, f"{name}-answer-{more.get('revision', 1)}", **more)


def answer_cause(name: str = "i1", revision: int = 1) -> Cause:
    return Cause(CauseKind.ANSWER, f"{name}-answer-{revision}", name)


def case_cause(number: str) -> Cause:
    return Cause(CauseKind.CASE, number)


def statuses(segments: tuple[Segment, ...]) -> list[tuple[datetime, PairStatus]]:
    return [(segment.since, segment.status) for segment in segments]


@settings(max_examples=80)
@given(pair_facts, st.lists(instants, min_size=3, max_size=12))
def test_the_timeline_agrees_with_the_definition_at_any_instant(facts, moments):
    segments = timeline(facts)
    for moment in [*moments, *(segment.since for segment in segments)]:
        for at in (moment, moment - timedelta(microseconds=1)):
            found = status_at(segments, at)
            assert (found.status, found.occurrences) == reference_status(facts, at)


@settings(max_examples=80)
@given(pair_facts, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_changes_nothing(facts, random):
    def shuffled(items):
        items = list(items)
        random.shuffle(items)
        return items

    other = PairFacts(
        shuffled(facts.observations),
        shuffled(facts.cases),
        shuffled(facts.applicability),
        shuffled(facts.validity),
    )
    assert timeline(other) == timeline(facts)


@settings(max_examples=80)
@given(pair_facts)
def test_segments_are_in_order_and_no_two_neighbours_say_the_same(facts):
    segments = timeline(facts)
    assert [segment.since for segment in segments] == sorted({segment.since for segment in segments})
    for one, next_one in pairwise(segments):
        assert (one.status, one.occurrences, one.causes) != (
            next_one.status,
            next_one.occurrences,
            next_one.causes,
        )


@settings(max_examples=80)
@given(pair_facts)
def test_every_assessed_or_stale_segment_names_its_cause(facts):
    for segment in timeline(facts):
        assert bool(segment.causes) == (segment.status is not PairStatus.UNASSESSED)


@settings(max_examples=80)
@given(pair_facts, instants)
@example(PairFacts(cases=[CaseInterval("c1", NOON, NOON + DAY)]), NOON + 2 * DAY)
def test_a_timeline_may_be_continued_from_any_instant_by_what_matters_from_then_on(facts, since):
    whole = timeline(facts)
    in_force = [segment for segment in whole if segment.since < since]
    assert spliced(in_force, whole, since) == whole
    assert spliced(in_force[-1:], whole, since) == (
        *in_force[-1:],
        *(segment for segment in whole if segment.since >= since),
    )


def test_a_pair_without_facts_is_unassessed():
    assert timeline(PairFacts()) == ()
    assert status_at((), NOON) == Segment(NOON, PairStatus.UNASSESSED)


def test_a_failing_answer_counts_its_occurrences_and_names_its_answer():
    segments = timeline(PairFacts([answer(NOON, Result.FAIL, occurrences=3)]))
    assert segments == (Segment(NOON, PairStatus.FAIL, 3, (answer_cause(),)),)


def test_an_observation_that_syncs_late_takes_its_place_by_when_it_was_made():
    early = answer(NOON, Result.FAIL, "i1")
    late = answer(NOON + DAY, Result.PASS, "i2")
    assert statuses(timeline(PairFacts([late, early]))) == [
        (NOON, PairStatus.FAIL),
        (NOON + DAY, PairStatus.PASS),
    ]


def test_a_higher_revision_replaces_the_older_one_even_where_it_was_observed_later():
    wrong = answer(NOON + HOUR, Result.FAIL)
    corrected = answer(NOON, Result.PASS, revision=2)
    assert timeline(PairFacts([wrong, corrected])) == (
        Segment(NOON, PairStatus.PASS, 0, (answer_cause(revision=2),)),
    )


def test_a_revision_that_no_longer_answers_the_item_withdraws_the_answer():
    assert timeline(PairFacts([answer(NOON, Result.FAIL), answer(NOON, None, revision=2)])) == ()


def test_an_open_case_fails_the_pair_although_a_newer_answer_passed():
    facts = PairFacts([answer(NOON + HOUR, Result.PASS)], [CaseInterval("c1", NOON)])
    assert timeline(facts) == (Segment(NOON, PairStatus.FAIL, 1, (case_cause("c1"),)),)


def test_a_fix_that_passed_its_check_counts_as_a_pass_observed_then():
    facts = PairFacts([answer(NOON, Result.FAIL)], [CaseInterval("c1", NOON, NOON + DAY, passed=True)])
    segments = timeline(facts)
    assert segments[-1] == Segment(NOON + DAY, PairStatus.PASS, 0, (case_cause("c1"),))


def test_a_case_that_ended_without_a_check_leaves_the_newest_observation_standing():
    facts = PairFacts([answer(NOON, Result.FAIL)], [CaseInterval("c1", NOON + HOUR, NOON + DAY)])
    assert statuses(timeline(facts))[-1] == (NOON + DAY, PairStatus.FAIL)
    assert timeline(facts)[-1].causes == (answer_cause(),)


def test_a_case_alone_that_was_voided_leaves_the_pair_unassessed():
    facts = PairFacts(cases=[CaseInterval("c1", NOON, NOON + DAY)])
    assert statuses(timeline(facts)) == [(NOON, PairStatus.FAIL), (NOON + DAY, PairStatus.UNASSESSED)]


def test_a_reopened_case_fails_again_from_its_reopening():
    first = CaseInterval("c1", NOON, NOON + HOUR, passed=True)
    again = CaseInterval("c1", NOON + DAY)
    assert statuses(timeline(PairFacts(cases=[again, first]))) == [
        (NOON, PairStatus.FAIL),
        (NOON + HOUR, PairStatus.PASS),
        (NOON + DAY, PairStatus.FAIL),
    ]


def test_the_pair_recovers_only_when_its_last_open_case_ended():
    facts = PairFacts(
        cases=[
            CaseInterval("c1", NOON, NOON + DAY, passed=True),
            CaseInterval("c2", NOON + HOUR, NOON + 2 * DAY, passed=True),
        ]
    )
    assert [(s.status, s.occurrences) for s in timeline(facts)] == [
        (PairStatus.FAIL, 1),
        (PairStatus.FAIL, 2),
        (PairStatus.FAIL, 1),
        (PairStatus.PASS, 0),
    ]


def test_occurrences_are_the_larger_of_findings_and_open_cases():
    cases = [CaseInterval("c1", NOON), CaseInterval("c2", NOON)]
    few = timeline(PairFacts([answer(NOON, Result.FAIL, occurrences=1)], cases))
    many = timeline(PairFacts([answer(NOON, Result.FAIL, occurrences=5)], cases))
    assert (few[-1].occurrences, many[-1].occurrences) == (2, 5)


@pytest.mark.parametrize(
    "first, second, wins",
    [
        (Result.PASS, Result.FAIL, PairStatus.FAIL),
        (Result.NOT_APPLICABLE, Result.PASS, PairStatus.PASS),
        (Result.NOT_APPLICABLE, Result.FAIL, PairStatus.FAIL),
    ],
)
def test_of_two_answers_at_one_instant_the_graver_counts(first, second, wins):
    facts = [answer(NOON, first, "i1"), answer(NOON, second, "i2")]
    assert statuses(timeline(PairFacts(facts))) == [(NOON, wins)]
    assert timeline(PairFacts(facts[::-1])) == timeline(PairFacts(facts))


def test_a_result_lasts_until_the_end_of_its_last_valid_local_day():
    observed_at = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # 1 March 23:59 in Shanghai
    segments = timeline(
        PairFacts([answer(observed_at, Result.PASS)], validity=[ValidityPeriod(NOON - 60 * DAY, 30)])
    )
    assert segments[-1].status is PairStatus.STALE
    assert segments[-1].since == datetime(2026, 3, 31, 16, tzinfo=UTC)  # midnight that begins 1 April there
    assert segments[-1].causes == (answer_cause(),)


def test_a_minute_can_make_a_day_of_validity():
    before_midnight = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    assert stale_from(before_midnight + 2 * timedelta(minutes=1), 30) - stale_from(before_midnight, 30) == DAY


def test_a_new_observation_ends_staleness():
    facts = PairFacts(
        [answer(NOON, Result.PASS, "i1"), answer(NOON + 40 * DAY, Result.PASS, "i2")],
        validity=[ValidityPeriod(NOON, 30)],
    )
    assert [s.status for s in timeline(facts)] == [
        PairStatus.PASS,
        PairStatus.STALE,
        PairStatus.PASS,
        PairStatus.STALE,
    ]


def test_an_open_case_never_becomes_stale():
    facts = PairFacts(cases=[CaseInterval("c1", NOON)], validity=[ValidityPeriod(NOON, 1)])
    assert status_at(timeline(facts), NOON + 900 * DAY).status is PairStatus.FAIL


def test_waiting_does_not_lessen_the_occurrences_of_an_open_failure():
    facts = PairFacts(
        [answer(NOON, Result.FAIL, occurrences=4)],
        [CaseInterval("c1", NOON)],
        validity=[ValidityPeriod(NOON, 10)],
    )
    assert status_at(timeline(facts), NOON + 90 * DAY).occurrences == 4


def test_a_version_with_a_longer_validity_brings_a_stale_result_back_from_its_day_on():
    facts = PairFacts(
        [answer(NOON, Result.PASS)],
        validity=[ValidityPeriod(NOON, 10), ValidityPeriod(NOON + 20 * DAY, 60)],
    )
    assert [s.status for s in timeline(facts)] == [
        PairStatus.PASS,
        PairStatus.STALE,
        PairStatus.PASS,
        PairStatus.STALE,
    ]


def test_an_item_that_does_not_apply_leaves_both_sides_and_keeps_its_open_case_visible():
    facts = PairFacts(
        [answer(NOON, Result.FAIL)],
        [CaseInterval("c1", NOON)],
        [
            ApplicabilityPeriod(NOON - DAY, True, "有电梯"),
            ApplicabilityPeriod(NOON + DAY, False, "无电梯"),
            ApplicabilityPeriod(NOON + 2 * DAY, True, "有电梯"),
        ],
    )
    assert [s.status for s in timeline(facts)] == [
        PairStatus.FAIL,
        PairStatus.NOT_APPLICABLE,
        PairStatus.FAIL,
    ]
    assert timeline(facts)[1].causes == (Cause(CauseKind.RULE, reason_zh="无电梯"), case_cause("c1"))


def test_an_answer_of_not_applicable_holds_like_any_answer():
    facts = PairFacts([answer(NOON, Result.NOT_APPLICABLE)], validity=[ValidityPeriod(NOON, 5)])
    assert [s.status for s in timeline(facts)] == [PairStatus.NOT_APPLICABLE, PairStatus.STALE]


@pytest.mark.parametrize(
    "status, occurrences, deduction, score",
    [
        (PairStatus.PASS, 0, None, "1"),
        (PairStatus.FAIL, 3, None, "0"),
        (PairStatus.FAIL, 3, Decimal("0.2"), "0.4"),
        (PairStatus.FAIL, 9, Decimal("0.2"), "0"),
        (PairStatus.FAIL, 0, Decimal("0.2"), "0.8"),
    ],
)
def test_an_items_score(status, occurrences, deduction, score):
    assert item_score(status, occurrences, deduction) == Decimal(score)


@pytest.mark.parametrize("status", [PairStatus.STALE, PairStatus.UNASSESSED, PairStatus.NOT_APPLICABLE])
def test_what_is_not_assessed_has_no_score(status):
    with pytest.raises(ValueError, match="no score"):
        item_score(status, 0, None)
