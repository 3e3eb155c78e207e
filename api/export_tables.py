"""The tables that can be exported: their columns, in the order in which people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from api.table_downloads import Cell, Column, Speak, Table
from api.table_words import (
    APPEALS,
    CHANNELS,
    INSPECTION_STATUSES,
    ORIGINS,
    PAIR_STATUSES,
    REQUESTS,
    ROLES,
    ROUND_KINDS,
)
from cases.wording import LOOP_NAMES, STATE_NAMES
from checklists.rates import COMMUNITY_ATTAINMENT, CUT_EN, CUT_ZH, INDICATOR_ATTAINMENT, cut
from grid.attributes import VOCABULARY, Attribute, AttributeType
from grid.models import Account
from grid.organisation_kinds import ORGANISATION_KINDS


def _at(path: str, zh: str, en: str, width: int = 16, *, is_share: bool = False) -> Column:
    """A column that shows what stands at a dotted path of attributes and keys; what is not there is an empty cell.

    Shares are cut as on the pages; both sides of the fraction stand beside them whole.
    """
    names = path.split(".")

    def value(row: Any, _speak: Speak) -> Cell:
        for name in names:
            if row is None:
                return None
            row = row.get(name) if isinstance(row, Mapping) else getattr(row, name)
        if isinstance(row, Decimal):
            row = float(row)
        if is_share and isinstance(row, float):
            return cut(row)
        return row if isinstance(row, str | int | float | bool | datetime | date | None) else str(row)

    return Column(zh, en, value, width, is_share)


def _word(path: str, words: Mapping[Any, tuple[str, str]], zh: str, en: str, width: int = 12) -> Column:
    """A column that shows what a code is called."""
    code = _at(path, zh, en)

    def value(row: Any, speak: Speak) -> Cell:
        found = code.value(row, speak)
        return speak(*words[found]) if found in words else found

    return Column(zh, en, value, width)


_KIND_NAMES = {kind.code: (kind.zh, kind.en) for kind in ORGANISATION_KINDS.values()}
_COMMUNITY = _at("community.name", "小区", "Community", 22)
_AREA = _at("community.area.name", "居民区", "Neighbourhood", 18)
_ITEM = _at("item_code", "检查项", "Item", 11)
_POSITION = (_at("latitude", "纬度", "Latitude", 11), _at("longitude", "经度", "Longitude", 11))

CASES = Table(
    "案件",
    "Cases",
    (
        _at("number", "案件编号", "Number", 25),
        _at("title", "标题", "Title", 34),
        _ITEM,
        _COMMUNITY,
        _AREA,
        _at("community.area.code", "居民区代码", "Area code", 15),
        _at("building", "楼栋", "Building", 10),
        _at("place", "具体位置", "Place", 20),
        _word("origin", ORIGINS, "来源", "Origin"),
        _word("state", STATE_NAMES, "状态", "State", 14),
        _word("loop", LOOP_NAMES, "循环", "Loop", 9),
        _at("organisation.name", "承办单位", "Organisation", 24),
        _at("opened_at", "登记时间", "Opened at", 17),
        _at("filed_at", "立案时间", "Filed at", 17),
        _at("handled_at", "处置完成时间", "Handed in at", 17),
        _at("closed_at", "结案时间", "Closed at", 17),
        _at("deadline_raw", "原定时限", "Deadline (limit alone)", 17),
        _at("deadline_effective", "现时限", "Deadline", 17),
        _at("is_overdue", "已超期", "Overdue", 9),
        _at("report_count", "上报件数", "Reports", 9),
        _at("return_count", "退单次数", "Returns", 9),
        _at("rework_count", "返工次数", "Reworks", 9),
        _at("reopen_count", "重新办理次数", "Reopenings", 9),
        _word("pending_request.kind", REQUESTS, "待批申请", "Waits for a decision", 14),
        _word("appeal", APPEALS, "申诉", "Appeal", 10),
        _at("is_exempt", "不计入时效统计", "Exempt", 9),
        *_POSITION,
    ),
)
MEASURES = Table(
    "案件评价",
    "Measures",
    (
        Column("指标", "Measure", lambda row, speak: speak(row.name_zh, row.name_en), 24),
        _at("value", "值", "Value", 9, is_share=True),
        _at("numerator", "分子", "Numerator", 9),
        _at("denominator", "分母", "Denominator", 9),
        _at("exempt", "申诉剔除", "Exempt", 9),
        Column("公式", "Rule", lambda row, speak: speak(row.rule_zh, row.rule_en), 70),
    ),
    ((CUT_ZH, CUT_EN),),
)
REPORTS = Table(
    "上报",
    "Reports",
    (
        _at("report.received_at", "收到时间", "Received at", 17),
        _at("report.observed_at", "看到时间", "Seen at", 17),
        _word("report.channel", CHANNELS, "来源", "Channel"),
        _at("report.community.name", "小区", "Community", 22),
        _at("report.community.area_code", "居民区代码", "Area code", 15),
        _at("report.building", "楼栋", "Building", 12),
        _at("report.item_code", "检查项", "Item", 11),
        _at("report.text", "说明", "Words", 50),
        Column("照片数", "Photos", lambda row, _speak: len(row.report.photo_ids), 8),
        _at("report.is_following", "跟进已有案件", "Follows a case", 9),
        _at("report.is_anonymous", "未登录", "Anonymous", 9),
        _at("report.has_phone_number", "留了手机号", "Left a number", 9),
        _at("case_number", "案件编号", "Case", 25),
        _word("case_state", STATE_NAMES, "案件状态", "State of the case", 14),
        _at("report.latitude", "纬度", "Latitude", 11),
        _at("report.longitude", "经度", "Longitude", 11),
    ),
)
INSPECTIONS = Table(
    "检查",
    "Inspections",
    (
        _at("received_at", "收到时间", "Received at", 17),
        _at("started_at", "开始时间", "Started at", 17),
        _at("finished_at", "完成时间", "Finished at", 17),
        _at("submitted_at", "提交时间", "Submitted at", 17),
        _at("community.name", "小区", "Community", 22),
        _at("community.area_code", "居民区代码", "Area code", 15),
        _at("inspector.display_name", "检查人", "Inspector", 12),
        _at("version.checklist_code", "检查表", "Checklist", 22),
        _at("version.number", "版本", "Version", 7),
        _word("status", INSPECTION_STATUSES, "状态", "Status", 9),
        _at("number", "第几次提交", "Revision", 9),
        _at("answered", "已答项", "Answered", 9),
        _at("applicable", "适用项", "Applicable", 9),
        _at("failed", "不达标项", "Failed", 9),
        _at("is_flagged", "存疑", "Flagged", 9),
    ),
)
ROUNDS = Table(
    "检查轮次",
    "Rounds",
    (
        _at("round.name", "名称", "Name", 30),
        _word("round.kind", ROUND_KINDS, "种类", "Kind"),
        _at("round.version.checklist_code", "检查表", "Checklist", 22),
        _at("round.version.number", "版本", "Version", 7),
        _at("round.area_code", "地区代码", "Area code", 15),
        _at("round.starts_at", "开始时间", "Starts at", 17),
        _at("round.ends_at", "结束时间", "Ends at", 17),
        _at("round.cancelled_at", "取消时间", "Called off at", 17),
        _at("progress.total", "小区数", "Communities", 9),
        _at("progress.pending", "未开始", "Not begun", 9),
        _at("progress.in_progress", "进行中", "Under way", 9),
        _at("progress.done", "按时完成", "Done", 9),
        _at("progress.late", "迟交", "Late", 9),
        _at("progress.missed", "未完成", "Missed", 9),
        _at("round.note", "备注", "Note", 40),
    ),
)


def _attribute(attribute: Attribute) -> Column:
    """A community's attribute; what nobody recorded is an empty cell, which is neither zero nor no."""
    choices = {choice.code: (choice.zh, choice.en) for choice in attribute.choices}

    def value(row: Any, speak: Speak) -> Cell:
        found: Cell = row.attributes.get(attribute.key)
        return speak(*choices[found]) if isinstance(found, str) and found in choices else found

    return Column(attribute.zh, attribute.en, value, 12 if attribute.type is AttributeType.CHOICE else 9)


COMMUNITIES = Table(
    "小区",
    "Communities",
    (
        _at("code", "小区代码", "Code", 18),
        _at("name", "小区", "Community", 24),
        _at("area.name", "居民区", "Neighbourhood", 18),
        _at("area.code", "居民区代码", "Area code", 15),
        _at("address", "地址", "Address", 30),
        *_POSITION,
        *(_attribute(attribute) for attribute in VOCABULARY.values()),
        _at("is_synthetic", "示例数据", "Made up", 9),
        _at("is_active", "启用", "In use", 9),
        _at("updated_at", "最后改动", "Last changed", 17),
    ),
)
ORGANISATIONS = Table(
    "单位",
    "Organisations",
    (
        _at("name", "单位", "Organisation", 34),
        _word("kind", _KIND_NAMES, "类别", "Kind", 20),
        _at("service_phone", "服务监督电话", "Service phone", 16),
        _at("area.name", "服务地区", "Serves", 18),
        _at("area.code", "地区代码", "Area code", 15),
        _at("is_active", "启用", "In use", 9),
    ),
)


def _posts(account: Account, speak: Speak) -> str:
    """The posts that still hold, as "inspector, 城桥镇 (…)"."""
    told = []
    for post in account.posts:
        if post.valid_until is None:
            role = speak(*ROLES[post.role])
            where = f"{role} · {post.area.name}"
            told.append(f"{where} · {post.organisation.name}" if post.organisation else where)
    return speak("；", "; ").join(told)


ACCOUNTS = Table(
    "账号",
    "Accounts",
    (
        _at("username", "用户名", "User name", 22),
        _at("display_name", "姓名", "Name", 18),
        Column("岗位", "Posts", _posts, 60),
        _at("is_active", "启用", "In use", 9),
        _at("must_change_password", "尚未修改初始密码", "First password unchanged", 9),
    ),
)


def _rate(path: str, zh: str, en: str) -> tuple[Column, ...]:
    """A rate with all that stands beside it, each in a cell of its own."""
    return (
        _at(f"{path}.share.value", zh, en, 10, is_share=True),
        _at(f"{path}.share.numerator", f"{zh}·分子", f"{en}: numerator", 9),
        _at(f"{path}.share.denominator", f"{zh}·分母", f"{en}: denominator", 9),
        _at(f"{path}.coverage.value", f"{zh}·覆盖率", f"{en}: coverage", 9, is_share=True),
        _at(f"{path}.interval.low", f"{zh}·95%下限", f"{en}: low (95 %)", 9, is_share=True),
        _at(f"{path}.interval.high", f"{zh}·95%上限", f"{en}: high (95 %)", 9, is_share=True),
        _at(f"{path}.excluded.unassessed", f"{zh}·未检查", f"{en}: not inspected", 9),
        _at(f"{path}.excluded.stale", f"{zh}·已过期", f"{en}: out of date", 9),
        _at(f"{path}.excluded.not_applicable", f"{zh}·不适用", f"{en}: not applicable", 9),
    )


_FORMULAS = (
    *((each.statement_zh, each.statement_en) for each in (INDICATOR_ATTAINMENT, COMMUNITY_ATTAINMENT)),
    (CUT_ZH, CUT_EN),
)
_BOTH_RATES = (
    *_rate("item_rate", "指标达标率", "Indicator attainment"),
    *_rate("community_rate", "小区达标率", "Community attainment"),
)
AREA_COMPLIANCE = Table(
    "地区达标率",
    "Compliance",
    (
        _at("code", "代码", "Code", 16),
        Column("名称", "Name", lambda row, speak: speak(row["name_zh"], row["name_en"]), 40),
        *_BOTH_RATES,
    ),
    _FORMULAS,
)
AREA_SERIES = Table(
    "逐日达标率",
    "Compliance by day",
    (
        _at("as_of", "日期", "Day", 12),
        _at("version.number", "检查表版本", "Version", 9),
        *_rate("items", "指标达标率", "Indicator attainment"),
        *_rate("communities", "小区达标率", "Community attainment"),
    ),
    _FORMULAS,
)
COMMUNITY_SERIES = Table(
    "小区逐日达标率",
    "Community by day",
    (
        _at("as_of", "日期", "Day", 12),
        _at("version.number", "检查表版本", "Version", 9),
        *_rate("items", "指标达标率", "Indicator attainment"),
        _word("standing.status", PAIR_STATUSES, "小区是否达标", "Standing"),
        _at("standing.score", "得分", "Score", 8),
    ),
    _FORMULAS,
)


def compliance_table(columns: Sequence[Mapping[str, Any]]) -> Table:
    """A heat table: a place a row, a column's rate and both sides of its fraction in three cells each."""
    made: list[Column] = []
    for column in columns:
        zh, en, path = column["name_zh"], column["name_en"], f"cells.{column['code']}"
        made.append(_at(f"{path}.share.value", zh, en, 12, is_share=True))
        made.append(_at(f"{path}.share.numerator", f"{zh}·分子", f"{en}: numerator", 8))
        made.append(_at(f"{path}.share.denominator", f"{zh}·分母", f"{en}: denominator", 8))
    places = (_at("code", "代码", "Code", 18), _at("name", "名称", "Name", 26))
    standing = _word("standing.status", PAIR_STATUSES, "小区是否达标", "Standing")
    return Table("达标率表", "Compliance table", (*places, *_BOTH_RATES, standing, *made), _FORMULAS)


def _joined(name: str, inner: str) -> Any:
    def value(row: Any, speak: Speak) -> Cell:
        told = [each.get(inner) for each in row[name] if each.get(inner)]
        return speak("；", "; ").join(str(each) for each in told)

    return value


def _case_states(row: Any, speak: Speak) -> Cell:
    states = [speak(*STATE_NAMES[each["state"]]) for each in row["cases"] if each["state"]]
    return speak("；", "; ").join(states)


def _next_deadline(row: Any, _speak: Speak) -> Cell:
    return min((each["deadline_at"] for each in row["cases"] if each["deadline_at"]), default=None)


def _last_seen(row: Any, _speak: Speak) -> Cell:
    return max((each["observed_at"] for each in row["answers"]), default=None)


def _photo_count(row: Any, _speak: Speak) -> Cell:
    return sum(len(each["photo_ids"]) for each in row["answers"]) + sum(
        len(each["photos"]) for each in row["cases"]
    )


EXPLANATION = Table(
    "达标率说明",
    "What stands behind a rate",
    (
        _at("community.name", "小区", "Community", 22),
        _at("community.code", "小区代码", "Code", 18),
        _at("community.area_code", "居民区代码", "Area code", 15),
        _at("item.code", "检查项", "Item", 11),
        Column(
            "检查标准",
            "Criterion",
            lambda row, speak: (
                row["item"] and speak(row["item"]["criterion_zh"], row["item"]["criterion_en"])
            ),
            50,
        ),
        _word("status", PAIR_STATUSES, "结果", "Status"),
        _at("since", "从何时起", "Since", 17),
        _at("occurrences", "处数", "Places", 8),
        Column("原因", "Reason", lambda row, speak: speak(row["reason_zh"], row["reason_en"]), 40),
        Column("检查时间", "Inspected at", _last_seen, 17),
        Column("案件编号", "Cases", _joined("cases", "number"), 26),
        Column("案件状态", "State of the cases", _case_states, 14),
        Column("承办单位", "Organisations", _joined("cases", "organisation"), 24),
        Column("最早时限", "Earliest deadline", _next_deadline, 17),
        Column("照片数", "Photos", _photo_count, 8),
        _at("standing.score", "得分", "Score", 8),
    ),
    _FORMULAS,
)
COMMUNITY_COMPLIANCE = Table(
    "小区逐项结果",
    "Community by item",
    (
        _at("item_code", "检查项", "Item", 11),
        _at("indicator_code", "指标", "Indicator", 11),
        Column(
            "检查标准", "Criterion", lambda row, speak: speak(row["criterion_zh"], row["criterion_en"]), 60
        ),
        _at("is_veto", "一票否决", "Veto", 9),
        _word("status", PAIR_STATUSES, "结果", "Status"),
        _at("occurrences", "处数", "Places", 8),
        _at("since", "从何时起", "Since", 17),
    ),
    _FORMULAS,
)


def _clauses(row: Any, speak: Speak) -> Cell:
    return speak("；", "; ").join(f"{each['policy']} {each['clause']}" for each in row["sources"])


CHECKLIST = Table(
    "检查表",
    "Checklist",
    (
        Column(
            "指标", "Indicator", lambda row, speak: speak(row["indicator"]["zh"], row["indicator"]["en"]), 20
        ),
        _at("code", "检查项", "Item", 11),
        Column(
            "检查标准",
            "Criterion",
            lambda row, speak: speak(row["criterion"]["zh"], row["criterion"]["en"]),
            60,
        ),
        _at("weight", "权重", "Weight", 8),
        _at("is_veto", "一票否决", "Veto", 9),
        _at("evidence.min_photos", "至少照片数", "Photos at least", 9),
        Column("政策依据", "Policy clauses", _clauses, 60),
    ),
)
