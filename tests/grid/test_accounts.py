"""Accounts and posts: who may make, change and empower whom."""

from datetime import timedelta

import pytest

from grid import accounts, posts
from grid.accounts import AccountFilter
from grid.actors import find_actor
from grid.models import SignInSession
from grid.passwords import is_password_right
from grid.permissions import SYSTEM, Actor, Role
from grid.sessions import open_session
from server.db import conflict_of
from server.errors import Forbidden, NotFound, RuleViolated
from tests.factories import NOW, actor_of, add_post, make_account, make_grid, make_organisation

LATER = NOW + timedelta(days=1)
GOOD = "correct horse battery"


@pytest.fixture
def places(session):
    return make_grid()


@pytest.fixture
def manager(places):
    return actor_of(Role.TOWNSHIP_MANAGER, places["township"])


@pytest.fixture
def admin(places):
    return actor_of(Role.DISTRICT_ADMIN, places["district"])


def create(username="wang.xiaoming", **more):
    return accounts.create_account(username=username, display_name="王小明", now=NOW, **more)


def give(account, actor, role, area, **more):
    values = {"role": role, "area_code": area.code, "valid_from": NOW} | more
    return posts.add_post(account, actor, **values)


def test_a_new_account_gets_a_made_up_password_to_be_changed(session):
    account, password = create()
    assert account.must_change_password
    assert is_password_right(account.password_hash, password)
    assert password not in account.password_hash


def test_usernames_are_small_letters_and_other_forms_are_refused(session):
    assert create("Wang.Xiaoming")[0].username == "wang.xiaoming"
    for bad in ("ab", ".wang", "wang xiaoming", "王小明", "x" * 61, "wang\n"):
        if bad.strip() == "wang":
            continue
        with pytest.raises(RuleViolated) as caught:
            create(bad)
        assert caught.value.errors[0].field == "username"


def test_a_taken_username_is_a_named_conflict(session):
    from sqlalchemy.exc import IntegrityError

    create()
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        create()
    assert conflict_of(caught.value).code == "username_taken"


def test_a_weak_first_password_is_refused(session):
    with pytest.raises(RuleViolated):
        create(password="wang.xiaoming")


def test_a_manager_gives_posts_in_the_own_township_only(places, manager):
    account, _ = create()
    post = give(account, manager, Role.INSPECTOR, places["neighbourhood"])
    assert post.area_path == places["neighbourhood"].path
    with pytest.raises(RuleViolated):
        give(account, manager, Role.INSPECTOR, places["other_township"])
    with pytest.raises(RuleViolated):
        give(account, manager, Role.INSPECTOR, places["district"])


@pytest.mark.parametrize("role", [Role.DISTRICT_ADMIN, Role.AUDITOR, Role.RESIDENT])
def test_a_manager_cannot_make_others_more_than_a_manager(places, manager, role):
    account, _ = create()
    with pytest.raises(Forbidden):
        give(account, manager, role, places["township"])


def test_a_district_administrator_gives_every_role_of_staff(places, admin):
    account, _ = create()
    organisation = make_organisation("housing", places["township"])
    for role in set(Role) - {Role.RESIDENT}:
        give(account, admin, role, places["township"], organisation_id=organisation.id)
    assert len(account.posts) == len(Role) - 1


def test_a_handler_needs_an_organisation_that_works_there(places, manager):
    account, _ = create()
    elsewhere = make_organisation("property_company", places["other_township"])
    for organisation_id in (None, elsewhere.id):
        with pytest.raises(RuleViolated) as caught:
            give(account, manager, Role.HANDLER, places["township"], organisation_id=organisation_id)
        assert caught.value.errors[0].field == "organisation_id"
    district = make_organisation("water", places["district"])
    give(account, manager, Role.HANDLER, places["township"], organisation_id=district.id)


def test_a_post_cannot_end_before_it_begins(places, manager):
    account, _ = create()
    with pytest.raises(RuleViolated):
        give(account, manager, Role.INSPECTOR, places["township"], valid_until=NOW)


def signed_in(account):
    session = open_session(account.id, "phone", timedelta(days=30), NOW)
    return lambda now: find_actor(session.id, now)


def test_a_post_counts_from_its_beginning_until_before_its_end(places, manager):
    account, _ = create()
    give(
        account,
        manager,
        Role.INSPECTOR,
        places["township"],
        valid_from=LATER,
        valid_until=LATER + timedelta(days=1),
    )
    actor_at = signed_in(account)
    assert actor_at(NOW).roles == frozenset()
    assert actor_at(LATER).roles == {Role.INSPECTOR}
    assert actor_at(LATER + timedelta(days=1)).roles == frozenset()


def test_an_ended_post_stays_known_and_gives_nothing(places, manager):
    account, _ = create()
    post = give(account, manager, Role.INSPECTOR, places["township"])
    posts.end_post(account, post.id, manager, LATER)
    assert post.valid_until == LATER
    posts.end_post(account, post.id, manager, LATER + timedelta(days=1))
    assert post.valid_until == LATER
    assert signed_in(account)(LATER).roles == frozenset()


def test_a_post_that_has_not_begun_ends_where_it_begins(places, manager):
    account, _ = create()
    post = give(account, manager, Role.INSPECTOR, places["township"], valid_from=LATER)
    posts.end_post(account, post.id, manager, NOW)
    assert post.valid_until == post.valid_from
    assert signed_in(account)(LATER).roles == frozenset()


def test_somebody_elses_post_is_not_found_on_this_account(places, manager):
    account, _ = create()
    other = make_account(Role.INSPECTOR, places["township"])
    with pytest.raises(NotFound):
        posts.end_post(account, add_post(other, Role.INSPECTOR, places["township"]).id, manager, NOW)


def test_an_account_with_a_post_outside_cannot_be_managed_from_inside(places, manager, admin):
    account = make_account(Role.DISTRICT_ADMIN, places["district"])
    add_post(account, Role.INSPECTOR, places["township"])
    with pytest.raises(Forbidden):
        accounts.lock_account(account.id, manager, NOW)
    assert accounts.lock_account(account.id, admin, NOW) is account


def test_a_post_that_has_ended_no_longer_stands_in_the_way(places, manager, session):
    account = make_account(Role.DISTRICT_ADMIN, places["district"])
    account_posts = accounts.lock_account(account.id, SYSTEM, NOW).posts
    add_post(account, Role.INSPECTOR, places["township"])
    account_posts[0].valid_until = NOW - timedelta(days=1)
    session.flush()
    assert accounts.lock_account(account.id, manager, NOW) is account


def test_accounts_of_elsewhere_are_not_found(places, manager):
    other = make_account(Role.INSPECTOR, places["other_township"])
    resident = make_account()
    for account in (other, resident):
        with pytest.raises(NotFound):
            accounts.get_account(account.id, manager)
        with pytest.raises(NotFound):
            accounts.lock_account(account.id, manager, NOW)


def test_everybody_may_read_their_own_account(places):
    account = make_account()
    assert accounts.get_account(account.id, Actor(account.id)) is account


def test_staff_are_listed_by_reach_role_text_and_state(places, manager):
    inspector = make_account(Role.INSPECTOR, places["township"], display_name="李巡查")
    add_post(inspector, Role.INSPECTOR, places["neighbourhood"])
    dispatcher = make_account(Role.DISPATCHER, places["township"], is_active=False)
    make_account(Role.INSPECTOR, places["other_township"])

    def listed(**wanted):
        rows, _ = accounts.list_accounts(manager, AccountFilter(**wanted), None, 50)
        return {account.username for account in rows}

    assert {inspector.username, dispatcher.username} < listed()
    assert listed(role=Role.INSPECTOR) == {inspector.username}
    assert listed(text="李巡") == {inspector.username}
    assert listed(is_active=False) == {dispatcher.username}


def test_deactivating_signs_out_everywhere_at_once(places, session):
    account = make_account(Role.INSPECTOR, places["township"])
    actor_at = signed_in(account)
    accounts.update_account(account, {"is_active": False}, NOW)
    session.expire_all()
    assert actor_at(NOW) is None
    assert session.query(SignInSession).one().revoked_at == NOW


def test_a_reset_password_must_be_changed_and_ends_all_sessions(places, session):
    account, old = create()
    actor_at = signed_in(account)
    new = accounts.reset_password(account, NOW)
    assert not is_password_right(account.password_hash, old)
    assert is_password_right(account.password_hash, new)
    assert account.must_change_password
    assert actor_at(NOW) is None


def test_changing_ones_password_keeps_this_session_and_ends_the_others(session):
    account, first = create()
    here = open_session(account.id, "here", timedelta(days=30), NOW)
    there = open_session(account.id, "there", timedelta(days=30), NOW)
    actor = find_actor(here.id, NOW)
    assert actor.must_change_password
    accounts.change_own_password(actor, first, GOOD, NOW)
    assert is_password_right(account.password_hash, GOOD)
    assert find_actor(here.id, NOW).must_change_password is False
    assert find_actor(there.id, NOW) is None


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("wrong old password", GOOD, "old_password", "wrong_password"),
        (None, None, "new_password", "same_password"),
        (None, "short", "new_password", "too_short"),
        (None, "wang.xiaoming1", "new_password", "contains_username"),
    ],
)
def test_a_password_is_not_changed_against_the_rules(session, old, new, field, code):
    account, first = create()
    before = account.password_hash
    actor = Actor(account.id)
    with pytest.raises(RuleViolated) as caught:
        accounts.change_own_password(actor, old or first, new or first, NOW)
    assert [(error.field, error.code) for error in caught.value.errors] == [(field, code)]
    assert account.password_hash == before


def test_a_resident_has_no_password_to_change(session):
    account = make_account(username=None)
    with pytest.raises(Forbidden):
        accounts.change_own_password(Actor(account.id), "", GOOD, NOW)
