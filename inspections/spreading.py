"""Spreading a round's communities over its inspectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Place = TypeVar("Place")
Person = TypeVar("Person")


def spread(places: Sequence[Place], people: Sequence[Person]) -> dict[Place, Person]:
    """Give each place to one person: shares differ by one at most, and neighbours in the order stay together.

    Nobody to give to leaves everything ungiven.
    """
    if not people:
        return {}
    return {place: people[index * len(people) // len(places)] for index, place in enumerate(places)}
