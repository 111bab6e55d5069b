"""The helper that watches query budgets sees what it is there for."""

import pytest
from django.http import HttpResponse

from core.models import Membership, User
from tests.factories import AUser
from tests.query_budget import assert_flat

pytestmark = pytest.mark.django_db


def people(count: int) -> None:
    AUser.create_batch(count)


def one_for_all() -> HttpResponse:
    return HttpResponse(", ".join(User.objects.values_list("username", flat=True)))


def one_for_each() -> HttpResponse:
    users = list(User.objects.all())
    return HttpResponse(str([Membership.objects.filter(user=user).count() for user in users]))


def test_a_screen_that_asks_once_for_all_rows_is_within_its_budget():
    assert_flat(one_for_all, people, most=1)


def test_a_screen_that_asks_for_each_row_is_named_with_the_statement():
    with pytest.raises(AssertionError, match=r"4 for 3 rows, 31 for 30\n27 more of: .*membership"):
        assert_flat(one_for_each, people, most=100)


def test_a_screen_that_asks_too_much_is_refused():
    with pytest.raises(AssertionError, match="1 statements, 0 allowed"):
        assert_flat(one_for_all, people, most=0)
