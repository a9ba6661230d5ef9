"""Jobs are enqueued in the transaction that makes the work, by logins that cannot read them."""

from uuid import UUID

import pytest
from procrastinate.contrib.django import app as queue

from ringfence.apps.accounts.models import Account
from ringfence.apps.accounts.tenancy import tenant
from tests.support.database import Database, as_login


@pytest.mark.parametrize("login", ["web", "worker"])
def test_a_job_and_its_work_are_one_transaction(database: Database, account_id: UUID, login: str) -> None:
    lock = f"{login}-{account_id}"

    def waiting() -> int:
        with database.superuser() as look:
            row = look.execute("SELECT count(*) FROM procrastinate_jobs WHERE lock = %s", [lock]).fetchone()
        assert row is not None
        return int(row[0])

    def enqueue(*, then_fail: bool) -> None:
        with tenant(account_id):
            Account.objects.filter(id=account_id).exists()
            queue.configure_task("test.nothing", lock=lock).defer(account=str(account_id))
            if then_fail:
                raise ZeroDivisionError

    with as_login(login):  # type: ignore[arg-type]
        with pytest.raises(ZeroDivisionError):
            enqueue(then_fail=True)
        assert waiting() == 0
        enqueue(then_fail=False)
    assert waiting() == 1


def test_the_media_login_enqueues_over_a_plain_connection(database: Database, account_id: UUID) -> None:
    lock = f"media-{account_id}"
    with database.connect("media") as media:
        row = media.execute(
            """SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'test.nothing', 0, %s::text, NULL,
               '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1]))""",
            [lock],
        ).fetchone()
    assert row is not None
    assert row[0] > 0
