"""Case numbers (案件编号): 310151-20261121-000123 = district, the day it was opened, a serial.

The serial is unique in the whole server and may have gaps. A number is a reference that people read to one another,
never a credential: what opens a case to its reporter is the tracking code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

_FORM = re.compile(r"([0-9A-Z]{2,12})-(\d{8})-(\d{6,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    district_code: str
    opened_on: date
    serial: int

    def __str__(self) -> str:
        return f"{self.district_code}-{self.opened_on:%Y%m%d}-{self.serial:06d}"


def parse_case_number(text: str) -> CaseNumber | None:
    """The parts of a case number as a person typed it; None where it is none."""
    match = _FORM.fullmatch(text.strip().upper())
    if match is None:
        return None
    try:
        opened_on = datetime.strptime(match[2], "%Y%m%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return None
    return CaseNumber(match[1], opened_on, int(match[3]))
