"""The attribute vocabulary holds what it says."""

import pytest

from grid.attributes import VOCABULARY, AttributeType, InvalidAttributes, validate_attributes


def refused(**values):
    with pytest.raises(InvalidAttributes) as caught:
        validate_attributes(values, this_year=2026)
    return {error.field.removeprefix("attributes."): error.zh for error in caught.value.errors}


def test_valid_attributes_come_back_as_they_are():
    values = {"building_year": 1998, "lifts": 0, "property_type": "after_sale", "has_shops": False}
    assert validate_attributes(values, this_year=2026) == values


def test_an_unknown_value_is_left_out_rather_than_stored_as_zero():
    assert validate_attributes({"lifts": None, "households": 300}) == {"households": 300}


def test_every_wrong_key_is_named_with_its_reason():
    errors = refused(lifts=-1, colour="red", property_type="villa", has_shops="yes", households=12.5)
    assert set(errors) == {"lifts", "colour", "property_type", "has_shops", "households"}
    assert "0 至 5000" in errors["lifts"]
    assert "商品房" in errors["property_type"]


def test_true_is_no_number_and_one_is_no_flag():
    assert set(refused(lifts=True, has_shops=1)) == {"lifts", "has_shops"}


def test_a_lift_year_without_lifts_contradicts():
    assert "电梯数为 0" in refused(lifts=0, oldest_lift_year=2001)["oldest_lift_year"]


def test_years_lie_not_in_the_future():
    assert set(refused(building_year=2032, oldest_lift_year=2027)) == {"building_year", "oldest_lift_year"}
    assert validate_attributes({"building_year": 2031}, this_year=2026) == {"building_year": 2031}


@pytest.mark.parametrize("key", VOCABULARY)
def test_every_attribute_is_named_in_both_languages_and_has_a_sound_range(key):
    attribute = VOCABULARY[key]
    assert attribute.key == key
    assert attribute.zh
    assert attribute.en
    if attribute.type is AttributeType.INTEGER:
        assert attribute.minimum < attribute.maximum
    assert bool(attribute.choices) == (attribute.type is AttributeType.CHOICE)
