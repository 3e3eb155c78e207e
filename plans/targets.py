"""Which yearly target 目标值 a figure is compared with, on a day and in an area. Pure: the catalogue is an argument.

The policies set targets for 2017 to 2020 and no newer ones are published. A plan that has ended is not a goal
given up (000 三(五)1 asks for 2020 to consolidate 巩固提升 what 2019 reached), so its last value goes on holding
until a newer target is entered, and every answer says that it was carried forward.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from plans.target_entries import Measured, Target, TargetInForce


def lineage_of(area_path: str) -> tuple[str, ...]:
    """The divisions that an area lies in, the widest first, itself last: `/310151/310151101/` → 310000, 310100, ….

    City and province are read off the district's code (GB/T 2260: two digits each), for the grid begins at the district.
    """
    codes = tuple(code for code in area_path.split("/") if code)
    if not codes:
        return ()
    return tuple(dict.fromkeys((f"{codes[0][:2]}0000", f"{codes[0][:4]}00", *codes)))


def target_in_force(
    targets: Iterable[Target], measured: Measured, lineage: Sequence[str], on: date
) -> TargetInForce | None:
    """The target of one figure on a day, for an area given by its `lineage`; None where no policy has set one yet.

    The newest rules: of those that have begun, the one due in the latest year, whichever division set it; of two due
    in the same year the nearer division's (the district's before the city's). After the year in which it was due a
    target goes on holding until there is a newer one, `is_carried_forward`.
    """
    begun = [
        target
        for target in targets
        if target.measured == measured and target.area_code in lineage and target.from_year <= on.year
    ]
    if not begun:
        return None
    ruling = max(begun, key=lambda each: (each.year, lineage.index(each.area_code)))
    return TargetInForce(ruling, is_carried_forward=on.year > ruling.year)


def targets_in_force(targets: Sequence[Target], lineage: Sequence[str], on: date) -> list[TargetInForce]:
    """The target in force of every figure that has one, in the catalogue's order."""
    figures = dict.fromkeys(target.measured for target in targets)
    found = (target_in_force(targets, measured, lineage, on) for measured in figures)
    return [each for each in found if each is not None]
