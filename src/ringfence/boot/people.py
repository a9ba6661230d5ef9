"""Accounts, members and keys from the command line; each command is a process that serves as rf_web."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from ringfence.boot import logs, wiring
from ringfence.boot.clock import SystemClock
from ringfence.core.config import Config
from ringfence.core.errors import BadInput

DEMO: Final = "demo"
DEMO_AGENT: Final = "front-desk"
DEMO_OWNER: Final = "owner@localhost"
_UNITS: Final = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_MOST: Final = 10**7
FIRST_CALL_WITHIN: Final = timedelta(days=1)


def begin() -> Config:
    """Bring Django up for a command."""
    logs.configure("command")  # or lines would mix with the answer
    config, vault = wiring.begin("web")
    from ringfence.lifecycle.ledger.gate import Gate

    Gate(vault.clock).demand()
    _as_operator()
    return config


def _as_operator() -> None:
    """Whoever has the command line is the operator: an account's trail shows that on every plan."""
    from ringfence.apps.audit.acting import Actor, ActorKind, act_for_good

    act_for_good(Actor(ActorKind.OPERATOR))


def create_key(account: str, role: str, name: str, scope: str, expires_in: str) -> dict[str, Any]:
    """An API key; `token` is shown now and never again."""
    begin()
    from ringfence.apps.accounts.accounts import account_by_slug
    from ringfence.apps.accounts.apikeys import LONGEST, issue

    clock, lives = SystemClock(), duration(expires_in)
    if lives > LONGEST:
        raise BadInput(f"A key lives for {LONGEST.days} days at most.")
    expires = clock.now() + lives
    key = issue(
        account_by_slug(account), name=name, role=_role(role), scope=_scope(scope), clock=clock, expires_at=expires
    )  # fmt: skip
    return {
        "id": str(key.id), "token": key.token, "role": role, "scope": scope, "expires_at": expires.isoformat(),
    }  # fmt: skip


def duration(text: str) -> timedelta:
    """“90d”, “12h” or “15m”. Raises BadInput."""
    number, unit = text[:-1], _UNITS.get(text[-1:])
    if unit is None or not number.isascii() or not number.isdigit() or not 0 < int(number) <= _MOST:
        raise BadInput(f"{text!r} is no time. Write days, hours or minutes, as in 30d, 12h or 15m.")
    return int(number) * unit


def create_account(slug: str, name: str, plan: str, timezone: str, owner: str) -> dict[str, Any]:
    """An account with its owner, and the owner's first sign-in link."""
    config = begin()
    from ringfence.apps.accounts.accounts import make_account
    from ringfence.apps.accounts.members import add_member
    from ringfence.policy import Plan

    clock = SystemClock()
    account_id = make_account(slug=slug, name=name or slug, clock=clock, plan=Plan(plan), timezone=timezone)
    user = add_member(account_id, email=owner, role=_role("owner"), clock=clock)
    return {"id": str(account_id), "slug": slug, "sign_in": sign_in_address(config, user)}


def ask_in(email: str) -> dict[str, Any]:
    """A link with which this address may open an account where only those may who were asked."""
    config = begin()
    from ringfence.apps.people.signups import asked_by_operator

    token = asked_by_operator(email, SystemClock())
    return {"email": email, "sign_up": f"{config.public_url}/sign-up/?with={token}"}


def let_in(account: str) -> None:
    """An account whose identity provider is lost: the other ways in open it again."""
    begin()
    from ringfence.apps.accounts.accounts import account_by_slug
    from ringfence.apps.people.signon import enforce

    enforce(account_by_slug(account), enforced=False)


def add(account: str, email: str, role: str, name: str) -> dict[str, Any]:
    """Make a person a member."""
    config = begin()
    from ringfence.apps.accounts.accounts import account_by_slug
    from ringfence.apps.accounts.members import add_member

    user = add_member(account_by_slug(account), email=email, role=_role(role), clock=SystemClock(), name=name)
    return {"email": user.email, "role": role, "sign_in": sign_in_address(config, user)}


def remove(account: str, email: str) -> None:
    """End a membership; it is felt at the member's next request."""
    _on_member(
        account,
        email,
        lambda module, account_id, user: module.remove_member(account_id, user.user_id, SystemClock()),
    )


def change(account: str, email: str, role: str) -> None:
    """Give a member another role."""
    _on_member(
        account,
        email,
        lambda module, account_id, user: module.change_role(account_id, user.user_id, _role(role)),
    )


def listed(account: str) -> list[dict[str, Any]]:
    """The members of an account."""
    begin()
    from ringfence.apps.accounts.accounts import account_by_slug
    from ringfence.apps.accounts.members import members

    return [
        {"email": each.email, "name": each.name, "role": str(each.role), "since": each.since.isoformat()}
        for each in members(account_by_slug(account))
    ]


def link(account: str, email: str) -> dict[str, Any]:
    """A one-time sign-in link for a member."""
    config = begin()
    from ringfence.apps.accounts.accounts import account_by_slug
    from ringfence.apps.accounts.models import User

    found: list[Any] = []
    _on_member(account, email, lambda _module, _account, member: found.append(member.user_id))
    user = User.objects.get(id=found[0])
    return {"sign_in": _linked(config, account_by_slug(account), user)}


def welcome(*, demo: bool) -> dict[str, Any]:
    """What `up` greets with: the demo account, made if it is wanted and missing, and a sign-in link for its owner.

    `call` is the command line of the first call, while there was none.
    """
    config, vault = wiring.begin("web")
    _as_operator()
    from ringfence.boot.waiting import for_the_ledger

    for_the_ledger(vault)
    from ringfence.apps.accounts.accounts import account_by_slug, make_account
    from ringfence.apps.accounts.errors import NoSuchAccount
    from ringfence.apps.accounts.members import add_member, members
    from ringfence.apps.accounts.models import User

    clock = SystemClock()
    try:
        account_id = account_by_slug(DEMO)
    except NoSuchAccount:
        if not demo:
            return {}
        account_id = make_account(slug=DEMO, name="Demo", clock=clock)
    if not members(account_id):
        add_member(account_id, email=DEMO_OWNER, role=_role("owner"), clock=clock, name="Demo owner")
    _demo_agent(account_id)
    user = User.objects.filter(email=DEMO_OWNER).first()
    sign_in = _linked(config, account_id, user) if user else None
    return {"sign_in": sign_in, "call": _first_call(account_id)}


def _linked(config: Config, account_id: UUID, user: Any) -> str:
    """A sign-in link that the operator made: the account's trail says so."""
    from ringfence.apps.accounts.tenancy import tenant
    from ringfence.apps.audit.acts import Act, Thing
    from ringfence.apps.audit.record import record

    with tenant(account_id):
        record(account_id, Act.SIGN_IN_LINKED, Thing("member", str(user.id)))
    return sign_in_address(config, user)


def sign_in_address(config: Config, user: Any) -> str:
    """The page that signs this person in, once."""
    from django.urls import reverse

    from ringfence.apps.accounts.links import sign_in_token
    from ringfence.web.console.signin import link as page

    return f"{config.public_url}{reverse(page)}?token={sign_in_token(user)}"


def _demo_agent(account_id: UUID) -> None:
    """Each step is done again if a killed start left it undone."""
    from ringfence.apps.agents.agents import agent_by_slug, create_agent
    from ringfence.apps.agents.errors import NoSuchAgent
    from ringfence.apps.agents.versions import publish
    from ringfence.core.agent.definition import parse
    from ringfence.core.agent.examples import source

    clock = SystemClock()
    text = source(DEMO_AGENT)
    name = parse(text).name
    try:
        found = agent_by_slug(account_id, DEMO_AGENT)
        agent_id, live = found.id, found.live_version
    except NoSuchAgent:
        agent_id = create_agent(account_id, slug=DEMO_AGENT, name=name, draft=text, clock=clock)
        live = None
    if live is None:
        publish(account_id, agent_id, definition=text, name=name, clock=clock)


def _first_call(account_id: UUID) -> list[str] | None:
    from ringfence.apps.accounts.models import Account
    from ringfence.apps.accounts.tenancy import tenant
    from ringfence.apps.calls.models import Call

    with tenant(account_id):
        made = Account.objects.values_list("created_at", flat=True).get(id=account_id)
        called = Call.objects.filter(account_id=account_id).exists()
    if called or SystemClock().now() - made > FIRST_CALL_WITHIN:
        return None
    return ["call", "--account", DEMO, "--agent", DEMO_AGENT, "--caller", "demo", "--fast", "--json"]


def _on_member(account: str, email: str, do: Callable[[Any, UUID, Any], object]) -> None:
    begin()
    from ringfence.apps.accounts import members as module
    from ringfence.apps.accounts.accounts import account_by_slug
    from ringfence.apps.accounts.errors import NoSuchMember
    from ringfence.apps.accounts.models import normal_email

    account_id, address = account_by_slug(account), normal_email(email)
    for each in module.members(account_id):
        if each.email == address:
            do(module, account_id, each)
            return
    raise NoSuchMember(f"{address} is no member of {account!r}. Add them with `ringfence member add`.")


def _scope(name: str) -> Any:
    from ringfence.apps.accounts.models import Scope

    try:
        return Scope(name)
    except ValueError:
        raise BadInput(f"{name!r} is no scope. Choose one of {', '.join(Scope.values)}.") from None


def _role(name: str) -> Any:
    from ringfence.apps.accounts.models import Role

    try:
        return Role(name)
    except ValueError:
        raise BadInput(f"{name!r} is no role. Choose one of {', '.join(Role.values)}.") from None
