"""服务监督电话: the number of an organisation that everybody may read and call."""

import re
import unicodedata

from server.errors import FieldError, RuleViolated

LONGEST = 20
# Lines and hotlines (12345, 962121), area code and extension apart by hyphens or spaces.
_LINE = re.compile(r"\+?[0-9](?:[ -]?[0-9]){4,}")


class InvalidServicePhone(RuleViolated):
    default_code = "invalid_service_phone"

    def __init__(self) -> None:
        zh = f"请填写电话号码：5 位以上数字，可用“-”隔开，最长 {LONGEST} 个字符"
        en = f"This is no phone number: five or more digits, hyphens between them, at most {LONGEST} characters"
        super().__init__(zh, en, errors=[FieldError("service_phone", self.default_code, zh, en)])


def normalise_service_phone(text: str) -> str:
    """A service phone as it is shown and called, "" for none; raises InvalidServicePhone.

    A community shows its 服务监督电话 on its notice board (policy 000, task 41: 物业服务监督公示牌).
    """
    phone = re.sub(r"[‐-―−]", "-", unicodedata.normalize("NFKC", text)).strip()
    if phone and not (_LINE.fullmatch(phone) and len(phone) <= LONGEST):
        raise InvalidServicePhone
    return phone
