"""The words of the case file (案卷): states, actions, loops, who may act, what an action asks for."""

from __future__ import annotations

from enum import StrEnum

from grid.permissions import Permission


class State(StrEnum):
    """Where a case stands. GB/T 30428.8's stages as this product has them."""

    REPORTED = "reported"  # 待受理
    VERIFYING = "verifying"  # 待核实
    FILED = "filed"  # 已立案·待派遣
    DISPATCHED = "dispatched"  # 待处置
    HANDLING = "handling"  # 处置中
    HANDLED = "handled"  # 待核查
    SUSPENDED = "suspended"  # 挂账
    CLOSED = "closed"  # 已结案
    NOT_FILED = "not_filed"  # 不予立案
    MERGED = "merged"  # 已并案
    FORCE_CLOSED = "force_closed"  # 强制结案


END_STATES = frozenset({State.CLOSED, State.NOT_FILED, State.MERGED, State.FORCE_CLOSED})
OPEN_STATES = frozenset(State) - END_STATES
# The holder's clock counts for the holder in these: filed and neither handed in nor suspended.
UNDER_WAY_STATES = frozenset({State.FILED, State.DISPATCHED, State.HANDLING})


class Action(StrEnum):
    """What moves a case. 核实 (verify) looks at a report before filing, 核查 (check) at the result."""

    EDIT = "edit"  # 修改
    ASK_VERIFICATION = "ask_verification"  # 派核实
    VERIFY = "verify"  # 核实
    FILE = "file"  # 立案
    NOT_FILE = "not_file"  # 不予立案
    MERGE = "merge"  # 并案
    UNMERGE = "unmerge"  # 撤销并案
    DISPATCH = "dispatch"  # 派遣
    START = "start"  # 接单
    RETURN = "return"  # 退单
    REASSIGN = "reassign"  # 改派
    HANDLE = "handle"  # 处置完成
    ALLOW_AFTER_PHOTO = "allow_after_photo"  # 允许相似的处置后照片
    EXTEND = "extend"  # 申请延期
    APPROVE_EXTENSION = "approve_extension"  # 同意延期
    REJECT_EXTENSION = "reject_extension"  # 不同意延期
    SUSPEND = "suspend"  # 申请挂账
    APPROVE_SUSPENSION = "approve_suspension"  # 同意挂账
    REJECT_SUSPENSION = "reject_suspension"  # 不同意挂账
    RESUME = "resume"  # 恢复处置
    CHECK_PASS = "check_pass"  # 核查通过·结案  # noqa: S105
    REWORK = "rework"  # 返工
    REOPEN = "reopen"  # 重新办理
    FORCE_CLOSE = "force_close"  # 强制结案
    APPEAL = "appeal"  # 申诉
    DECIDE_APPEAL = "decide_appeal"  # 申诉决定
    MOVE_LOOP = "move_loop"  # 升级、降级


class Loop(StrEnum):
    """Who is answerable now (循环), smallest first."""

    SELF = "self"  # 自循环: neighbourhood information point
    MICRO = "micro"  # 微循环: station
    SMALL = "small"  # 小循环: township
    LARGE = "large"  # 大循环: district

    @property
    def rank(self) -> int:
        return list(Loop).index(self)

    @property
    def next_up(self) -> Loop | None:
        return next((loop for loop in Loop if loop.rank == self.rank + 1), None)


class Party(StrEnum):
    """Who takes an action: staff by a permission of the one table (grid/permissions.py), the person who
    reported, the system by itself."""

    TRIAGER = Permission.TRIAGE_CASES.value
    VERIFIER = Permission.VERIFY_REPORTS.value
    DISPATCHER = Permission.DISPATCH_CASES.value
    HOLDER = Permission.HANDLE_CASES.value
    CHECKER = Permission.CHECK_CASES.value
    MANAGER = Permission.MANAGE_CASES.value
    REPORTER = "reporter"
    SYSTEM = "system"


class Need(StrEnum):
    """What an action asks for; the value is the name of the input field."""

    REASON = "reason"
    PHOTOS = "photo_ids"
    SEEN_PHOTOS = "seen_photo_ids"
    ORGANISATION = "organisation_id"
    PROPOSED_ORGANISATION = "proposed_organisation_id"
    UNTIL = "until_on"
    IS_FOUND = "is_found"
    IS_GRANTED = "is_granted"
    AUTHORITY = "authority"
    TARGET = "target_case_id"
    LOOP = "loop"
    CHANGES = "changes"


class PhotoKind(StrEnum):
    """What a photo in the case file shows."""

    REPORT = "report"  # 上报照片
    VERIFICATION = "verification"  # 核实照片
    AFTER = "after"  # 处置后照片
    REWORK = "rework"  # 返工照片
    FOUND_AGAIN = "found_again"  # 复发、未解决照片
    EVIDENCE = "evidence"  # 佐证照片, with any other step


class AppealStatus(StrEnum):
    NONE = "none"
    PENDING = "pending"
    GRANTED = "granted"
    REJECTED = "rejected"


class Verification(StrEnum):
    """What the 核实 before filing found."""

    NONE = "none"
    FOUND = "found"
    NOT_FOUND = "not_found"


class RequestKind(StrEnum):
    EXTENSION = "extension"
    SUSPENSION = "suspension"


class FactChange(StrEnum):
    """What a step does to the compliance facts: failing from now on, fixed, or no longer counted."""

    OPENED = "opened"
    FIXED = "fixed"
    VOIDED = "voided"


class Satisfaction(StrEnum):
    """The reporter's three-point answer on closing: 满意, 一般, 不满意."""

    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"
