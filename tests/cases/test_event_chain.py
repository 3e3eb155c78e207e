from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.event_chain import GENESIS, ChainEvent, Fault, Head, hash_of, json_ready, link, verify_chain

CASE = UUID(int=1)
AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


def chain_of(length: int):
    links, before = [], GENESIS
    for seq in range(1, length + 1):
        event = ChainEvent(
            CASE,
            seq,
            AT + timedelta(hours=seq),
            UUID(int=9),
            "dispatcher",
            "file",
            "reported",
            "filed",
            f"第{seq}步",
        )
        links.append(link(event, before))
        before = links[-1].hash
    return links


def head_of(links):
    return Head(len(links), links[-1].hash if links else GENESIS)


def faults(links, head):
    return {fault.fault for fault in verify_chain(CASE, links, head)}


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_sound_chain_has_no_faults(length):
    links = chain_of(length)
    assert verify_chain(CASE, links, head_of(links)) == []


lengths = st.integers(2, 8)


@settings(max_examples=60)
@given(lengths, st.data())
def test_a_changed_event_is_found_where_it_is(length, data):
    links = chain_of(length)
    place = data.draw(st.integers(0, length - 1))
    change = data.draw(
        st.sampled_from(
            [
                {"reason": "别的理由"},
                {"at": AT - timedelta(days=1)},
                {"actor_id": None},
                {"role": "manager"},
                {"action": "not_file"},
                {"from_state": "closed"},
                {"to_state": "not_filed"},
                {"data": {"organisation_id": "x"}},
                {"photo_ids": (UUID(int=3),)},
            ]
        )
    )
    links[place] = replace(links[place], event=replace(links[place].event, **change))
    found = verify_chain(CASE, links, head_of(links))
    assert [(fault.fault, fault.seq) for fault in found] == [(Fault.CHANGED, place + 1)]


@settings(max_examples=60)
@given(lengths, st.data())
def test_rewriting_an_event_with_its_hash_breaks_the_next_link(length, data):
    links = chain_of(length)
    head = head_of(links)
    place = data.draw(st.integers(0, length - 1))
    links[place] = link(replace(links[place].event, reason="改"), links[place].prev_hash)
    expected = Fault.HEAD_MISMATCH if place == length - 1 else Fault.BROKEN_LINK
    assert faults(links, head) == {expected}


@settings(max_examples=60)
@given(lengths, st.data())
def test_a_removed_event_is_found(length, data):
    links = chain_of(length)
    head = head_of(links)
    del links[data.draw(st.integers(0, length - 2))]
    assert faults(links, head) == {Fault.REMOVED, Fault.TRUNCATED}


@settings(max_examples=60)
@given(lengths, st.data())
def test_a_chain_cut_off_at_its_end_is_found(length, data):
    links = chain_of(length)
    kept = links[: data.draw(st.integers(0, length - 1))]
    assert faults(kept, head_of(links)) == {Fault.TRUNCATED}


@settings(max_examples=60)
@given(lengths, st.data())
def test_two_events_in_the_wrong_order_are_found(length, data):
    links = chain_of(length)
    head = head_of(links)
    place = data.draw(st.integers(0, length - 2))
    links[place], links[place + 1] = links[place + 1], links[place]
    assert Fault.REORDERED in faults(links, head)


def test_an_inserted_event_is_found():
    links = chain_of(3)
    head = head_of(links)
    extra = link(replace(links[1].event, reason="插入"), links[1].hash)
    assert Fault.INSERTED in faults([links[0], links[1], extra, links[2]], head)


def test_an_event_added_at_the_end_is_found():
    links = chain_of(3)
    head = head_of(links)
    extra = link(replace(links[2].event, seq=4), links[2].hash)
    assert faults([*links, extra], head) == {Fault.INSERTED}


def test_another_cases_event_cannot_be_moved_in():
    links = chain_of(1)
    foreign = link(replace(links[0].event, case_id=UUID(int=2)), GENESIS)
    assert faults([foreign], Head(1, foreign.hash)) == {Fault.CHANGED}


def test_the_hash_does_not_depend_on_the_order_of_keys_or_the_time_zone():
    event = ChainEvent(
        CASE, 1, AT, None, "system", "remind", "filed", "filed", data={"a": 1, "b": [True, None]}
    )
    same = replace(event, at=AT.astimezone(timezone(timedelta(hours=8))), data={"b": [True, None], "a": 1})
    assert hash_of(event, GENESIS) == hash_of(same, GENESIS)


def test_the_hash_of_an_event_never_changes_between_releases():
    event = ChainEvent(CASE, 1, AT, None, "system", "remind", "filed", "filed", "临近时限", {"n": 1})
    assert hash_of(event, GENESIS) == "1a31bfec202bee0e0d1e3ee8c2d73676d46edcf7605c41fd1c593eef5c54a6bc"


@pytest.mark.parametrize("value", [0.5, {1: "x"}, object()])
def test_data_that_databases_give_back_differently_is_refused(value):
    event = ChainEvent(CASE, 1, AT, None, "", "", "", "", data={"value": value})
    with pytest.raises(TypeError):
        hash_of(event, GENESIS)


def test_ids_days_and_fractions_become_text():
    ready = json_ready({"id": CASE, "on": date(2026, 11, 2), "limit": 0.5, "at": AT, "ids": (CASE,)})
    assert ready == {
        "id": str(CASE),
        "on": "2026-11-02",
        "limit": "0.5",
        "at": "2026-11-02T02:00:00.000000+00:00",
        "ids": [str(CASE)],
    }
