"""marshmallow's messages in Chinese, by pattern; what is not listed says simply that the form is wrong."""

from __future__ import annotations

import re

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"Missing data for required field\.", "这一项必须填写"),
    (r"Unknown field\.", "没有这一项"),
    (r"Field may not be null\.", "不能为空"),
    (r"Not a valid UUID\.", "不是有效的编号（UUID）"),
    (r"Not a valid integer\.", "必须是整数"),
    (r"Not a valid number\.", "必须是数字"),
    (r"Not a valid string\.", "必须是文字"),
    (r"Not a valid boolean\.", "必须是 true 或 false"),
    (r"Not a valid list\.", "必须是列表"),
    (r"Not a valid mapping type\.", "必须是对象"),
    (r"Not a valid (naive |aware )?datetime\.", "不是有效的时间（RFC 3339，须带时区）"),
    (r"Not a valid date\.", "不是有效的日期"),
    (r"Out of range: the years (\d+) to (\d+)\.", r"时间超出范围（\1 至 \2 年）"),
    (r"Out of range: days of (\d+) to (\d+)\.", r"日期超出范围（\1 至 \2 年）"),
    (r"Must not be earlier than (\w+)\.", r"不能早于 \1"),
    (r"Control characters are not allowed\.", "含有不能使用的控制字符"),
    (
        r"by=checklist takes neither checklist, indicator nor item\.",
        "by=checklist 时不能再指定 checklist、indicator 或 item",
    ),
    (r"Invalid input type\.", "内容格式不对"),
    (r"Not a valid JSON\.?|Invalid JSON body\.", "不是有效的 JSON"),
    (r"Shorter than minimum length (\d+)\.", r"至少 \1 个字"),
    (r"Longer than maximum length (\d+)\.", r"最多 \1 个字"),
    (r"More than (\d+) items\.", r"最多 \1 项"),
    (r"Length must be between (\d+) and (\d+)\.", r"长度须在 \1 到 \2 之间"),
    (r"Length must be (\d+)\.", r"长度须为 \1"),
    (r"Must be one of: (.+)\.", r"只能是：\1"),
    (r"Must be greater than or equal to (\S+?)\.?", r"不能小于 \1"),
    (r"Must be less than or equal to (\S+?)\.?", r"不能大于 \1"),
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+?)\.", r"须在 \1 到 \2 之间"),
    (r"String does not match expected pattern\.", "格式不对"),
    (r"Special numeric values .*", "必须是普通数字"),
)


def chinese_message(message: str) -> str:
    """The Chinese sentence for a message of marshmallow's; a message that is Chinese already stays."""
    if re.search(r"[一-鿿]", message):
        return message
    for pattern, chinese in _PATTERNS:
        if match := re.fullmatch(pattern, message):
            return match.expand(chinese)
    return "格式不正确"
