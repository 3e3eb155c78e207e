"""What each action of a case asks for, told from the workflow's own rows: the document cannot differ from the rule."""

from __future__ import annotations

from cases.terms import Action, Need, Party
from cases.transitions import TRANSITIONS, Transition
from cases.wording import ACTION_NAMES

# These take their steps elsewhere: by the tracking code, and by the clock.
_NOT_BY_THIS_ROUTE = frozenset({Party.REPORTER, Party.SYSTEM})


def rows_of(action: Action) -> list[Transition]:
    """The rows that a person may take by POST /cases/{case_id}/actions."""
    return [row for row in TRANSITIONS if row.action is action and row.party not in _NOT_BY_THIS_ROUTE]


def text_of_actions() -> str:
    """Every action with the fields that must come with it and the permission that it takes."""
    lines = [f"- `{action.value}` {_names(action)}: {_needs(action)}" for action in Action if rows_of(action)]
    head = (
        "操作及其必填项；GET 案件的 `actions` 说明现在可以做哪些 / the action, with the fields that it needs; "
        "`actions` of the case says which are possible now"
    )
    return "\n".join([head, "", *lines])


def needed_by(need: Need, text: str) -> str:
    """What a field is, and the actions that cannot do without it."""
    actions = [action.value for action in Action if any(need in row.needs for row in rows_of(action))]
    return f"{text}. {need.value} 必填于 / needed by: {', '.join(actions)}"


def _names(action: Action) -> str:
    zh, en = ACTION_NAMES[action]
    return f"{zh} / {en}"


def _needs(action: Action) -> str:
    """The fields, by permission where people need different ones."""
    told = {
        (row.party, ", ".join(f"`{need.value}`" for need in row.needs) or "无 / nothing")
        for row in rows_of(action)
    }
    return "; ".join(f"{fields} ({party.value})" for party, fields in sorted(told))
