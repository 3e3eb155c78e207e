from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from grid.permissions import ANONYMOUS, Role
from server.errors import Forbidden
from tests.factories import NOW, actor_of, make_grid
from tests.uploads.test_photos import store
from uploads.looks import list_looks, record_look


def test_every_look_at_an_original_is_noted_the_newest_first(session: Any) -> None:
    dispatcher = actor_of(Role.DISPATCHER, make_grid()["township"])
    photo, noise = store(dispatcher), store(dispatcher)

    record_look(photo.id, dispatcher, "核对车牌", NOW)
    record_look(photo.id, dispatcher, "申诉复核", NOW + timedelta(hours=1))
    record_look(noise.id, dispatcher, "别的照片", NOW)

    looks = list_looks(photo.id)
    name = dispatcher.display_name
    assert [(look.account_id, look.account_name, look.reason) for look in looks] == [
        (dispatcher.account_id, name, "申诉复核"),
        (dispatcher.account_id, name, "核对车牌"),
    ]


def test_nobody_in_particular_looks_at_no_original(session: Any) -> None:
    dispatcher = actor_of(Role.DISPATCHER, make_grid()["township"])
    photo = store(dispatcher)

    with pytest.raises(Forbidden):
        record_look(photo.id, ANONYMOUS, "好奇", NOW)

    assert list_looks(photo.id) == []
