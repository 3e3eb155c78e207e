"""服务监督电话: what may stand on a notice board."""

import pytest

from grid.service_phones import InvalidServicePhone, normalise_service_phone


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", ""),
        ("  ", ""),
        ("12345", "12345"),
        ("021-69601234", "021-69601234"),
        ("０２１－６９６０１２３４", "021-69601234"),
        ("021–6960 1234", "021-6960 1234"),
        ("400-820-1234", "400-820-1234"),
        ("+86 21 6960 1234", "+86 21 6960 1234"),
    ],
)
def test_a_line_or_a_hotline_is_kept_as_it_is_called(given, shown):
    assert normalise_service_phone(given) == shown


@pytest.mark.parametrize(
    "given",
    ["1234", "物业", "021-", "-69601234", "021--69601234", "69601234 王建国", "6" * 21, "021\n69601234"],
)
def test_what_nobody_can_call_is_refused(given):
    with pytest.raises(InvalidServicePhone):
        normalise_service_phone(given)
