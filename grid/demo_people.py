"""The demonstration's organisations and people, all marked 示例. They exist only in the demonstration."""

from collections.abc import Iterator
from dataclasses import dataclass

from grid.permissions import Role

DEMO_PASSWORD = "jiayuan-demo-2026"  # noqa: S105 - printed at every demo start, on purpose
DEMO_RESIDENT_PHONE = "+8613800000001"


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """An organisation of the demonstration; its name is unique within its area."""

    kind: str
    name: str
    area_code: str
    service_phone: str = ""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the demonstration with one post; `organisation` names one of the demo's, in the same area."""

    username: str
    display_name: str
    role: Role
    area_code: str
    organisation: str | None = None


# The departments that policy 000's task table names, under today's names (the agencies were reformed in 2018
# and 2019: 消防支队 became 消防救援支队, 质监 and 工商 became 市场监管).
_DISTRICT_BODIES = (
    ("housing", "{short}区房屋管理局"),
    ("urban_enforcement", "{short}区城市管理行政执法局"),
    ("fire_rescue", "{short}区消防救援支队"),
    ("police", "公安{short}分局"),
    ("water", "{short}区水务局"),
    ("market_regulation", "{short}区市场监督管理局"),
    ("greening_sanitation", "{short}区绿化和市容管理局"),
    ("sports", "{short}区体育局"),
    ("culture", "{short}区文化和旅游局"),
    ("civilisation_office", "{short}区精神文明建设委员会办公室"),
    ("grid_centre", "{short}区城市运行管理中心"),
    ("joint_office", "{short}区住宅小区综合管理联席会议办公室"),
    ("party_building", "{short}区党建服务中心"),
    ("civil_affairs", "{short}区民政局"),
    ("disabled_federation", "{short}区残疾人联合会"),
    ("transport", "{short}区交通委员会"),
    ("construction", "{short}区建设和管理委员会"),
    ("justice", "{short}区司法局"),
    ("third_party_assessor", "示例第三方测评机构"),
    ("utility", "示例供水供电燃气服务企业"),
)
_TOWNSHIP_BODIES = (
    ("township_government", "{name}人民政府"),
    ("grid_centre", "{name}城市运行管理中心"),
    ("joint_office", "{name}住宅小区综合治理联席会议办公室"),
    ("urban_enforcement", "{name}综合行政执法队（城管中队）"),
    ("housing", "{name}房管所"),
    ("police", "{name}派出所"),
    ("market_regulation", "{name}市场监管所"),
    ("greening_sanitation", "{name}绿化市容管理所"),
    ("party_building", "{name}社区党建办"),
    ("civil_affairs", "{name}社区自治办"),
    ("culture", "{name}文体中心"),
    ("justice", "{name}司法所"),
    ("property_company", "示例{name}安居物业公司"),
    ("property_company", "示例{name}绿岛物业公司"),
    ("waste_carrier", "示例{name}环卫收运公司"),
    ("lift_maintenance", "示例{name}电梯维保公司"),
)


def make_district_bodies(code: str, name: str) -> Iterator[DemoOrganisation]:
    """The district's departments, as the policies' task tables name them."""
    short = name.removesuffix("新区").removesuffix("区")
    return (DemoOrganisation(kind, form.format(short=short), code) for kind, form in _DISTRICT_BODIES)


def make_township_bodies(code: str, name: str) -> Iterator[DemoOrganisation]:
    """The township's own bodies, and the companies that work in it."""
    for number, (kind, form) in enumerate(_TOWNSHIP_BODIES):
        # No subscriber's number begins with 00; bodies that there are get none that is not theirs.
        phone = f"021-00{code[-4:]}{number:02d}" if form.startswith("示例") else ""
        yield DemoOrganisation(kind, _township_name(form, name), code, phone)


def make_committee(code: str, name: str) -> DemoOrganisation:
    """The neighbourhood's or village's own committee 居（村）委会; the area bears its name."""
    return DemoOrganisation("neighbourhood_committee", name, code)


def make_owners_committee(neighbourhood_code: str, community: str) -> DemoOrganisation:
    return DemoOrganisation("owners_committee", f"{community}业委会", neighbourhood_code)


def make_demo_people(
    district: str, township: str, neighbourhood: str, neighbourhood_name: str, township_name: str
) -> list[DemoPerson]:
    """One person at least of every role with a post, around one township and one of its neighbourhoods."""
    enforcement = _township_name("{name}综合行政执法队（城管中队）", township_name)
    housing = _township_name("{name}房管所", township_name)
    company = _township_name("示例{name}安居物业公司", township_name)
    assessor = "示例第三方测评机构"
    return [
        DemoPerson("demo-officer", "示例信息员", Role.INFORMATION_OFFICER, neighbourhood),
        DemoPerson("demo-inspector", "示例网格监督员", Role.INSPECTOR, township),
        DemoPerson("demo-inspector2", "示例网格监督员乙", Role.INSPECTOR, township),
        DemoPerson("demo-handler", "示例物业处置员", Role.HANDLER, township, company),
        DemoPerson("demo-enforcer", "示例城管处置员", Role.HANDLER, township, enforcement),
        DemoPerson("demo-housing", "示例房管处置员", Role.HANDLER, township, housing),
        DemoPerson("demo-committee", "示例居委会处置员", Role.HANDLER, neighbourhood, neighbourhood_name),
        DemoPerson("demo-dispatcher", "示例派遣员", Role.DISPATCHER, township),
        DemoPerson("demo-evaluator", "示例测评员", Role.EVALUATOR, district, assessor),
        DemoPerson("demo-manager", "示例街镇管理员", Role.TOWNSHIP_MANAGER, township),
        DemoPerson("demo-admin", "示例区管理员", Role.DISTRICT_ADMIN, district),
        DemoPerson("demo-auditor", "示例督查员", Role.AUDITOR, district),
    ]


def make_second_township_people(township: str) -> list[DemoPerson]:
    """Two people of another township, to whom the first one's matters are none of theirs."""
    return [
        DemoPerson("demo-xincheng-manager", "示例新成路管理员", Role.TOWNSHIP_MANAGER, township),
        DemoPerson("demo-xincheng-dispatcher", "示例新成路派遣员", Role.DISPATCHER, township),
    ]


# Townships beside the first one where the demonstration's history happens as well, by a short name for their people.
NEIGHBOURING_TOWNSHIPS = (("310151102", "堡镇", "baozhen"), ("310151103", "新河镇", "xinhe"))


def make_neighbouring_people(second_township: str, second_name: str) -> list[DemoPerson]:
    """Who works in the neighbouring townships, and who in the second one does so beside its manager and dispatcher."""
    found = []
    for code, name, short in (*NEIGHBOURING_TOWNSHIPS, (second_township, second_name, "xincheng")):
        company = _township_name("示例{name}安居物业公司", name)
        found += [
            DemoPerson(f"demo-{short}-inspector", f"示例{name}监督员", Role.INSPECTOR, code),
            DemoPerson(f"demo-{short}-handler", f"示例{name}处置员", Role.HANDLER, code, company),
        ]
        if code != second_township:
            found += [
                DemoPerson(f"demo-{short}-dispatcher", f"示例{name}派遣员", Role.DISPATCHER, code),
                DemoPerson(f"demo-{short}-manager", f"示例{name}管理员", Role.TOWNSHIP_MANAGER, code),
            ]
    return found


def _township_name(form: str, name: str) -> str:
    # A subdistrict's body is its 街道办事处; only towns and rural townships have a 人民政府.
    if name.endswith("街道") and "人民政府" in form:
        return f"{name}办事处"
    return form.format(name=name)
