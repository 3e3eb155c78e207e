"""What tables call the values that lists have codes for, Chinese and English, beyond what the fields' own modules name."""

from __future__ import annotations

from collections.abc import Mapping

from cases.models import CaseOrigin
from cases.terms import AppealStatus, RequestKind
from checklists.compliance import PairStatus
from grid.models import AreaLevel
from grid.permissions import Role
from inspections.assignment_status import RoundKind
from inspections.inspection_content import InspectionStatus
from inspections.report_content import ReportChannel

Words = Mapping[str, tuple[str, str]]

ORIGINS: Words = {
    CaseOrigin.RESIDENT: ("居民上报", "Resident"),
    CaseOrigin.INSPECTION: ("检查发现", "Inspection"),
    CaseOrigin.HOTLINE: ("12345热线", "Hotline"),
    CaseOrigin.STAFF: ("工作人员上报", "Staff"),
}
CHANNELS: Words = {
    ReportChannel.RESIDENT: ("居民随手拍", "Resident"),
    ReportChannel.STAFF: ("工作人员", "Staff"),
    ReportChannel.HOTLINE: ("12345热线", "Hotline"),
}
APPEALS: Words = {
    AppealStatus.NONE: ("", ""),
    AppealStatus.PENDING: ("待决定", "Pending"),
    AppealStatus.GRANTED: ("已同意", "Granted"),
    AppealStatus.REJECTED: ("未同意", "Rejected"),
}
REQUESTS: Words = {
    RequestKind.EXTENSION: ("申请延期", "Extension asked for"),
    RequestKind.SUSPENSION: ("申请挂账", "Suspension asked for"),
}
ROUND_KINDS: Words = {
    RoundKind.ROUTINE: ("日常巡查", "Routine"),
    RoundKind.ASSESSMENT: ("实地测评", "Assessment"),
    RoundKind.THIRD_PARTY: ("第三方测评", "Third party"),
    RoundKind.REINSPECTION: ("复查", "Reinspection"),
}
INSPECTION_STATUSES: Words = {
    InspectionStatus.DRAFT: ("草稿", "Draft"),
    InspectionStatus.SUBMITTED: ("已提交", "Submitted"),
}
PAIR_STATUSES: Words = {
    PairStatus.PASS: ("达标", "Pass"),
    PairStatus.FAIL: ("不达标", "Fail"),
    PairStatus.STALE: ("已过期", "Out of date"),
    PairStatus.UNASSESSED: ("未检查", "Not inspected"),
    PairStatus.NOT_APPLICABLE: ("不适用", "Not applicable"),
}
ROLES: Words = {
    Role.RESIDENT: ("居民", "Resident"),
    Role.INFORMATION_OFFICER: ("信息员", "Information officer"),
    Role.INSPECTOR: ("网格监督员", "Inspector"),
    Role.HANDLER: ("处置人员", "Handler"),
    Role.DISPATCHER: ("派遣员", "Dispatcher"),
    Role.EVALUATOR: ("第三方测评员", "Evaluator"),
    Role.TOWNSHIP_MANAGER: ("街镇管理员", "Township manager"),
    Role.DISTRICT_ADMIN: ("区管理员", "District administrator"),
    Role.AUDITOR: ("督查", "Auditor"),
}
LEVELS: Words = {
    AreaLevel.DISTRICT: ("区", "District"),
    AreaLevel.TOWNSHIP: ("街镇", "Township"),
    AreaLevel.STATION: ("社区工作站", "Station"),
    AreaLevel.NEIGHBOURHOOD: ("居民区", "Neighbourhood"),
}
