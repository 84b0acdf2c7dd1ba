"""Initial support is looked at again and again over two years."""

from datetime import date

from cases.placement.reviews import ReviewKind, review_dates


def test_initial_support_is_reviewed_over_two_years() -> None:
    reviews = review_dates(date(2026, 8, 31))
    assert [review.months for review in reviews] == [6, 12, 18, 21, 24]
    assert reviews[0].due_on == date(2027, 2, 28)
    assert [review.kind for review in reviews][-2:] == [ReviewKind.PLAN_TRANSITION, ReviewKind.DECIDE]


def test_a_literacy_group_is_reviewed_after_nine_and_twelve_months() -> None:
    reviews = review_dates(date(2026, 9, 1), literacy_group=True)
    assert (date(2027, 6, 1), ReviewKind.LITERACY) in [(r.due_on, r.kind) for r in reviews]
    assert (date(2027, 9, 1), ReviewKind.LITERACY_END) in [(r.due_on, r.kind) for r in reviews]


def test_an_extension_is_reviewed_at_its_end() -> None:
    last = review_dates(date(2026, 9, 1), extended_until=date(2029, 1, 31))[-1]
    assert (last.due_on, last.kind) == (date(2029, 1, 31), ReviewKind.EXTENSION_END)
