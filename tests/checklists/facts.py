"""Strategies that draw the facts of a pair, and a reference that tells its status from the definition."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from checklists.compliance import (
    ApplicabilityPeriod,
    CaseInterval,
    Observation,
    PairFacts,
    PairStatus,
    Result,
    ValidityPeriod,
    local_day,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
# Coarse steps, so that equal instants and equal days are common; 16:00 UTC is Shanghai's midnight.
instants = st.integers(0, 4 * 60).map(lambda quarter: START + timedelta(hours=6 * quarter + 4))
results = st.sampled_from([*Result, Result.FAIL, Result.PASS, None])
inspection_ids = st.sampled_from(["i1", "i2", "i3", "i4", "i5"])


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    inspection_id = draw(inspection_ids)
    revision = draw(st.integers(1, 3))
    return Observation(
        observed_at=draw(instants),
        result=draw(results),
        inspection_id=inspection_id,
        answer_id=f"{inspection_id}-{revision}",
        revision=revision,
        occurrences=draw(st.integers(1, 4)),
    )


@st.composite
def cases(draw: st.DrawFn) -> CaseInterval:
    failed_from = draw(instants)
    length = draw(st.none() | st.integers(0, 120))
    ended_at = None if length is None else failed_from + timedelta(hours=6 * length)
    return CaseInterval(draw(st.sampled_from(["c1", "c2", "c3"])), failed_from, ended_at, draw(st.booleans()))


rules = st.builds(ApplicabilityPeriod, instants, st.booleans(), st.sampled_from(["无电梯", "有电梯"]))
validities = st.builds(ValidityPeriod, instants, st.none() | st.integers(0, 20))

pair_facts = st.builds(
    PairFacts,
    observations=st.lists(
        observations(), max_size=8, unique_by=lambda answer: (answer.inspection_id, answer.revision)
    ),
    cases=st.lists(cases(), max_size=4),
    applicability=st.lists(rules, max_size=3),
    validity=st.lists(validities, max_size=3),
)


def reference_status(facts: PairFacts, at: datetime) -> tuple[PairStatus, int]:
    """Status and occurrences at an instant, the slow way, sentence by sentence of the definition."""
    newest_cases = [case for case in facts.cases if case.failed_from <= at]
    open_ids = {case.case_id for case in newest_cases if case.ended_at is None or at < case.ended_at}
    rules_until = [rule for rule in facts.applicability if rule.since <= at]
    if rules_until:
        since = max(rule.since for rule in rules_until)
        if not any(rule.applies for rule in rules_until if rule.since == since):
            return PairStatus.NOT_APPLICABLE, 0
    found = _found_until(facts, at)
    last = max((when for when, _, _ in found), default=None)
    results_of_last = {result: n for when, result, n in sorted(found, key=lambda x: x[2]) if when == last}
    if open_ids:
        return PairStatus.FAIL, max(len(open_ids), results_of_last.get(Result.FAIL, 0))
    if last is None:
        return PairStatus.UNASSESSED, 0
    if _is_stale(facts, last, at):
        return PairStatus.STALE, 0
    if Result.FAIL in results_of_last:
        return PairStatus.FAIL, results_of_last[Result.FAIL]
    return (PairStatus.PASS, 0) if Result.PASS in results_of_last else (PairStatus.NOT_APPLICABLE, 0)


def _found_until(facts: PairFacts, at: datetime) -> list[tuple[datetime, Result, int]]:
    found = [
        (answer.observed_at, answer.result, answer.occurrences)
        for answer in facts.observations
        if answer.result is not None
        and answer.observed_at <= at
        and not any(
            other.inspection_id == answer.inspection_id and other.revision > answer.revision
            for other in facts.observations
        )
    ]
    return found + [
        (case.ended_at, Result.PASS, 0)
        for case in facts.cases
        if case.passed and case.ended_at is not None and case.ended_at <= at
    ]


def _is_stale(facts: PairFacts, observed_at: datetime, at: datetime) -> bool:
    in_force = [period for period in facts.validity if period.since <= at]
    if not in_force:
        return False
    since = max(period.since for period in in_force)
    days = [period.validity_days for period in in_force if period.since == since]
    if None in days:
        return False
    return (local_day(at) - local_day(observed_at)).days > max(day for day in days if day is not None)
