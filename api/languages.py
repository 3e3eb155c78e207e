"""Which language an answer speaks: Chinese unless the asker prefers English."""

from __future__ import annotations

from flask import has_request_context, request


def is_english() -> bool:
    """Whether this request prefers English over Chinese (Accept-Language)."""
    if not has_request_context():
        return False
    return request.accept_languages.best_match(["zh", "en"], default="zh") == "en"


def pick(zh: str, en: str) -> str:
    return en if is_english() else zh
