"""The kinds of organisations that the policies give work to; routing rules name kinds, never organisations.

Policies 000 and 001 use the agencies' names of 2017 and 2018; the Chinese names here are today's bodies, with
the policies' own names kept where they differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrganisationKind:
    """A kind: its code, names, and what the policies call it where that is another name."""

    code: str
    zh: str
    en: str
    policy_names: tuple[str, ...] = ()


ORGANISATION_KINDS: Mapping[str, OrganisationKind] = {
    kind.code: kind
    for kind in (
        OrganisationKind("property_company", "物业服务企业", "Property company"),
        OrganisationKind("neighbourhood_committee", "居（村）委会", "Neighbourhood or village committee"),
        OrganisationKind("owners_committee", "业委会", "Owners' committee"),
        OrganisationKind("urban_enforcement", "城管执法", "Urban management enforcement", ("区拆违办",)),
        OrganisationKind("fire_rescue", "消防救援", "Fire and rescue", ("区公安消防支队", "消防支队")),
        OrganisationKind("police", "公安派出所", "Police"),
        OrganisationKind("housing", "房屋管理", "Housing administration", ("区住房保障房屋管理局", "房管所")),
        OrganisationKind("water", "水务", "Water authority"),
        OrganisationKind("market_regulation", "市场监管", "Market regulation", ("区质监局", "区工商局")),
        OrganisationKind("greening_sanitation", "绿化市容", "Greening and sanitation"),
        OrganisationKind("sports", "体育", "Sports administration"),
        OrganisationKind("culture", "文化旅游", "Culture and tourism", ("区文广局", "文体中心")),
        OrganisationKind("civilisation_office", "文明办", "Civilisation office", ("区创城办",)),
        OrganisationKind("township_government", "街镇政府", "Township government"),
        OrganisationKind(
            "grid_centre", "城市运行管理中心", "Grid management centre", ("区城市网格化管理中心",)
        ),
        OrganisationKind("joint_office", "联席会议办公室", "Joint meeting's office", ("联席办",)),
        OrganisationKind("lift_maintenance", "电梯维保单位", "Lift maintenance company"),
        OrganisationKind("waste_carrier", "垃圾收运单位", "Waste carrier"),
        OrganisationKind("utility", "公用事业企业", "Utility company", ("供电、供水、燃气、电信等相关企业",)),
        OrganisationKind("party_building", "党建办", "Party building office"),
        OrganisationKind("civil_affairs", "民政", "Civil affairs", ("社区自治办",)),
        OrganisationKind("disabled_federation", "残联", "Disabled persons' federation"),
        OrganisationKind("transport", "交通", "Transport authority"),
        OrganisationKind("construction", "建设管理", "Construction administration"),
        OrganisationKind("justice", "司法行政", "Judicial administration"),
        OrganisationKind("third_party_assessor", "第三方测评机构", "Third-party assessor"),
    )
}
