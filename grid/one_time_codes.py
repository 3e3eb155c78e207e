"""One-time codes that prove a resident holds a phone: their life, their tries, their sending."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CODE_DIGITS = 6
LIFETIME = timedelta(minutes=5)
MAXIMUM_TRIES = 5
RESEND_INTERVAL = timedelta(seconds=60)
# What one phone may be sent: (how many, in which time). A million codes and five tries each make guessing
# hopeless only while the number of codes is limited too.
SENDING_LIMITS = ((5, timedelta(hours=1)), (10, timedelta(days=1)))


class CodeVerdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    TOO_MANY_TRIES = "too_many_tries"


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code as it is remembered: its keyed hash, when it was sent, how often it was tried."""

    code_hash: str
    sent_at: datetime
    tries: int = 0
    is_used: bool = False


def make_code() -> str:
    """Six random digits, leading zeros included."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def hash_code(code: str, phone_hash: str, lookup_key: str) -> str:
    """The keyed hash (HMAC-SHA-256, hex) of a code for one phone; for another it differs."""
    return hmac.new(lookup_key.encode(), f"code:{phone_hash}:{code}".encode(), hashlib.sha256).hexdigest()


def judge_code(issued: IssuedCode, candidate_hash: str, now: datetime) -> CodeVerdict:
    """A code is right once, within five minutes, and within five tries (the right one included)."""
    if issued.is_used:
        return CodeVerdict.USED
    if now >= issued.sent_at + LIFETIME:
        return CodeVerdict.EXPIRED
    if issued.tries >= MAXIMUM_TRIES:
        return CodeVerdict.TOO_MANY_TRIES
    is_right = hmac.compare_digest(issued.code_hash, candidate_hash)
    return CodeVerdict.RIGHT if is_right else CodeVerdict.WRONG


def next_sending_at(sent: Iterable[datetime], now: datetime) -> datetime:
    """The earliest instant, not before `now`, when a phone with these sendings may get another code."""
    newest_first = sorted(sent, reverse=True)
    earliest = now
    for count, period in ((1, RESEND_INTERVAL), *SENDING_LIMITS):
        if len(newest_first) >= count:
            earliest = max(earliest, newest_first[count - 1] + period)
    return earliest
