"""The demonstration's communities. No public list names real ones, so these are made up and say so: 示例.

They are the same on every machine: everything follows from the neighbourhood's code.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grid.attributes import AttributeValue
from grid.positions import Position

Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class DemoBuilding:
    name: str
    floors: int
    lifts: int


@dataclass(frozen=True, slots=True)
class DemoCommunity:
    """A synthetic community of one neighbourhood, with its attributes, position and buildings."""

    code: str
    name: str
    neighbourhood_code: str
    address: str
    position: Position
    attributes: Mapping[str, AttributeValue]
    buildings: tuple[DemoBuilding, ...]


@dataclass(frozen=True, slots=True)
class _Profile:
    """A kind of housing: when it was built (years), how high, with how many lifts and households a building."""

    property_type: str
    name_endings: tuple[str, ...]
    years: tuple[int, int]
    floors: tuple[int, int]
    lifts_a_building: int
    households_a_floor: int
    buildings: tuple[int, int]


_WALK_UPS = _Profile("after_sale", ("一村", "二村", "新村"), (1979, 1996), (5, 6), 0, 4, (6, 24))
_TOWN_PROFILES = (
    _WALK_UPS,
    _WALK_UPS,
    _Profile("commodity", ("花苑", "佳苑", "公寓"), (1996, 2006), (5, 6), 0, 4, (5, 20)),
    _Profile("commodity", ("名邸", "景苑", "华庭"), (2007, 2022), (11, 18), 2, 4, (4, 14)),
    _Profile("resettlement", ("家园", "新苑"), (2004, 2019), (6, 11), 1, 4, (6, 20)),
    _Profile("affordable", ("馨苑", "安居苑"), (2011, 2021), (14, 18), 2, 6, (4, 10)),
    _Profile("public_direct", ("公房", "小区"), (1955, 1985), (2, 4), 0, 5, (3, 9)),
    _Profile("public_system", ("职工住宅", "农场新村"), (1970, 1992), (3, 5), 0, 4, (3, 10)),
)
_OLD_TOWN_PROFILE = _Profile("lilong", ("里", "弄"), (1920, 1948), (2, 3), 0, 6, (3, 8))
_VILLAGE_PROFILE = _Profile("resettlement", ("农民集中居住点", "家园"), (2006, 2022), (3, 6), 0, 2, (4, 12))
_OLD_TOWNS = frozenset({"310151101", "310151102"})  # 城桥镇, 堡镇

# Roughly where the townships' centres lie (WGS-84, to about a kilometre): good enough for a demonstration.
_CENTRES: Mapping[str, tuple[float, float]] = {
    "310151101": (31.627, 121.397),
    "310151102": (31.540, 121.622),
    "310151103": (31.583, 121.540),
    "310151104": (31.713, 121.330),
    "310151105": (31.590, 121.585),
    "310151106": (31.528, 121.735),
    "310151107": (31.752, 121.262),
    "310151108": (31.592, 121.660),
    "310151109": (31.535, 121.765),
    "310151110": (31.508, 121.822),
    "310151111": (31.772, 121.222),
    "310151112": (31.690, 121.388),
    "310151113": (31.660, 121.462),
    "310151114": (31.795, 121.300),
    "310151115": (31.690, 121.480),
    "310151116": (31.398, 121.690),
    "310151201": (31.835, 121.305),
    "310151202": (31.345, 121.850),
    "310151401": (31.385, 121.730),
    "310151402": (31.683, 121.487),
    "310151501": (31.515, 121.925),
    "310114001": (31.376, 121.256),
}
_NAME_BEGINNINGS = (
    "怡景",
    "江海",
    "东滩",
    "金鳌",
    "瀛洲",
    "绿岛",
    "翠湖",
    "滨江",
    "明珠",
    "鹭洲",
    "芦苇",
    "橘园",
)
_METRES_A_DEGREE = 111_195


def make_demo_communities(neighbourhoods: Iterable[tuple[str, str, str]]) -> Iterator[DemoCommunity]:
    """Three or four communities for every committee, none or one for every village.

    `neighbourhoods` are (code, name, kind) with kind committee, village or other; the last get none.
    """
    for code, name, kind in neighbourhoods:
        dice = _Dice(code)
        count = {"committee": dice.between(3, 4), "village": dice.between(0, 1)}.get(kind, 0)
        for number in range(1, count + 1):
            yield _make_community(code, name, number, kind)


def _make_community(neighbourhood_code: str, neighbourhood: str, number: int, kind: str) -> DemoCommunity:
    code = f"{neighbourhood_code}-{number:02d}"
    dice = _Dice(code)
    profile = _profile(neighbourhood_code, number, kind, dice)
    buildings = _make_buildings(profile, dice)
    place = neighbourhood.removesuffix("居委会").removesuffix("村委会").removesuffix("社区") or neighbourhood
    # Numbered beginnings differ within a neighbourhood, so no two of its communities share a name.
    beginning = _NAME_BEGINNINGS[(dice.seed_number + number) % len(_NAME_BEGINNINGS)]
    return DemoCommunity(
        code=code,
        name=f"示例{number}号·{place}{beginning}{dice.pick(profile.name_endings)}",
        neighbourhood_code=neighbourhood_code,
        address=f"{place}示例路{dice.between(1, 999)}弄",
        position=_position(neighbourhood_code, dice),
        attributes=_make_attributes(profile, buildings, dice),
        buildings=buildings,
    )


def _profile(neighbourhood_code: str, number: int, kind: str, dice: "_Dice") -> _Profile:
    if kind == "village":
        return _VILLAGE_PROFILE
    if number == 4 and neighbourhood_code[:9] in _OLD_TOWNS:
        return _OLD_TOWN_PROFILE
    return dice.pick(_TOWN_PROFILES)


def _make_buildings(profile: _Profile, dice: "_Dice") -> tuple[DemoBuilding, ...]:
    return tuple(
        DemoBuilding(f"{number}号楼", dice.between(*profile.floors), profile.lifts_a_building)
        for number in range(1, dice.between(*profile.buildings) + 1)
    )


def _make_attributes(
    profile: _Profile, buildings: Sequence[DemoBuilding], dice: "_Dice"
) -> dict[str, AttributeValue]:
    year = dice.between(*profile.years)
    is_old, is_large = year < 2000, len(buildings) >= 10
    lifts = sum(building.lifts for building in buildings)
    has_committee = profile.property_type in ("commodity", "after_sale", "resettlement") and dice.chance(70)
    values: dict[str, AttributeValue] = {
        "building_year": year,
        "households": sum(building.floors for building in buildings) * profile.households_a_floor,
        "buildings": len(buildings),
        "lifts": lifts,
        "floors_max": max(building.floors for building in buildings),
        "property_type": profile.property_type,
        "has_property_company": profile.property_type not in ("public_system", "lilong") or dice.chance(30),
        "has_owners_committee": has_committee,
        "is_committee_eligible": has_committee or (profile.property_type == "commodity"),
        "has_greenery": profile.property_type != "lilong",
        "has_scenic_water": profile.property_type == "commodity" and dice.chance(40),
        "has_shops": dice.chance(35),
        "has_secondary_water": lifts > 0 or dice.chance(40),
        "has_ebike_charging": dice.chance(45 if is_old else 85),
        "has_sports_facility": dice.chance(60 if is_large else 35),
        "has_cultural_room": is_large and dice.chance(60),
        "has_tactile_paving": not is_old and dice.chance(60),
        "has_parking": profile.property_type != "lilong",
        "has_shared_parking": dice.chance(12),
        "has_micro_garden": dice.chance(20),
        "has_waste_room": dice.chance(85),
        "is_in_cable_plan": is_old and dice.chance(40),
        "has_old_housing_hazard": year < 1990 and dice.chance(25),
    }
    if lifts:
        values["oldest_lift_year"] = year
    # A real register has gaps too: nobody has asked everywhere about smoke alarms.
    if dice.chance(80):
        values["has_smart_smoke_alarm"] = not is_old and dice.chance(50)
    return values


def _position(neighbourhood_code: str, dice: "_Dice") -> Position:
    """Within some 1,500 m of the township's centre for the neighbourhood, 250 m around that."""
    latitude, longitude = _CENTRES.get(neighbourhood_code[:9], (31.62, 121.40))
    for seed, reach_m in ((_Dice(neighbourhood_code), 1500), (dice, 250)):
        north_m, east_m = seed.between(-reach_m, reach_m), seed.between(-reach_m, reach_m)
        latitude += north_m / _METRES_A_DEGREE
        longitude += east_m / (_METRES_A_DEGREE * math.cos(math.radians(latitude)))
    return Position(round(latitude, 6), round(longitude, 6))


class _Dice:
    """Numbers that look arbitrary and follow from a text: the same in every Python, on every machine."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._throws = 0

    @property
    def seed_number(self) -> int:
        """The number at the end of the neighbourhood's code."""
        return int(self._seed[:12][-3:])

    def between(self, low: int, high: int) -> int:
        self._throws += 1
        digest = hashlib.sha256(f"{self._seed}/{self._throws}".encode()).digest()
        return low + int.from_bytes(digest[:6], "big") % (high - low + 1)

    def chance(self, percent: int) -> bool:
        return self.between(1, 100) <= percent

    def pick(self, options: Sequence[Choice]) -> Choice:
        return options[self.between(0, len(options) - 1)]
