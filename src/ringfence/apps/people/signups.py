"""Opening an account by oneself. Until the link in the mail was used nothing exists: no person, no account, and what was
entered is sealed whole and gone after a day.
"""

import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from ringfence.apps.accounts.accounts import make_account
from ringfence.apps.accounts.errors import SlugTaken
from ringfence.apps.accounts.members import add_member, make_user
from ringfence.apps.accounts.models import Role, User, normal_email
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.addresses import prove
from ringfence.apps.people.details import Details, set_details
from ringfence.apps.people.errors import LinkOver
from ringfence.apps.people.models import SignUp
from ringfence.apps.people.profiles import set_profile
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.people import mark_of, open_of_person, peppered, seal_of_person

LIVES: Final = timedelta(days=1)
ASKED_FOR: Final = timedelta(days=14)
TOKEN_BYTES: Final = 32
_COLUMN: Final = "sign-up"
_LONGEST_SLUG: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody entered; `password` is its hash already, made for the person that `user_id` will be."""

    user_id: str
    email: str
    name: str
    timezone: str
    details: Details
    password: str = field(repr=False)


def begin(*, email: str, name: str, timezone: str, details: Details, password: str, clock: Clock) -> str:
    """The token of the link that is mailed."""
    token, row_id, user_id, now = (
        secrets.token_urlsafe(TOKEN_BYTES),
        new_id(clock),
        new_id(clock),
        clock.now(),
    )
    wanted = Wanted(
        user_id=str(user_id), email=normal_email(email), name=name, timezone=timezone, details=details,
        password=make_password(peppered(vault().root, user_id, password)),
    )  # fmt: skip
    SignUp.objects.create(
        id=row_id, token_mark=_mark(token), created_at=now, expires_at=now + LIVES,
        said_sealed=seal_of_person(vault().root, row_id, _COLUMN, json.dumps(asdict(wanted))),
    )  # fmt: skip
    return token


def wanted(token: str, clock: Clock) -> Wanted:
    """What the link would open, without using it. Raises `LinkOver`."""
    row = SignUp.objects.filter(token_mark=_mark(token), expires_at__gt=clock.now()).first()
    if row is None:
        raise LinkOver
    said = json.loads(open_of_person(vault().root, row.id, _COLUMN, bytes(row.said_sealed)))
    return Wanted(**{**said, "details": Details(**said["details"])})


def finish(token: str, clock: Clock) -> tuple[User, UUID]:
    """The person, with their address proven, and their account. Of two who use the link at once, one does; an address that
    somebody signs in with already gives nobody a second account. Raises `LinkOver`.
    """
    asked = wanted(token, clock)
    gone, _ = SignUp.objects.filter(token_mark=_mark(token)).delete()
    if not gone or User.objects.filter(email=asked.email).exists():
        raise LinkOver
    user = _person(asked, clock)
    with acting(Actor(ActorKind.MEMBER, user.id)):
        account_id = _account(asked, clock)
        add_member(account_id, email=asked.email, role=Role.OWNER, clock=clock)
        set_details(account_id, asked.details, clock)
    return user, account_id


def asked_by_operator(email: str, clock: Clock) -> str:
    """A token that lets this address open an account where only those may who were asked."""
    said = json.dumps([normal_email(email), (clock.now() + ASKED_FOR).timestamp()]).encode()
    return urlsafe_b64encode(mark_of(vault().root, "asked", said) + said).decode().rstrip("=")


def asked_address(token: str, clock: Clock) -> str | None:
    """The address that the operator asked, if this token is ours and not too old."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (NotBase64, ValueError):
        return None
    mark, said = raw[:TOKEN_BYTES], raw[TOKEN_BYTES:]
    if not compare_digest(mark, mark_of(vault().root, "asked", said)):
        return None
    address, until = json.loads(said)
    return str(address) if datetime.fromtimestamp(until, tz=clock.now().tzinfo) > clock.now() else None


def _person(asked: Wanted, clock: Clock) -> User:
    user = make_user(email=asked.email, clock=clock, name=asked.name, id=UUID(asked.user_id))
    User.objects.filter(id=user.id).update(password=asked.password)
    prove(user)
    set_profile(user.id, name=asked.name, timezone=asked.timezone)
    made: User = User.objects.get(id=user.id)
    return made


def _account(asked: Wanted, clock: Clock) -> UUID:
    stem = re.sub(r"^-+|-+$", "", slugify(asked.details.company)[:_LONGEST_SLUG]) or "account"
    for slug in (stem, f"{stem}-{secrets.token_hex(3)}"):
        try:
            return make_account(slug=slug, name=asked.details.company, clock=clock, timezone=asked.timezone)
        except SlugTaken:
            continue
    raise SlugTaken("There is an account of this name already. Choose another name.")


def _mark(token: str) -> bytes:
    return mark_of(vault().root, "sign-up", token)
