from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.routing import LOOP_KINDS, Candidate, RoutingQuestion, Rule, decide_routing
from cases.terms import Loop

HERE = "/310151/310151101/310151101001/"
TOWNSHIP, DISTRICT, ELSEWHERE = "/310151/310151101/", "/310151/", "/310151/310151102/"


def uid(number):
    return UUID(int=number)


def organisation(number, kind, area=HERE, serves=False):
    return Candidate(uid(number), kind, area, serves)


def question(**more):
    values = {"area_path": HERE, "item_code": "FIRE-01", "item_group": "FIRE", "loop": Loop.MICRO} | more
    return RoutingQuestion(**values)


def rule(number, **more):
    return Rule(uid(number), **({"priority": 100, "area_path": DISTRICT} | more))


FIRE = organisation(1, "fire_rescue", DISTRICT)
PROPERTY = organisation(2, "property_company")
CENTRE = organisation(3, "grid_centre", TOWNSHIP)
EVERYONE = [FIRE, PROPERTY, CENTRE]


def decided(ask, rules=(), candidates=EVERYONE):
    return decide_routing(ask, rules, candidates).organisation_id


def test_without_rules_the_catalogues_first_handler_that_is_there_gets_it():
    assert (
        decided(question(handler_kinds=("water", "fire_rescue", "property_company"))) == FIRE.organisation_id
    )


def test_without_rules_and_handlers_the_loop_decides():
    assert decided(question(loop=Loop.SELF)) == PROPERTY.organisation_id
    assert decided(question(loop=Loop.SMALL)) == CENTRE.organisation_id


def test_a_rule_goes_before_the_catalogue_and_may_set_the_loop():
    by_rule = rule(9, item_code="FIRE-01", organisation_id=CENTRE.organisation_id, to_loop=Loop.SMALL)
    decision = decide_routing(question(handler_kinds=("fire_rescue",)), [by_rule], EVERYONE)
    assert (decision.organisation_id, decision.loop, decision.rule_id) == (uid(3), Loop.SMALL, uid(9))


@pytest.mark.parametrize(
    "criterion",
    [{"item_code": "PETS-01"}, {"item_group": "PETS"}, {"loop": Loop.LARGE}, {"area_path": ELSEWHERE}],
)
def test_a_rule_that_speaks_of_something_else_is_passed_over(criterion):
    other = rule(9, organisation_id=CENTRE.organisation_id, **criterion)
    assert decided(question(handler_kinds=("fire_rescue",)), [other]) == FIRE.organisation_id


def test_a_rule_whose_organisation_is_gone_falls_through_to_the_next():
    gone = rule(8, priority=1, organisation_id=uid(77))
    second = rule(9, priority=2, organisation_kinds=("water", "grid_centre"))
    assert decided(question(), [second, gone]) == CENTRE.organisation_id


def test_a_lower_number_goes_first_then_the_more_particular_then_the_smaller_area():
    wide = rule(5, organisation_id=uid(1))
    near = rule(6, area_path=TOWNSHIP, organisation_id=uid(2))
    by_item = rule(7, item_code="FIRE-01", organisation_id=uid(3))
    urgent = rule(8, priority=1, organisation_id=uid(1))
    assert decided(question(), [wide, near]) == uid(2)
    assert decided(question(), [wide, near, by_item]) == uid(3)
    assert decided(question(), [wide, near, by_item, urgent]) == uid(1)


def test_whoever_serves_the_community_goes_before_others_of_the_kind():
    serving = organisation(11, "property_company", ELSEWHERE, serves=True)
    assert decided(question(handler_kinds=("property_company",)), (), [PROPERTY, serving]) == uid(11)


def test_of_a_kind_the_organisation_of_the_smallest_area_gets_it():
    big, small = organisation(1, "police", DISTRICT), organisation(2, "police", TOWNSHIP)
    assert decided(question(handler_kinds=("police",)), (), [big, small]) == uid(2)


def test_organisations_elsewhere_never_get_it():
    decision = decide_routing(question(), (), [organisation(1, "grid_centre", ELSEWHERE)])
    assert decision.organisation_id is None
    assert decision.loop is Loop.MICRO


kinds = st.sampled_from(sorted({kind for each in LOOP_KINDS.values() for kind in each} | {"water", "police"}))
candidates = st.lists(
    st.builds(
        Candidate,
        st.builds(uid, st.integers(1, 99)),
        kinds,
        st.sampled_from([HERE, TOWNSHIP, DISTRICT, ELSEWHERE]),
    ),
    max_size=6,
)
rules = st.lists(
    st.builds(
        Rule,
        st.builds(uid, st.integers(1, 99)),
        st.integers(1, 3),
        st.sampled_from([HERE, TOWNSHIP, DISTRICT, ELSEWHERE]),
        st.sampled_from([None, "FIRE-01", "PETS-01"]),
        organisation_kinds=st.lists(kinds, max_size=2).map(tuple),
    ),
    max_size=5,
    unique_by=lambda each: each.rule_id,
)


@given(rules, candidates, st.randoms())
def test_the_decision_does_not_depend_on_the_order_of_rules_or_organisations(some_rules, some, random):
    shuffled_rules, shuffled = list(some_rules), list({each.organisation_id: each for each in some}.values())
    first = decide_routing(question(), some_rules, shuffled)
    random.shuffle(shuffled_rules)
    random.shuffle(shuffled)
    assert decide_routing(question(), shuffled_rules, shuffled) == first


@given(rules, candidates)
def test_whoever_gets_it_serves_that_place(some_rules, some):
    chosen = decide_routing(question(), some_rules, some).organisation_id
    assert chosen is None or any(c.organisation_id == chosen and HERE.startswith(c.area_path) for c in some)
