"""API keys: shown once, refused without a reason."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from ringfence.apps.accounts import apikeys
from ringfence.apps.accounts.errors import KeyRefused, NoSuchKey
from ringfence.apps.accounts.models import ApiKey, Role
from ringfence.apps.accounts.tenancy import tenant
from ringfence.core.clock import ManualClock
from tests.support.accounts import an_account
from tests.support.database import Database


def test_a_key_speaks_for_its_account_and_role(account_id: UUID, clock: ManualClock) -> None:
    key = apikeys.issue(account_id, name="ci", role=Role.MANAGER, clock=clock)
    holder = apikeys.verify(key.token, clock)
    assert (holder.account_id, holder.key_id, holder.role) == (account_id, key.id, Role.MANAGER)


def test_the_secret_is_not_stored(account_id: UUID, clock: ManualClock, database: Database) -> None:
    key = apikeys.issue(account_id, name="ci", role=Role.OWNER, clock=clock)
    secret = key.token.removeprefix(f"rf_{key.prefix}_")
    assert secret not in repr(key)
    with database.superuser() as look:
        row = look.execute(
            "SELECT k::text, secret_sha256 FROM accounts_apikey k WHERE id = %s", [key.id]
        ).fetchone()
    assert row is not None
    assert secret not in row[0]
    assert row[1] == sha256(secret.encode()).digest()


def test_what_is_not_a_key_is_refused_alike(account_id: UUID, clock: ManualClock) -> None:
    key = apikeys.issue(account_id, name="ci", role=Role.OWNER, clock=clock)
    wrong = [
        "", "rf_", "rf__", "Bearer", "rf_abc_def", key.token[:-1], key.token + "x", f"rf_{key.prefix}_",
        key.token.replace("rf_", "sk_"), f"rf_{key.prefix}_é", "rf_\x00_x", "rf_" + "a" * 10_000, "rf_٣_x",
    ]  # fmt: skip
    messages = set()
    for token in wrong:
        with pytest.raises(KeyRefused) as refused:
            apikeys.verify(token, clock)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_revoked_and_expired_keys_are_refused(account_id: UUID, clock: ManualClock) -> None:
    brief = apikeys.issue(
        account_id, name="brief", role=Role.OWNER, clock=clock, expires_at=clock.now() + timedelta(seconds=10)
    )
    ended = apikeys.issue(account_id, name="ended", role=Role.OWNER, clock=clock)
    clock.advance(9.999)
    apikeys.verify(brief.token, clock)
    clock.advance(0.001)
    apikeys.revoke(account_id, ended.id, clock)
    for key in (brief, ended):
        with pytest.raises(KeyRefused):
            apikeys.verify(key.token, clock)


def test_revoking_again_keeps_the_first_moment(account_id: UUID, clock: ManualClock) -> None:
    key = apikeys.issue(account_id, name="k", role=Role.OWNER, clock=clock)
    apikeys.revoke(account_id, key.id, clock)
    first = apikeys.keys(account_id)[0].revoked_at
    clock.advance(60)
    apikeys.revoke(account_id, key.id, clock)
    assert apikeys.keys(account_id)[0].revoked_at == first


def test_anothers_key_is_as_one_that_does_not_exist(account_id: UUID, clock: ManualClock) -> None:
    key = apikeys.issue(an_account(clock), name="k", role=Role.OWNER, clock=clock)
    for key_id in (key.id, uuid4()):
        with pytest.raises(NoSuchKey):
            apikeys.revoke(account_id, key_id, clock)
    apikeys.verify(key.token, clock)


def test_use_is_noted_once_a_minute(account_id: UUID, clock: ManualClock) -> None:
    key = apikeys.issue(account_id, name="k", role=Role.OWNER, clock=clock)
    seen = []
    for _ in range(3):
        apikeys.verify(key.token, clock)
        with tenant(account_id):
            seen.append(
                ApiKey.objects.values_list("last_used_at", flat=True).get(account_id=account_id, id=key.id)
            )
        clock.advance(45)
    assert seen[0] is not None
    assert seen[0] == seen[1]
    assert seen[2] == seen[0] + timedelta(seconds=90)


def test_two_keys_with_one_prefix_are_told_apart(account_id: UUID, clock: ManualClock) -> None:
    first = apikeys.issue(account_id, name="1", role=Role.OWNER, clock=clock)
    other = an_account(clock)
    second = apikeys.issue(other, name="2", role=Role.BILLING, clock=clock)
    with tenant(other):
        ApiKey.objects.filter(account_id=other).update(revoked_at=None)
    secret = second.token.removeprefix(f"rf_{second.prefix}_")
    with tenant(other):
        ApiKey.objects.create(
            id=uuid4(), account_id=other, name="same", role=Role.BILLING, scope="everything",
            prefix=first.prefix,
            secret_sha256=sha256(secret.encode()).digest(), created_at=clock.now(),
        )  # fmt: skip
    assert apikeys.verify(first.token, clock).account_id == account_id
    assert apikeys.verify(f"rf_{first.prefix}_{secret}", clock).account_id == other
