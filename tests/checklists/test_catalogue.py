"""The catalogue that ships: what it covers, where it comes from, and the document made of it."""

import json

import pytest

from checklists.catalogue import (
    SHIPPED_CATALOGUE,
    canonical_json,
    checklist_document,
    document_sha256,
    load_catalogue,
)
from checklists.catalogue_entries import AnsweredBy, Catalogue, Checklist, Demand, Item, Method
from grid.organisation_kinds import ORGANISATION_KINDS

CHECKLISTS = {
    "civilised_community",
    "no_illegal_structures",
    "fire_safety",
    "waste_sorting",
    "property_four_checks",
    "group_renting",
    "owners_committee",
    "facilities",
}
# What the plans measure, not what one sees in a community: meetings, rosters, surveys and hotline figures.
NOT_ON_A_CHECKLIST = {"GOV-05", "ENF-03", "SAT-01", "SAT-02", "SAT-03"}
# The 14 clauses of 000 三(五)1, in its order, each with the items that answer to it.
CORE_CLAUSES = {
    "制定市民公约": {"PUB-03"},
    "文明创建宣传氛围浓厚": {"PUB-01", "PUB-02", "PUB-05"},
    "体育设施": {"SPORT-01", "SPORT-02", "SPORT-03", "SPORT-04"},
    "综合文化服务中心": {"CULT-01"},
    "无障碍设施等维护管理得当": {"BARRIER-01", "BARRIER-02", "BARRIER-03"},
    "生活垃圾定时定点投放": {"WASTE-01"},
    "分类清运全覆盖": {"WASTE-02", "WASTE-04"},
    "建筑垃圾临时堆放规范": {"RENO-01", "RENO-02"},
    "清运及时": {"RENO-03"},
    "无新增违章搭建": {"ILLB-01"},
    "消除重点类型存量违章建筑": {"ILLB-02"},
    "无毁绿占绿等现象": {"GREEN-01"},
    "环境绿化美化": {"GREEN-02", "GREEN-03"},
    "墙面、玻璃无污秽破损": {"FACADE-01", "CORR-04"},
}
# The draft of 105 items that the catalogue was drawn from: so many of each group, numbered from 01.
DRAFT = {
    "WASTE": 5, "RENO": 4, "CLEAN": 6, "CORR": 5, "FIRE": 6, "EBIKE": 4, "ILLB": 6, "GROUP": 2, "GREEN": 5,
    "FACADE": 4, "BARRIER": 3, "SPORT": 4, "CULT": 2, "PUB": 5, "PROP": 6, "PARK": 4, "WATER": 3, "LIFT": 5,
    "SEC": 3, "DRAIN": 3, "CABLE": 2, "SHOP": 4, "PETS": 2, "GOV": 5, "ENF": 4, "SAT": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_the_seven_asked_for_and_one_for_facilities_ship(catalogue: Catalogue) -> None:
    assert set(catalogue.checklists) == CHECKLISTS


def test_every_item_is_asked_by_some_checklist_but_those_that_plans_measure(catalogue: Catalogue) -> None:
    asked = {item.code for checklist in catalogue.checklists.values() for item in checklist.items}
    assert set(catalogue.items) - asked == NOT_ON_A_CHECKLIST


def test_every_item_of_the_draft_is_in_the_library(catalogue: Catalogue) -> None:
    draft = {f"{group}-{number:02d}" for group, count in DRAFT.items() for number in range(1, count + 1)}
    assert len(draft) == 105
    assert draft <= set(catalogue.items)


def test_the_fourteen_core_clauses_are_each_an_indicator_with_its_items(catalogue: Catalogue) -> None:
    indicators = catalogue.checklists["civilised_community"].indicators[:14]
    found = {
        source.quote: {item.code for item in indicator.items}
        for indicator in indicators
        for source in indicator.sources
        if (source.policy, source.clause) == ("000", "三(五)1")
    }
    assert list(found) == list(CORE_CLAUSES)
    for quote, codes in CORE_CLAUSES.items():
        assert codes <= found[quote]


def test_every_source_names_a_known_policy_a_clause_and_a_short_quote(catalogue: Catalogue) -> None:
    sources = [source for item in catalogue.items.values() for source in item.sources]
    for checklist in catalogue.checklists.values():
        sources += [
            *checklist.sources,
            *(source for indicator in checklist.indicators for source in indicator.sources),
        ]
    assert len(sources) > 200
    for source in sources:
        assert source.policy in {"000", "001", "002", "003", "004"}
        assert source.clause
        assert 2 <= len(source.quote) <= 15


def test_no_policy_or_mark_is_listed_without_being_used(catalogue: Catalogue) -> None:
    used = {mark for item in catalogue.items.values() for marks in item.provenance.values() for mark in marks}
    for item in catalogue.items.values():
        used |= set(item.deduction.provenance if item.deduction else ())
        used |= set(item.limit.provenance if item.limit else ())
        used |= {
            mark for variant in (item.limit.variants if item.limit else ()) for mark in variant.provenance
        }
    for checklist in catalogue.checklists.values():
        used |= {mark for marks in checklist.provenance.values() for mark in marks}
        used |= {mark for item in checklist.items for marks in item.provenance.values() for mark in marks}
    assert used == set(catalogue.marks)


def test_items_whose_sources_are_all_loose_never_pass_for_policy(catalogue: Catalogue) -> None:
    loose = [item for item in catalogue.items.values() if all(source.is_loose for source in item.sources)]
    assert len(loose) > 20
    assert not [item.code for item in loose if "policy" in item.provenance["criterion"]]


def test_every_item_says_who_says_so_for_all_that_it_states(catalogue: Catalogue) -> None:
    always = {"criterion", "answered_by", "evidence", "weight", "handlers", "loop"}
    for item in catalogue.items.values():
        stated = always | {name for name in ("is_veto", "applies_when", "category") if getattr(item, name)}
        assert set(item.provenance) == stated, item.code


def test_every_item_names_the_problem_that_it_is_about(catalogue: Catalogue) -> None:
    """A case headed by a criterion reads as nonsense: “楼道照明完好 · 已超期”."""
    for item in catalogue.items.values():
        name = item.tile or item.problem
        assert name is not None, item.code
        assert name.zh != item.criterion.zh, item.code


def test_limits_without_policy_never_claim_to_be_policy(catalogue: Catalogue) -> None:
    """No policy gives a handling limit (policy inventory, section 6)."""
    for item in catalogue.items.values():
        assert item.limit is None or "policy" not in item.limit.provenance


def test_the_notice_boards_contents_are_items_of_their_own(catalogue: Catalogue) -> None:
    board = next(
        i for i in catalogue.checklists["property_four_checks"].indicators if i.code == "NOTICE_BOARD"
    )
    texts = "".join(item.criterion.zh for item in board.items)
    for content in (
        "物业服务合同",
        "收费",
        "监督电话",
        "维修资金",
        "公共收益",
        "办事制度",
        "办事纪律",
        "服务内容",
    ):
        assert content in texts
    assert len(board.items) >= 8


def test_all_handlers_are_kinds_of_organisation_that_the_grid_knows(catalogue: Catalogue) -> None:
    for item in catalogue.items.values():
        assert set(item.handlers) <= set(ORGANISATION_KINDS)


def test_every_text_is_there_in_both_languages(catalogue: Catalogue) -> None:
    for item in catalogue.items.values():
        for text in (item.criterion, item.hint):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh), item.code
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.en), item.code


def test_residents_find_a_tile_for_whatever_they_may_report(catalogue: Catalogue) -> None:
    public = [item for item in catalogue.items.values() if item.answered_by is not AnsweredBy.INSPECTOR]
    assert len(public) > 50
    for item in public:
        assert item.tile or item.method is Method.QUESTIONNAIRE


def test_tiles_of_one_group_have_different_labels_and_lead_from_a_first_page_tile(
    catalogue: Catalogue,
) -> None:
    for group in catalogue.groups:
        labels = [item.tile.zh for item in group.items if item.tile]
        assert len(set(labels)) == len(labels)
        assert (group.tile is not None) == bool(labels), group.code
    orders = [group.tile_order for group in catalogue.groups if group.tile_order is not None]
    assert len(set(orders)) == len(orders)


def test_vetoes_rest_on_photos_everywhere(catalogue: Catalogue) -> None:
    for checklist in catalogue.checklists.values():
        for item in checklist.items:
            if item.is_veto:
                assert item.evidence.photos is not Demand.NEVER
                assert item.provenance["is_veto"]


def test_mixing_is_a_veto_only_where_waste_is_what_is_checked(catalogue: Catalogue) -> None:
    def mixing(code: str) -> Item:
        return next(item for item in catalogue.checklists[code].items if item.code == "WASTE-02")

    assert not mixing("civilised_community").is_veto
    assert mixing("waste_sorting").is_veto
    assert mixing("waste_sorting").provenance["is_veto"] == ("X2", "P")
    assert mixing("waste_sorting").evidence.min_photos == 4
    assert catalogue.items["WASTE-02"].evidence.min_photos == 2


def test_a_formula_says_in_both_languages_that_the_policy_defines_none(catalogue: Catalogue) -> None:
    for checklist in catalogue.checklists.values():
        assert checklist.formula.provenance == ("P",)
        assert "政策" in checklist.formula.note.zh
        assert "Ours" in checklist.formula.note.en


@pytest.mark.parametrize("code", sorted(CHECKLISTS))
def test_a_document_equals_itself_read_back_from_json(catalogue: Catalogue, code: str) -> None:
    document = checklist_document(catalogue, code)
    assert json.loads(canonical_json(document)) == document


@pytest.mark.parametrize("code", sorted(CHECKLISTS))
def test_loading_again_gives_the_same_fingerprint(catalogue: Catalogue, code: str) -> None:
    again = checklist_document(load_catalogue(SHIPPED_CATALOGUE), code)
    assert document_sha256(again) == document_sha256(checklist_document(catalogue, code))


def test_the_fingerprint_does_not_depend_on_the_order_of_keys_and_does_on_every_value(
    catalogue: Catalogue,
) -> None:
    document = checklist_document(catalogue, "fire_safety")
    assert document_sha256(dict(reversed(document.items()))) == document_sha256(document)
    assert document_sha256({**document, "pass_mark": document["pass_mark"] - 1}) != document_sha256(document)


def test_a_document_carries_everything_that_it_cites(catalogue: Catalogue) -> None:
    document = checklist_document(catalogue, "group_renting")
    items = [item for indicator in document["indicators"] for item in indicator["items"]]
    assert {source["policy"] for item in items for source in item["sources"]} <= set(document["policies"])
    assert {item["group"] for item in items} == set(document["groups"])
    assert {mark for item in items for marks in item["provenance"].values() for mark in marks} <= set(
        document["marks"]
    )


def test_entries_cannot_be_changed_after_loading(catalogue: Catalogue) -> None:
    checklist: Checklist = catalogue.checklists["fire_safety"]
    with pytest.raises(AttributeError):
        checklist.pass_mark = 10  # type: ignore[misc]


def test_the_shipped_folder_holds_nothing_but_yaml() -> None:
    strange = [path for path in SHIPPED_CATALOGUE.rglob("*") if path.is_file() and path.suffix != ".yaml"]
    assert strange == []
