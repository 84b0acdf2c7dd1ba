"""The seat workflow knows its steps, and no others."""

from itertools import pairwise

import pytest

from cases.child_states import (
    FINAL,
    SIDE_EXITS,
    WITHOUT_SEAT,
    ChildState,
    RefusalReason,
    TransitionError,
    check_transition,
    next_states,
)

USUAL_WAY = [
    ChildState.REPORTED,
    ChildState.RECOMMENDED,
    ChildState.WITH_AUTHORITY,
    ChildState.ON_DISTRIBUTION_LIST,
    ChildState.SCHOOL_PROPOSED,
    ChildState.ADMISSION_TALK,
    ChildState.ASSIGNED,
    ChildState.ADMITTED,
    ChildState.INITIAL_SUPPORT,
    ChildState.REGULAR_CLASS,
    ChildState.COMPLETED,
]


def test_the_usual_way_leads_from_report_to_completion() -> None:
    for old, new in pairwise(USUAL_WAY):
        check_transition(old, new)


def test_after_a_refusal_the_child_can_be_assigned_anew() -> None:
    check_transition(ChildState.ASSIGNED, ChildState.REFUSED)
    check_transition(ChildState.REFUSED, ChildState.ASSIGNED)


def test_initial_support_can_be_extended_before_the_regular_class() -> None:
    check_transition(ChildState.INITIAL_SUPPORT, ChildState.EXTENDED)
    check_transition(ChildState.EXTENDED, ChildState.REGULAR_CLASS)


@pytest.mark.parametrize("state", [s for s in ChildState if s not in FINAL])
def test_a_family_can_move_away_at_any_time(state: ChildState) -> None:
    check_transition(state, ChildState.MOVED_AWAY)


@pytest.mark.parametrize("state", sorted(SIDE_EXITS))
def test_a_side_exit_can_only_be_taken_back_to_the_start(state: ChildState) -> None:
    assert next_states(state) == (ChildState.REPORTED,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ChildState.REPORTED, ChildState.ADMITTED),
        (ChildState.RECOMMENDED, ChildState.COMPLETED),
        (ChildState.COMPLETED, ChildState.MOVED_AWAY),
        (ChildState.REPORTED, ChildState.REPORTED),
    ],
)
def test_an_unknown_step_is_an_error_that_names_both_ends(old: ChildState, new: ChildState) -> None:
    with pytest.raises(TransitionError) as caught:
        check_transition(old, new)
    assert (caught.value.old, caught.value.new) == (old, new)


def test_every_state_can_be_reached_from_the_report() -> None:
    seen, todo = {ChildState.REPORTED}, [ChildState.REPORTED]
    while todo:
        for state in next_states(todo.pop()):
            if state not in seen:
                seen.add(state)
                todo.append(state)
    assert seen == set(ChildState)


def test_every_state_and_reason_has_its_own_german_label() -> None:
    assert len({state.label for state in ChildState}) == len(ChildState)
    assert len({reason.label for reason in RefusalReason}) == len(RefusalReason)


def test_an_assigned_child_still_counts_as_without_a_seat() -> None:
    assert ChildState.ASSIGNED in WITHOUT_SEAT
    assert ChildState.ADMITTED not in WITHOUT_SEAT
    assert not WITHOUT_SEAT & FINAL
