"""Signing in: staff by password with lock-out, residents by code; sessions renewed and revoked."""

import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from grid import accounts, outbox, resident_sign_in, sessions, staff_sign_in
from grid.actors import find_actor
from grid.lock_out import MAXIMUM_FAILURES
from grid.models import Account, OneTimeCode, OutboxMessage, SignInFailures, SignInSession
from grid.one_time_codes import LIFETIME, MAXIMUM_TRIES
from grid.outbox import ConsoleSender, DeliveryFailed, put_in_outbox, read_message
from grid.permissions import Actor
from grid.phone_numbers import PhoneKeys
from grid.resident_sign_in import CodeTooSoon
from grid.staff_sign_in import LockedOut
from server.db import db, transaction
from server.errors import NotFound
from tests.factories import NOW, make_account

KEYS = PhoneKeys((Fernet.generate_key().decode(),), "lookup key")
PHONE = "+8613812345678"
MONTH = timedelta(days=30)
PASSWORD = "correct horse battery"


@pytest.fixture
def wang(session):
    account, _ = accounts.create_account(username="wang", display_name="王", password=PASSWORD, now=NOW)
    return account


def sign_in(username, password, now=NOW):
    check = staff_sign_in.check_password(username, password, "key", now)
    return staff_sign_in.settle_password_check(check, now)


def fail(username, times, now=NOW):
    for _ in range(times):
        assert sign_in(username, "wrong password", now) is None


def test_the_right_password_signs_in_whatever_the_letter_case_of_the_name(wang):
    assert sign_in(" Wang ", PASSWORD) is wang


@pytest.mark.parametrize("username", ["wang", "nobody"])
def test_after_five_failures_a_name_is_locked_whether_or_not_it_exists(wang, username):
    fail(username, MAXIMUM_FAILURES)
    with pytest.raises(LockedOut) as caught:
        sign_in(username, PASSWORD)
    assert caught.value.extra == {"retry_after_seconds": 15 * 60}


def test_after_the_lock_the_right_password_signs_in_and_forgives(wang, session):
    fail("wang", MAXIMUM_FAILURES)
    later = NOW + timedelta(minutes=15)
    assert sign_in("wang", PASSWORD, later) is wang
    assert session.query(SignInFailures).count() == 0


def test_one_name_s_failures_lock_no_other_name(wang):
    fail("somebody", MAXIMUM_FAILURES)
    assert sign_in("wang", PASSWORD) is wang


def test_an_inactive_account_answers_like_a_wrong_password(wang):
    wang.is_active = False
    db.session.flush()
    assert sign_in("wang", PASSWORD) is None


def test_a_password_changed_between_check_and_settling_does_not_sign_in(wang):
    check = staff_sign_in.check_password("wang", PASSWORD, "key", NOW)
    accounts.reset_password(wang, NOW)
    assert staff_sign_in.settle_password_check(check, NOW) is None


def test_a_right_check_does_not_pass_a_lock_that_came_meanwhile(wang):
    check = staff_sign_in.check_password("wang", PASSWORD, "key", NOW)
    fail("wang", MAXIMUM_FAILURES)
    with pytest.raises(LockedOut):
        staff_sign_in.settle_password_check(check, NOW)


def test_usernames_are_not_kept_in_clear_among_the_failures(wang, session):
    fail("my password in the wrong field", 1)
    (row,) = session.scalars(sa.select(SignInFailures))
    assert len(row.name_hash) == 64
    assert row.count == 1


def test_old_failures_are_forgotten(wang, session):
    fail("somebody", 1)
    fail("somebody else", 1, NOW + timedelta(days=3))
    assert session.query(SignInFailures).count() == 1


def test_a_hash_of_other_costs_is_renewed_at_sign_in(wang, session):
    from argon2 import PasswordHasher

    wang.password_hash = cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    db.session.flush()
    assert sign_in("wang", PASSWORD) is wang
    assert wang.password_hash != cheap
    assert sign_in("wang", PASSWORD) is wang


def test_many_wrong_tries_at_once_all_count(committed_app):
    """Threads with real commits: no failure is lost, so guessing in parallel gains nothing."""
    with committed_app.app_context(), transaction():
        accounts.create_account(username="wang", display_name="王", password=PASSWORD, now=NOW)

    def attempt():
        try:
            check = staff_sign_in.check_password("wang", "wrong password", "key", NOW)
            with transaction():
                return staff_sign_in.settle_password_check(check, NOW)
        except LockedOut:
            return "locked"

    outcomes = in_threads(committed_app, 8, attempt)
    assert outcomes.count(None) == MAXIMUM_FAILURES
    assert outcomes.count("locked") == 8 - MAXIMUM_FAILURES


# --- residents


def request(now=NOW, phone=PHONE):
    message = resident_sign_in.request_code(phone, KEYS, now)
    recipient, text = read_message(message, KEYS)
    assert recipient == phone
    return "".join(character for character in text.split("，")[0] if character.isdigit())


def enter(code, now=NOW, phone=PHONE):
    return resident_sign_in.sign_in_with_code(phone, code, KEYS, now)


def other_than(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_first_sign_in_makes_the_account_and_the_next_finds_it(session):
    account = enter(request())
    again = enter(request(NOW + timedelta(minutes=2)), NOW + timedelta(minutes=2))
    assert account.id == again.id
    assert account.username is None
    assert session.query(Account).count() == 1


def test_neither_number_nor_code_is_stored_in_clear(session):
    code = request()
    enter(code)
    values = [
        str(vars(row)) for model in (Account, OneTimeCode, OutboxMessage) for row in session.query(model)
    ]
    assert values
    assert not any(code in value or "13812345678" in value for value in values)


def test_a_code_works_once(session):
    code = request()
    assert enter(code) is not None
    assert enter(code) is None


def test_a_code_expires(session):
    assert enter(request(), NOW + LIFETIME) is None


def test_after_five_wrong_tries_the_right_code_is_refused_too(session):
    code = request()
    for _ in range(MAXIMUM_TRIES):
        assert enter(other_than(code)) is None
    assert enter(code) is None


def test_only_the_newest_code_counts(session):
    old = request()
    later = NOW + timedelta(minutes=2)
    new = request(later)
    if old != new:
        assert enter(old, later) is None
    assert enter(new, later) is not None


def test_a_code_is_for_one_phone_only(session):
    assert enter(request(), phone="+8613912345678") is None


def test_another_code_needs_a_minute(session):
    request()
    with pytest.raises(CodeTooSoon) as caught:
        request(NOW + timedelta(seconds=20))
    assert caught.value.extra == {"retry_after_seconds": 40}
    assert request(NOW + timedelta(seconds=20), phone="+8613912345678")


def test_a_deactivated_resident_is_not_let_in(session):
    enter(request()).is_active = False
    later = NOW + timedelta(minutes=2)
    assert enter(request(later), later) is None


def test_old_codes_are_forgotten(session):
    request()
    request(NOW + timedelta(days=3))
    assert session.query(OneTimeCode).count() == 1


def in_threads(app, number, work):
    """Run the work in so many threads at once, each with a real connection; what they came to."""
    results = []

    def run():
        with app.app_context():
            try:
                results.append(work())
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_phone_becomes_one_account_however_many_come_at_once(committed_app):
    def come():
        with transaction():
            return resident_sign_in.find_or_create_resident(PHONE, KEYS, NOW).id

    ids = in_threads(committed_app, 6, come)
    assert len(ids) == 6
    assert len(set(ids)) == 1


def test_many_requests_at_once_send_one_code(committed_app):
    def ask():
        try:
            with transaction():
                return resident_sign_in.request_code(PHONE, KEYS, NOW) is not None
        except CodeTooSoon:
            return False

    assert sorted(in_threads(committed_app, 6, ask)) == [False] * 5 + [True]


def test_a_code_entered_twice_at_once_signs_in_once(committed_app):
    with committed_app.app_context(), transaction():
        code = request()

    def come():
        with transaction():
            return enter(code) is not None

    assert sorted(in_threads(committed_app, 4, come)) == [False] * 3 + [True]


# --- the outbox


class Gateway:
    def __init__(self, fails=0):
        self.sent, self.fails = [], fails

    def send(self, recipient, text):
        if self.fails:
            self.fails -= 1
            raise DeliveryFailed("line busy")
        self.sent.append((recipient, text))


@pytest.fixture
def gateway(session):
    return Gateway()


def deliver(message, gateway, now=NOW):
    return outbox.deliver(message.id, outbox.Delivery(gateway, KEYS), now)


def deliver_all(gateway):
    return outbox.deliver_outbox(outbox.Delivery(gateway, KEYS), NOW)


def test_what_waits_is_delivered_once(gateway):
    put_in_outbox(PHONE, "你好", KEYS, NOW)
    assert deliver_all(gateway) == 1
    assert deliver_all(gateway) == 0
    assert gateway.sent == [(PHONE, "你好")]
    assert outbox.list_unsent() == []


def test_a_message_that_another_process_is_sending_is_left_to_it_for_a_while(gateway):
    message = put_in_outbox(PHONE, "你好", KEYS, NOW)
    message.claimed_at = NOW
    db.session.flush()
    assert not deliver(message, gateway, NOW + timedelta(seconds=30))
    assert deliver(message, gateway, NOW + timedelta(minutes=3))


def test_a_failed_delivery_is_noted_and_tried_again(gateway):
    message = put_in_outbox(PHONE, "你好", KEYS, NOW)
    gateway.fails = 1
    assert not deliver(message, gateway)
    assert message.last_error == "DeliveryFailed: line busy"
    assert outbox.list_unsent() == [message]
    assert deliver(message, gateway)
    assert (message.attempts, message.last_error, message.sent_at) == (2, "", NOW)


def test_a_message_that_keeps_failing_is_given_up(gateway):
    put_in_outbox(PHONE, "你好", KEYS, NOW)
    gateway.fails = 5
    for _ in range(5):
        deliver_all(gateway)
    assert outbox.list_unsent() == []
    assert gateway.fails == 0


def test_a_message_of_a_lost_key_does_not_stop_the_others(gateway):
    put_in_outbox(PHONE, "旧", PhoneKeys((Fernet.generate_key().decode(),), ""), NOW)
    put_in_outbox(PHONE, "新", KEYS, NOW)
    assert deliver_all(gateway) == 1
    assert gateway.sent == [(PHONE, "新")]


def test_without_a_sender_messages_wait(session):
    message = put_in_outbox(PHONE, "你好", KEYS, NOW)
    assert outbox.deliver_outbox(None, NOW) == 0
    assert outbox.list_unsent() == [message]


def test_the_console_shows_the_text_and_masks_the_number():
    lines = []
    ConsoleSender(lines.append).send(PHONE, "验证码 123456")
    assert lines == ["[SMS → 138****5678] 验证码 123456"]


# --- sessions


@pytest.fixture
def open_one(wang):
    return sessions.open_session(wang.id, "x" * 500, MONTH, NOW)


def test_a_session_lets_its_account_act_until_it_expires(open_one, wang):
    assert find_actor(open_one.id, NOW).account_id == wang.id
    assert find_actor(open_one.id, NOW + MONTH) is None
    assert len(open_one.user_agent) == 200


def test_renewing_gives_another_refresh_id(open_one):
    first = open_one.refresh_id
    later = NOW + timedelta(hours=1)
    renewed = sessions.renew_session(open_one.id, first, later)
    assert renewed.refresh_id != first
    assert renewed.last_seen_at == later


def test_two_tabs_may_renew_at_once(open_one):
    first = open_one.refresh_id
    second = sessions.renew_session(open_one.id, first, NOW).refresh_id
    also = sessions.renew_session(open_one.id, first, NOW + timedelta(seconds=5))
    assert also.refresh_id == second


def test_a_refresh_token_that_comes_back_late_ends_the_session(open_one):
    first = open_one.refresh_id
    sessions.renew_session(open_one.id, first, NOW)
    later = NOW + timedelta(minutes=5)
    assert sessions.renew_session(open_one.id, first, later) is None
    assert open_one.revoked_at == later
    assert find_actor(open_one.id, later) is None


def test_an_ended_expired_or_unknown_session_is_not_renewed(open_one, wang):
    good = open_one.refresh_id
    assert sessions.renew_session(uuid.uuid4(), good, NOW) is None
    assert sessions.renew_session(open_one.id, good, NOW + MONTH) is None
    wang.is_active = False
    db.session.flush()
    assert sessions.renew_session(open_one.id, good, NOW) is None


def test_one_lists_and_revokes_ones_own_sessions_only(open_one, wang):
    other = sessions.open_session(make_account().id, "", MONTH, NOW)
    second = sessions.open_session(wang.id, "", MONTH, NOW + timedelta(minutes=1))
    me = Actor(wang.id)
    assert [row.id for row in sessions.list_sessions(me, NOW)] == [second.id, open_one.id]
    sessions.revoke_session(me, open_one.id, NOW)
    sessions.revoke_session(me, open_one.id, NOW + timedelta(hours=1))
    assert open_one.revoked_at == NOW
    assert [row.id for row in sessions.list_sessions(me, NOW)] == [second.id]
    for hidden in (other.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            sessions.revoke_session(me, hidden, NOW)


def test_signing_out_everywhere_may_leave_this_session(open_one, wang, session):
    here = sessions.open_session(wang.id, "", MONTH, NOW)
    assert sessions.revoke_all_sessions(wang.id, NOW, except_id=here.id) == 1
    alive = session.scalars(sa.select(SignInSession.id).where(SignInSession.revoked_at.is_(None))).all()
    assert alive == [here.id]


def test_what_ended_long_ago_is_forgotten(open_one, session):
    open_one.revoked_at = NOW
    request()
    session.flush()
    assert sessions.forget_ended_sessions(NOW + timedelta(days=29)) == 0
    assert sessions.forget_ended_sessions(NOW + timedelta(days=31)) == 2
    assert session.query(SignInSession).count() == 0
