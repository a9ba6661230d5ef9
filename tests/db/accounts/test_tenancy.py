"""One transaction, one account."""

from uuid import UUID

import pytest
from django.db import connection, transaction

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.errors import NoTenant, OtherTenant
from ringfence.apps.accounts.models import Account, ApiKey, Role
from ringfence.apps.accounts.tenancy import current_tenant, tenant
from ringfence.core.clock import ManualClock
from tests.support.accounts import an_account
from tests.support.database import Database, as_login


@pytest.fixture
def two(database: Database, clock: ManualClock) -> tuple[UUID, UUID]:
    mine, theirs = an_account(clock), an_account(clock)
    for account_id in (mine, theirs):
        issue(account_id, name="k", role=Role.ADMIN, clock=clock)
    return mine, theirs


def test_a_forgotten_filter_still_shows_only_ones_own(two: tuple[UUID, UUID]) -> None:
    for account_id in two:
        with tenant(account_id):
            assert {key.account_id for key in ApiKey.objects.all()} == {account_id}
            assert [found.id for found in Account.objects.all()] == [account_id]


@pytest.mark.parametrize("login", ["web", "media", "worker"])
def test_every_login_sees_one_account(two: tuple[UUID, UUID], login: str) -> None:
    with as_login(login), tenant(two[0]):  # type: ignore[arg-type]
        assert list(Account.objects.values_list("id", flat=True)) == [two[0]]


def test_anothers_rows_cannot_be_changed_or_planted(two: tuple[UUID, UUID], clock: ManualClock) -> None:
    mine, theirs = two
    with tenant(mine):
        assert ApiKey.objects.filter(account_id=theirs).update(revoked_at=clock.now()) == 0
    with pytest.raises(Exception, match="row-level security"), tenant(mine):
        ApiKey.objects.create(
            id=mine,
            account_id=theirs,
            name="x",
            role="owner",
            scope="everything",
            prefix="x",
            secret_sha256=b"",
            created_at=clock.now(),
        )


def test_a_lazy_queryset_read_too_late_is_loud(two: tuple[UUID, UUID]) -> None:
    with tenant(two[0]):
        late = ApiKey.objects.filter(account_id=two[0])
    with pytest.raises(NoTenant):
        list(late)


def test_raw_sql_outside_is_loud_too(two: tuple[UUID, UUID]) -> None:
    with pytest.raises(NoTenant), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_apikey")


def test_one_account_is_not_opened_inside_another(two: tuple[UUID, UUID]) -> None:
    with tenant(two[0]), pytest.raises(OtherTenant):
        tenant(two[1]).__enter__()


def test_the_same_account_joins_the_transaction(two: tuple[UUID, UUID]) -> None:
    mine, _ = two
    with pytest.raises(ValueError, match="stop"):
        _rename_then_fail(mine)
    with tenant(mine):
        assert Account.objects.get(id=mine).name != "renamed"


def _rename_then_fail(account_id: UUID) -> None:
    with tenant(account_id):
        with tenant(account_id):
            Account.objects.filter(id=account_id).update(name="renamed")
        raise ValueError("stop")


def test_a_transaction_without_a_tenant_cannot_acquire_one(two: tuple[UUID, UUID]) -> None:
    """SET LOCAL would outlive the block and last until the outer transaction ends."""
    with transaction.atomic(), pytest.raises(RuntimeError):
        tenant(two[0]).__enter__()


def test_nothing_is_left_on_the_connection(two: tuple[UUID, UUID]) -> None:
    with tenant(two[0]):
        assert current_tenant() == two[0]
    assert current_tenant() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('ringfence.account_id', true), '')")
        assert cursor.fetchone() == ("",)


def test_nothing_is_left_after_an_error(two: tuple[UUID, UUID]) -> None:
    with pytest.raises(ZeroDivisionError), tenant(two[0]):
        _ = 1 / 0
    assert current_tenant() is None
    with tenant(two[1]):
        assert Account.objects.get().id == two[1]
