"""The workflow's words for people, Chinese and English; the identifiers are in `cases.terms`."""

from __future__ import annotations

from collections.abc import Mapping

from cases.terms import Action, Loop, State

STATE_NAMES: Mapping[State, tuple[str, str]] = {
    State.REPORTED: ("待受理", "Awaiting acceptance"),
    State.VERIFYING: ("待核实", "Awaiting verification"),
    State.FILED: ("已立案·待派遣", "Filed, awaiting dispatch"),
    State.DISPATCHED: ("待处置", "Dispatched"),
    State.HANDLING: ("处置中", "Being handled"),
    State.HANDLED: ("待核查", "Awaiting check"),
    State.SUSPENDED: ("挂账", "Suspended"),
    State.CLOSED: ("已结案", "Closed"),
    State.NOT_FILED: ("不予立案", "Not filed"),
    State.MERGED: ("已并案", "Merged"),
    State.FORCE_CLOSED: ("强制结案", "Closed by force"),
}

ACTION_NAMES: Mapping[Action, tuple[str, str]] = {
    Action.EDIT: ("修改", "Edit"),
    Action.ASK_VERIFICATION: ("派核实", "Ask for verification"),
    Action.VERIFY: ("核实", "Verify"),
    Action.FILE: ("立案", "File"),
    Action.NOT_FILE: ("不予立案", "Do not file"),
    Action.MERGE: ("并案", "Merge"),
    Action.UNMERGE: ("撤销并案", "Undo the merge"),
    Action.DISPATCH: ("派遣", "Dispatch"),
    Action.START: ("接单", "Take it up"),
    Action.RETURN: ("退单", "Send back"),
    Action.REASSIGN: ("改派", "Reassign"),
    Action.HANDLE: ("处置完成", "Hand in as fixed"),
    Action.ALLOW_AFTER_PHOTO: ("允许相似的处置后照片", "Allow an after-photo like an earlier one"),
    Action.EXTEND: ("申请延期", "Ask for an extension"),
    Action.APPROVE_EXTENSION: ("同意延期", "Grant the extension"),
    Action.REJECT_EXTENSION: ("不同意延期", "Refuse the extension"),
    Action.SUSPEND: ("申请挂账", "Ask for a suspension"),
    Action.APPROVE_SUSPENSION: ("同意挂账", "Grant the suspension"),
    Action.REJECT_SUSPENSION: ("不同意挂账", "Refuse the suspension"),
    Action.RESUME: ("恢复处置", "Resume"),
    Action.CHECK_PASS: ("核查通过", "Passed the check"),
    Action.REWORK: ("返工", "Send back for rework"),
    Action.REOPEN: ("重新办理", "Reopen"),
    Action.FORCE_CLOSE: ("强制结案", "Close by force"),
    Action.APPEAL: ("申诉", "Appeal"),
    Action.DECIDE_APPEAL: ("申诉决定", "Decide the appeal"),
    Action.MOVE_LOOP: ("调整循环层级", "Move to another loop"),
}

LOOP_NAMES: Mapping[Loop, tuple[str, str]] = {
    Loop.SELF: ("自循环", "Self loop"),
    Loop.MICRO: ("微循环", "Micro loop"),
    Loop.SMALL: ("小循环", "Small loop"),
    Loop.LARGE: ("大循环", "Large loop"),
}
