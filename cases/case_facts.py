"""What the workflow looks at, as plain values: the case, the actor, the input, the rules' numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cases.deadlines import Clock, Limit, TimeUnit
from cases.terms import AppealStatus, FactChange, Loop, Party, PhotoKind, RequestKind, State, Verification


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """An extension or a suspension that was asked for and is not decided yet."""

    kind: RequestKind
    reason: str
    requested_at: datetime
    requested_by: UUID | None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as far as the rules are concerned. `due_at` is the effective deadline as it stands now.

    `failing_since` says since when the case has counted as a failure, `is_failing` whether it still does;
    `has_category` whether it says which item it is about.
    """

    state: State
    loop: Loop
    limit: Limit
    loop_path: tuple[Loop, ...] = ()
    loop_entered_at: datetime | None = None
    organisation_id: UUID | None = None
    verification: Verification = Verification.NONE
    clock: Clock | None = None
    due_at: datetime | None = None
    pending: PendingRequest | None = None
    filed_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    handled_by: UUID | None = None
    after_photo_ids: tuple[UUID, ...] = ()
    is_resemblance_allowed: bool = False
    returned_by_accounts: frozenset[UUID] = frozenset()
    returned_by_organisations: frozenset[UUID] = frozenset()
    return_count: int = 0
    is_with_joint_office: bool = False
    is_joint_office_decision: bool = False
    rework_count: int = 0
    reopen_count: int = 0
    appeal: AppealStatus = AppealStatus.NONE
    is_exempt: bool = False
    is_failing: bool = False
    failing_since: datetime | None = None
    merged_into_id: UUID | None = None
    state_before_merge: State | None = None
    has_category: bool = True


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who asks: as which parties to this very case, and the organisations they have posts for."""

    account_id: UUID | None = None
    parties: frozenset[Party] = frozenset()
    organisation_ids: frozenset[UUID] = frozenset()

    @property
    def is_reporter(self) -> bool:
        return Party.REPORTER in self.parties


@dataclass(frozen=True, slots=True)
class MergeTarget:
    """The case that another is to be merged into."""

    case_id: UUID
    state: State
    is_same_case: bool = False
    is_same_community: bool = True


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A photo that shows what the case file shows already; `bits` apart of 64, None for the very same file."""

    photo_id: UUID
    earlier_photo_id: UUID
    bits: int | None = None


@dataclass(frozen=True, slots=True)
class ActionInput:
    """What came with an action; None or empty where nothing was given. `look_alikes` are found, not given."""

    reason: str = ""
    photo_ids: tuple[UUID, ...] = ()
    seen_photo_ids: tuple[UUID, ...] = ()
    organisation_id: UUID | None = None
    proposed_organisation_id: UUID | None = None
    until_on: date | None = None
    is_found: bool | None = None
    is_granted: bool | None = None
    authority: str = ""
    target_case_id: MergeTarget | None = None
    loop: Loop | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    look_alikes: tuple[LookAlike, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The workflow's numbers; configuration, since no policy fixes them (domain/workflow.md, 5.3 and 7)."""

    max_extensions: int = 2
    max_suspension_days: int = 365
    returns_to_joint_office: int = 2
    reopen_days: int = 30
    appeal_days: int = 15
    default_limits: Mapping[Loop, Limit] = field(
        default_factory=lambda: {
            Loop.SELF: Limit(3, TimeUnit.WORK_DAY),
            Loop.MICRO: Limit(3, TimeUnit.WORK_DAY),
            Loop.SMALL: Limit(5, TimeUnit.WORK_DAY),
            Loop.LARGE: Limit(15, TimeUnit.WORK_DAY),
        }
    )
    response_limits: Mapping[Loop, Limit] = field(
        default_factory=lambda: {
            Loop.SELF: Limit(24, TimeUnit.NATURAL_HOUR),
            Loop.MICRO: Limit(3, TimeUnit.WORK_DAY),
            Loop.SMALL: Limit(5, TimeUnit.WORK_DAY),
            Loop.LARGE: Limit(15, TimeUnit.WORK_DAY),
        }
    )


@dataclass(frozen=True, slots=True)
class Step:
    """Who wants to act on which case, and when."""

    facts: CaseFacts
    actor: ActorFacts
    now: datetime
    rules: Rules


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action is not taken; `field` names the input at fault where there is one, `told` what else to tell."""

    code: str
    zh: str
    en: str
    field: str | None = None
    told: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action does: the case afterwards, and what became of its compliance fact."""

    before: State
    facts: CaseFacts
    party: Party
    photo_kind: PhotoKind
    fact_change: FactChange | None = None
