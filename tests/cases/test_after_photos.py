"""A handler's after-photo against what the case file shows already, on stored cases."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from cases.history import verify_case_chain
from cases.models import Case, CaseEvent
from cases.terms import Action, State
from grid.permissions import Actor
from server.db import db
from server.errors import RuleViolated
from tests.cases.case_scene import CaseScene
from tests.inspections.visits import make_photo
from uploads.models import Photo

LOOKS = 0b1011 << 40


@pytest.fixture
def scene(session: Any) -> CaseScene:
    return CaseScene()


def photo_like(actor: Actor, perceptual_hash: int | None = LOOKS, **more: Any) -> uuid.UUID:
    photo: Photo = make_photo(actor, perceptual_hash=perceptual_hash, **more)
    return photo.id


def verified(scene: CaseScene, photo_id: uuid.UUID) -> Case:
    """A case in handling whose file shows a photo of the inspector's."""
    case = scene.act(scene.report(), Action.ASK_VERIFICATION, scene.dispatcher)
    scene.act(case, Action.VERIFY, scene.inspector, photo_ids=(photo_id,), is_found=True)
    scene.act(case, Action.FILE, scene.dispatcher)
    scene.act(case, Action.DISPATCH, scene.dispatcher, organisation_id=scene.property_company.id)
    return scene.act(case, Action.START, scene.handler)


def hand_in(scene: CaseScene, case: Case, photo_id: uuid.UUID) -> Case:
    return scene.act(case, Action.HANDLE, scene.handler, photo_ids=(photo_id,))


def refused(scene: CaseScene, case: Case, photo_id: uuid.UUID) -> RuleViolated:
    with pytest.raises(RuleViolated) as caught:
        hand_in(scene, case, photo_id)
    assert caught.value.code == "after_photo_resembles"
    return caught.value


def events(case: Case, action: Action) -> list[CaseEvent]:
    query = sa.select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.action == action.value)
    return list(db.session.scalars(query.order_by(CaseEvent.seq)))


def test_another_picture_is_taken(scene: CaseScene) -> None:
    case = verified(scene, photo_like(scene.inspector))
    assert hand_in(scene, case, photo_like(scene.handler, ~LOOKS)).state is State.HANDLED


@pytest.mark.parametrize("flipped", [0, 0b11, 0b1111])
def test_a_nearly_equal_picture_is_refused_and_stores_nothing(scene: CaseScene, flipped: int) -> None:
    before = photo_like(scene.inspector)
    case = verified(scene, before)
    after, revision = photo_like(scene.handler, LOOKS ^ flipped), case.revision

    error = refused(scene, case, after)

    assert error.errors[0].field == "photo_ids"
    assert error.extra["look_alikes"] == [
        {
            "photo_id": str(after),
            "earlier_photo_id": str(before),
            "bits_of_64": flipped.bit_count(),
            "is_same_file": False,
        }
    ]
    assert (case.state, case.revision) == (State.HANDLING, revision)
    assert db.session.get_one(Photo, after).owner_id is None


def test_five_bits_apart_is_another_picture(scene: CaseScene) -> None:
    case = verified(scene, photo_like(scene.inspector))
    assert hand_in(scene, case, photo_like(scene.handler, LOOKS ^ 0b11111)).state is State.HANDLED


def test_the_very_same_file_is_refused_even_where_it_has_no_hash(scene: CaseScene) -> None:
    case = verified(scene, photo_like(scene.inspector, None, sha256="5" * 64))
    error = refused(scene, case, photo_like(scene.handler, None, sha256="5" * 64))
    assert error.extra["look_alikes"][0]["is_same_file"] is True


def test_the_after_photo_of_a_failed_check_proves_no_more_the_second_time(scene: CaseScene) -> None:
    case = verified(scene, photo_like(scene.inspector))
    first = photo_like(scene.handler, ~LOOKS)
    hand_in(scene, case, first)
    rework = photo_like(scene.inspector, 0x0F0F0F0F)
    scene.act(case, Action.REWORK, scene.inspector, reason="仍有堆物", photo_ids=(rework,))

    refused(scene, case, first)
    refused(scene, case, photo_like(scene.handler, ~LOOKS ^ 1))


def test_photos_of_a_case_merged_into_this_one_count_too(scene: CaseScene) -> None:
    case = scene.in_handling()
    other = scene.act(scene.report(item_code="GREEN-01"), Action.ASK_VERIFICATION, scene.dispatcher)
    shown = photo_like(scene.inspector)
    scene.act(other, Action.VERIFY, scene.inspector, photo_ids=(shown,), is_found=True)
    scene.act(other, Action.MERGE, scene.dispatcher, target_case_id=case.id)

    refused(scene, case, photo_like(scene.handler))


def test_a_dispatchers_exception_lets_it_pass_once_and_the_history_keeps_both(scene: CaseScene) -> None:
    before = photo_like(scene.inspector)
    case = verified(scene, before)
    after = photo_like(scene.handler)
    refused(scene, case, after)

    scene.act(case, Action.ALLOW_AFTER_PHOTO, scene.dispatcher, reason="夜间光线不足，画面难以区分")
    hand_in(scene, case, after)

    assert (case.state, case.is_resemblance_allowed) == (State.HANDLED, False)
    (allowed,), (handled,) = events(case, Action.ALLOW_AFTER_PHOTO), events(case, Action.HANDLE)
    assert (allowed.actor_id, allowed.reason) == (scene.dispatcher.account_id, "夜间光线不足，画面难以区分")
    assert handled.data["look_alikes"][0]["earlier_photo_id"] == str(before)
    assert not verify_case_chain(case).faults


def test_the_exception_wants_a_note(scene: CaseScene) -> None:
    case = verified(scene, photo_like(scene.inspector))
    with pytest.raises(RuleViolated) as caught:
        scene.act(case, Action.ALLOW_AFTER_PHOTO, scene.dispatcher)
    assert caught.value.errors[0].field == "reason"


def test_photos_of_other_cases_do_not_stand_in_the_way(scene: CaseScene) -> None:
    verified(scene, photo_like(scene.inspector))
    case = scene.in_handling(building="9号楼")
    assert hand_in(scene, case, photo_like(scene.handler)).state is State.HANDLED
