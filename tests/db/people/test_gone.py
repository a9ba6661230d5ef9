"""Who goes, goes with all that is theirs; what is over is taken away."""

from datetime import timedelta
from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from ringfence.apps.accounts.models import User
from ringfence.apps.people import signon
from ringfence.apps.people.addresses import prove
from ringfence.apps.people.errands import new_errand
from ringfence.apps.people.profiles import set_profile
from ringfence.core.clock import ManualClock
from ringfence.vault.vault import Vault
from ringfence.work.database import Database as Pool
from ringfence.work.mails import SESSIONS_KEPT, tidy
from tests.support.database import Database
from tests.support.visitors import Visitor, a_member

THEIRS = (
    "people_session", "people_profile", "people_errand", "mfa_authenticator", "socialaccount_socialaccount",
    "account_emailaddress",
)  # fmt: skip


def rows(database: Database, user: User) -> dict[str, int]:
    with database.superuser() as look:
        counted = {}
        for table in THEIRS:
            row = look.execute(f"SELECT count(*) FROM {table} WHERE user_id = %s", [user.id]).fetchone()  # noqa: S608 - ours
            assert row is not None
            counted[table] = row[0]
    return counted


def a_full_life(user: User, clock: ManualClock) -> None:
    Visitor().password(user.email)
    set_profile(user.id, name="Ada", timezone="Europe/Berlin")
    new_errand(user, "password", clock)
    prove(user)
    Authenticator.objects.create(user=user, type="totp", data={"secret": ""})
    SocialAccount.objects.create(user=user, provider=f"sso-{uuid4()}", uid=str(user.id))


def test_a_person_goes_with_all_that_is_theirs(
    account_id: UUID, owner: User, clock: ManualClock, database: Database
) -> None:
    other = a_member(account_id, clock)
    for each in (owner, other):
        a_full_life(each, clock)
    with database.superuser() as admin:
        admin.execute("DELETE FROM accounts_membership WHERE user_id = %s", [owner.id])
        admin.execute("DELETE FROM accounts_user WHERE id = %s", [owner.id])
        places = admin.execute(
            "SELECT count(*) FROM people_place p LEFT JOIN people_session s ON s.id = p.session_id WHERE s.id IS NULL"
        ).fetchone()
    assert set(rows(database, owner).values()) == {0}
    assert 0 not in rows(database, other).values()
    assert places == (0,)


def test_what_is_over_is_taken_away(
    account_id: UUID, owner: User, clock: ManualClock, vault: Vault, worker: Pool, database: Database
) -> None:
    a_full_life(owner, clock)
    kept = signon.set_provider(
        account_id,
        issuer="https://login.example.org",
        client_id="x",
        secret="y",
        domains="example.org",
        clock=clock,
    )
    SocialAccount.objects.create(user=owner, provider=signon.name_of(kept), uid="kept")
    tidy(worker, vault)
    assert [each.uid for each in SocialAccount.objects.filter(user=owner)] == ["kept"], (
        "the other provider is gone"
    )
    assert rows(database, owner)["people_errand"] == 1
    clock.advance(timedelta(hours=1).total_seconds())
    tidy(worker, vault)
    assert rows(database, owner)["people_errand"] == 0
    assert rows(database, owner)["people_session"] == 1
    clock.advance(SESSIONS_KEPT.total_seconds())
    tidy(worker, vault)
    assert rows(database, owner)["people_session"] == 0
