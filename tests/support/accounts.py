"""Accounts for tests, each with names of its own, so that tests share a database without meeting."""

import secrets
from uuid import UUID

from ringfence.core.clock import Clock
from ringfence.policy import Plan


def an_account(clock: Clock, plan: Plan = Plan.STARTER) -> UUID:
    """A fresh account."""
    from ringfence.apps.accounts.accounts import make_account

    name = f"a-{secrets.token_hex(6)}"
    return make_account(slug=name, name=name, plan=plan, clock=clock)


def an_address() -> str:
    """An e-mail address that no other test uses."""
    return f"{secrets.token_hex(6)}@example.org"
