"""Broken catalogues: every problem is told with its file, its line and its reason, all of them at once."""

from pathlib import Path

import pytest

from checklists.catalogue import CatalogueError, load_catalogue

SOURCES = """\
policies:
  "000":
    title: {zh: 计划, en: Plan}
    issuer: 区政府
    number: null
    dated_on: "2018-06-19"
    text_state: {zh: 全文, en: complete}
marks:
  policy: {zh: 政策, en: policy}
  P: {zh: 建议, en: proposal}
default_provenance:
  criterion: policy
  answered_by: P
  evidence: P
  applies_when: P
  weight: P
  is_veto: P
  handlers: P
  loop: P
  category: P
"""
GROUP = """\
group: WASTE
name: {zh: 垃圾, en: Waste}
items:
  - code: WASTE-01
    criterion: {zh: 投放点固定, en: The point is fixed}
    hint: {zh: 看公示, en: See the board}
    sources:
      - {policy: "000", clause: 三(五)1, quote: 定时定点}
    answered_by: both
    evidence:
      photos: on_fail
      min_photos: 1
    weight: 2
    is_veto: false
    handlers: [property_company]
    loop: self
    limit: {value: 3, unit: work_day, provenance: P}
    category: null
    applies_when:
      any:
        - {attribute: lifts, op: ">=", value: 1}
        - {attribute: has_shops, op: "==", value: true}
    tile: {zh: 投放点, en: Point, keywords: [垃圾]}
  - code: WASTE-02
    criterion: {zh: 无混投, en: No mixing}
    hint: {zh: 开盖看, en: Open and look}
    sources:
      - {policy: "000", clause: 三(五)1, quote: 分类清运}
    answered_by: inspector
    method: questionnaire
    evidence: {photos: never}
    handlers: [property_company]
    loop: self
    limit: null
    no_limit_because: {zh: 问卷, en: a survey}
    category: null
"""
CHECKLIST = """\
code: waste_sorting
name: {zh: 垃圾分类, en: Waste sorting}
version_label: "1"
purpose: {zh: 检查, en: Checks}
sources:
  - {policy: "000", clause: 三(五)1, quote: 定时定点}
validity_days: 30
pass_mark: 90
provenance: {items: P, weight: P}
formula: {version: "1", zh: 算法, en: Formula, provenance: P}
indicators:
  - code: DROP_OFF
    name: {zh: 投放, en: Drop-off}
    items:
      - WASTE-01
  - code: QUALITY
    name: {zh: 质量, en: Quality}
    items:
      - {item: WASTE-02, weight: 3, provenance: {weight: P}}
"""
FILES = {"sources.yaml": SOURCES, "items/waste.yaml": GROUP, "checklists/waste_sorting.yaml": CHECKLIST}


def write(folder: Path, **changed: str) -> Path:
    for name, text in {
        **FILES,
        **{name.replace("__", "/") + ".yaml": text for name, text in changed.items()},
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def problems_of(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return [(problem.file, problem.line, problem.reason) for problem in caught.value.problems]


def line_of(text: str, words: str) -> int:
    (line,) = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    return line


def test_the_small_catalogue_of_these_tests_is_sound(tmp_path: Path) -> None:
    catalogue = load_catalogue(write(tmp_path))
    assert [item.code for item in catalogue.checklists["waste_sorting"].items] == ["WASTE-01", "WASTE-02"]
    assert catalogue.checklists["waste_sorting"].items[1].weight == 3
    assert catalogue.items["WASTE-02"].weight == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    weight: 2\n", "    weight: heavy\n", "must be a number"),
        ("    weight: 2\n", "    weight: -1\n", "weight"),
        ("    weight: 2\n", "    weight: .inf\n", "must be a number"),
        ("    weight: 2\n", "    weight: true\n", "must be a number"),
        ("    is_veto: false\n", "    is_veto: maybe\n", "must be true or false"),
        (
            "    answered_by: both\n",
            "    answered_by: everybody\n",
            "must be one of inspector, resident, both",
        ),
        (
            "    loop: self\n    limit: {",
            "    loop: huge\n    limit: {",
            "must be one of self, micro, small, large",
        ),
        ("      min_photos: 1\n", "      min_photos: 0\n", "0 contradicts photos: on_fail"),
        ("      min_photos: 1\n", "      min_photos: 1.5\n", "must be a whole number"),
        ("      min_photos: 1\n", "      min_photos: 99\n", "min_photos"),
        ("      photos: on_fail\n", "      photos: sometimes\n", "must be one of never, on_fail, always"),
        ("    weight: 2\n", "    wieght: 2\n", "wieght: Unknown field"),
        (
            "unit: work_day, provenance: P}\n",
            "unit: fortnight, provenance: P}\n",
            "natural_hour, work_hour, work_day",
        ),
        ("limit: {value: 3, unit", "limit: {value: 1.5, unit", "whole days"),
        ("quote: 定时定点}", "quote: 一二三四五六七八九十一二三四五六}", "Longer than maximum length 15"),
        ('op: ">=", value: 1}', 'op: ">=", value: many}', "lifts is of type integer"),
        ("attribute: has_shops", "attribute: has_pool", "no such community attribute: has_pool"),
        ("- code: WASTE-01", "- code: waste_1", "must look like WASTE-01"),
        ("{zh: 投放点固定, en: The point is fixed}", '{zh: "", en: The point is fixed}', "must not be empty"),
    ],
)
def test_a_wrong_value_is_told_at_its_own_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert GROUP.count(old) == 1, old
    broken = GROUP.replace(old, new)
    line = 1 + broken[: broken.index(new)].count("\n")
    ((file, told, reason),) = problems_of(write(tmp_path, items__waste=broken))
    assert (file, told) == ("items/waste.yaml", line)
    assert words in reason


def test_a_missing_field_is_told_at_the_line_of_what_lacks_it(tmp_path: Path) -> None:
    broken = GROUP.replace("    hint: {zh: 看公示, en: See the board}\n", "")
    ((file, line, reason),) = problems_of(write(tmp_path, items__waste=broken))
    assert (file, line) == ("items/waste.yaml", line_of(broken, "WASTE-01"))
    assert reason == "items.0.hint: Missing data for required field."


def test_a_key_written_twice_is_told_at_its_second_line(tmp_path: Path) -> None:
    broken = GROUP.replace("    weight: 2\n", "    weight: 2\n    weight: 3\n")
    assert problems_of(write(tmp_path, items__waste=broken)) == [
        ("items/waste.yaml", line_of(broken, "    weight: 3"), "the key “weight” is written twice")
    ]


def test_broken_yaml_is_told_with_the_parsers_line(tmp_path: Path) -> None:
    broken = GROUP.replace("handlers: [property_company]", "handlers: [property_company", 1)
    ((file, line, reason),) = problems_of(write(tmp_path, items__waste=broken))
    assert (file, line) == ("items/waste.yaml", 16)
    assert broken.splitlines()[line - 1] == "    loop: self"
    assert "expected ',' or ']'" in reason
    assert reason.startswith("not valid YAML: ")


def test_a_tab_for_indentation_is_told_at_its_line(tmp_path: Path) -> None:
    broken = GROUP.replace("    weight: 2\n", "\tweight: 2\n")
    ((_, line, reason),) = problems_of(write(tmp_path, items__waste=broken))
    assert line == line_of(broken, "\tweight")
    assert reason.startswith("not valid YAML")


def test_anchors_and_aliases_are_refused(tmp_path: Path) -> None:
    broken = GROUP.replace(
        "    hint: {zh: 看公示, en: See the board}", "    hint: &hint {zh: 看公示, en: See the board}"
    )
    ((_, line, reason),) = problems_of(write(tmp_path, items__waste=broken))
    assert line == line_of(broken, "&hint")
    assert "anchors and aliases are not allowed" in reason


def test_a_tag_that_could_make_an_object_is_refused(tmp_path: Path) -> None:
    broken = GROUP.replace("    weight: 2\n", "    weight: !!python/object/apply:os.system [ls]\n")
    problems = problems_of(write(tmp_path, items__waste=broken))
    assert {line for _, line, _ in problems} == {line_of(broken, "!!python")}


def test_bytes_that_are_not_utf8_are_told(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "items/waste.yaml").write_bytes(GROUP.encode("gbk"))
    ((file, line, reason),) = problems_of(folder)
    assert (file, line) == ("items/waste.yaml", 1)
    assert reason.startswith("cannot be read")


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_file_is_told(tmp_path: Path, text: str) -> None:
    assert problems_of(write(tmp_path, items__waste=text)) == [("items/waste.yaml", 1, "is empty")]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", "3\n"])
def test_a_file_that_is_no_mapping_is_told(tmp_path: Path, text: str) -> None:
    ((file, line, reason),) = problems_of(write(tmp_path, items__waste=text))
    assert (file, line) == ("items/waste.yaml", 1)
    assert "Invalid input type" in reason


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    problems = problems_of(tmp_path / "nowhere")
    assert ("items/", 1, "has no .yaml file") in problems
    assert ("checklists/", 1, "has no .yaml file") in problems
    assert any(file == "sources.yaml" and "cannot be read" in reason for file, _, reason in problems)


def test_all_problems_of_all_files_are_told_at_once_in_order(tmp_path: Path) -> None:
    group = GROUP.replace("    weight: 2\n", "    weight: heavy\n").replace(
        "loop: self\n    limit: null", "loop: x\n    limit: null"
    )
    checklist = CHECKLIST.replace("pass_mark: 90", "pass_mark: 120").replace(
        "validity_days: 30", "validity_days: 0"
    )
    sources = SOURCES.replace("    issuer: 区政府\n", "")
    found = [
        (file, line)
        for file, line, _ in problems_of(
            write(tmp_path, items__waste=group, checklists__waste_sorting=checklist, sources=sources)
        )
    ]
    assert found == [
        ("checklists/waste_sorting.yaml", line_of(checklist, "validity_days")),
        ("checklists/waste_sorting.yaml", line_of(checklist, "pass_mark")),
        ("items/waste.yaml", line_of(group, "heavy")),
        ("items/waste.yaml", line_of(group, "loop: x")),
        ("sources.yaml", line_of(sources, '"000"')),
    ]


# --- what an item says must agree with itself --------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        (
            "    evidence: {photos: never}\n",
            "    evidence: {photos: never, min_photos: 2}\n",
            "photos: never",
            "contradicts",
        ),
        (
            "    evidence: {photos: never}\n",
            "    evidence: {photos: never}\n    is_veto: true\n",
            "photos: never",
            "veto",
        ),
        ("    no_limit_because: {zh: 问卷, en: a survey}\n", "", "limit: null", "must say why"),
        (
            "    limit: {value: 3",
            "    no_limit_because: {zh: 无, en: none}\n    limit: {value: 3",
            "zh: 无,",
            "contradicts",
        ),
        ("    tile: {zh: 投放点, en: Point, keywords: [垃圾]}\n", "", "WASTE-01", "needs a tile"),
        ("    answered_by: both\n", "    answered_by: inspector\n", "tile:", "nobody would see the tile"),
        ("quote: 定时定点}", "quote: 定时定点, is_loose: true}", "WASTE-01", "whose wording"),
    ],
)
def test_an_item_that_contradicts_itself_is_told(
    tmp_path: Path, old: str, new: str, at: str, words: str
) -> None:
    assert GROUP.count(old) == 1
    broken = GROUP.replace(old, new)
    ((_, line, reason),) = problems_of(write(tmp_path, items__waste=broken))
    assert line == line_of(broken, at)
    assert words in reason


# --- what files say about each other -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("- code: WASTE-02", "- code: WASTE-01", None, "WASTE-01 is also in items/waste.yaml:4"),
        ("- code: WASTE-02", "- code: RENO-02", "RENO-02", "does not belong to group WASTE"),
        (
            'policy: "000", clause: 三(五)1, quote: 定时定点',
            'policy: "009", clause: 一, quote: 定时定点',
            "009",
            "no such policy: 009",
        ),
        (
            "handlers: [property_company]\n    loop: self\n    limit: {",
            "handlers: [wizards]\n    loop: self\n    limit: {",
            "wizards",
            "no such kind of organisation: wizards",
        ),
        (
            "    limit: {value: 3, unit: work_day, provenance: P}",
            "    limit: {value: 3, unit: work_day, provenance: Z9}",
            "Z9",
            "no such mark of provenance: Z9",
        ),
        (
            'op: "==", value: true}\n',
            'op: "==", value: true}\n    provenance: {weight: Q}\n',
            "{weight: Q}",
            "no such mark of provenance: Q",
        ),
        (
            '      any:\n        - {attribute: lifts, op: ">=", value: 1}',
            '      all:\n        - {attribute: has_shops, op: "==", value: false}',
            "applies_when",
            "no community can ever satisfy",
        ),
    ],
)
def test_items_that_do_not_fit_the_rest_are_told(
    tmp_path: Path, old: str, new: str, at: str | None, words: str
) -> None:
    assert GROUP.count(old) == 1
    broken = GROUP.replace(old, new)
    checklist = CHECKLIST.replace("WASTE-02", "WASTE-01") if "WASTE-02" not in broken else CHECKLIST
    problems = problems_of(write(tmp_path, items__waste=broken, checklists__waste_sorting=checklist))
    line = line_of(broken, at) if at else 24
    assert any(
        file == "items/waste.yaml" and told == line and words in reason for file, told, reason in problems
    )


def test_a_veto_that_can_never_apply_is_told(tmp_path: Path) -> None:
    broken = GROUP.replace("is_veto: false", "is_veto: true").replace(
        'op: ">=", value: 1}', 'op: "<", value: 0}'
    )
    broken = broken.replace("      any:\n", "      all:\n")
    ((_, line, reason),) = problems_of(write(tmp_path, items__waste=broken))
    assert line == line_of(broken, "applies_when")
    assert reason.endswith("a veto that can never apply")


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("- WASTE-01", "- WASTE-77", "WASTE-77", "no such item: WASTE-77"),
        (
            "- {item: WASTE-02, weight: 3, provenance: {weight: P}}",
            "- WASTE-01",
            None,
            "already asked under DROP_OFF",
        ),
        ("- code: QUALITY", "- code: DROP_OFF", None, "is there twice"),
        (
            "weight: 3, provenance: {weight: P}",
            "is_veto: true",
            "is_veto: true",
            "without a photo as evidence",
        ),
        ("weight: 3, provenance: {weight: P}", "provenance: {weight: P}", "{item: WASTE-02", "gives none"),
        (
            "weight: 3, provenance: {weight: P}",
            "weight: 3, provenance: {weight: W}",
            "weight: W",
            "no such mark",
        ),
        ("code: waste_sorting", "code: other_name", "other_name", "must stand in a file of that name"),
        (
            "provenance: {items: P, weight: P}",
            "provenance: {items: Q, weight: P}",
            "items: Q",
            "no such mark",
        ),
    ],
)
def test_checklists_that_do_not_fit_the_library_are_told(
    tmp_path: Path, old: str, new: str, at: str | None, words: str
) -> None:
    assert CHECKLIST.count(old) == 1
    broken = CHECKLIST.replace(old, new)
    line = line_of(broken, at) if at else 1 + CHECKLIST[: CHECKLIST.index(old)].count("\n")
    problems = problems_of(write(tmp_path, checklists__waste_sorting=broken))
    assert [(file, told) for file, told, _ in problems] == [("checklists/waste_sorting.yaml", line)]
    assert words in problems[0][2]


def test_two_files_of_one_group_are_told(tmp_path: Path) -> None:
    problems = problems_of(write(tmp_path, items__waste_again=GROUP.replace("WASTE-0", "WASTE-1")))
    assert problems == [("items/waste_again.yaml", 1, "group: WASTE is also in items/waste.yaml")]


def test_the_message_lists_one_problem_a_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(write(tmp_path, items__waste=GROUP.replace("    weight: 2\n", "    weight: heavy\n")))
    assert str(caught.value) == "items/waste.yaml:13: items.0.weight: must be a number"
