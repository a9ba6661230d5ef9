"""Second factors and passkeys: the library's ways of checking them, our sealing, and a mark that only we can make.

A passkey's row holds its public half in the clear. The mark beside it says that it was added here, for this person: a row that
was written with a stolen database login signs nobody in.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final

import orjson
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.mfa.webauthn.internal.auth import begin_authentication as library_begin_authentication
from allauth.mfa.webauthn.internal.auth import begin_registration as library_begin_registration

from ringfence.apps.accounts.models import User
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.errors import NoSuchFactor
from ringfence.vault.people import mark_of
from ringfence.web.people.adapters import factors_of

MARK: Final = "mark"
LONGEST_NAME: Final = 60
_KINDS: Final = Authenticator.Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What a person can prove themselves with, beside a password."""

    passkeys: tuple[Passkey, ...]
    app: bool
    codes_left: int

    @property
    def any(self) -> bool:
        return bool(self.passkeys) or self.app


def factors(user: User) -> Factors:
    rows = list(Authenticator.objects.filter(user_id=user.pk).order_by("id"))
    codes = next((row for row in rows if row.type == _KINDS.RECOVERY_CODES), None)
    with factors_of(user.id):
        left = len(RecoveryCodes(codes).get_unused_codes()) if codes else 0
    return Factors(
        passkeys=tuple(
            Passkey(id=row.pk, name=row.data["name"], added_at=row.created_at, used_at=row.last_used_at)
            for row in rows
            if row.type == _KINDS.WEBAUTHN
        ),
        app=any(row.type == _KINDS.TOTP for row in rows),
        codes_left=left,
    )


def begin_registration(user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey; the challenge is kept in the session."""
    options: dict[str, Any] = library_begin_registration(user, passwordless=True)
    return options


def begin_authentication(user: User | None) -> dict[str, Any]:
    """What the browser needs to use one: of this person's, or, of nobody named, any that it has."""
    options: dict[str, Any] = library_begin_authentication(user)
    return options


def add_passkey(user: User, name: str, credential: str) -> bool:
    """Keep the passkey that the browser made. False when its answer does not fit our challenge."""
    form = AddWebAuthnForm(user=user, data={"name": name, "credential": credential, "passwordless": "on"})
    if not _fits(form):
        return False
    said = form.cleaned_data
    row = WebAuthn.add(user, said["name"][:LONGEST_NAME], said["credential"]).instance
    row.data[MARK] = _mark(row)
    row.save()
    with_codes(user)
    return True


def passkey_shown(credential: str, user: User | None = None) -> tuple[User, Any] | None:
    """Whose passkey this answer is, and the passkey; None when it is nobody's, or not `user`'s, or was not added here."""
    data = {"credential": credential}
    form = LoginWebAuthnForm(data=data) if user is None else AuthenticateWebAuthnForm(user=user, data=data)
    if not _fits(form):
        return None
    row = form.cleaned_data["credential"]
    if not compare_digest(str(row.data.get(MARK, "")), _mark(row)):
        return None
    return row.user, row


def _fits(form: Any) -> bool:
    """Whether the library takes the browser's answer. It breaks on what only looks like one, and that is a no."""
    try:
        return bool(form.is_valid())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def code_form(user: User, code: str) -> Any | None:
    """The library's form with a code that fits, an app's or a recovery code; None with another. Each code works once."""
    with factors_of(user.id):
        form = AuthenticateForm(user=user, data={"code": code})
        return form if form.is_valid() else None


def new_secret() -> str:
    """A secret for an authenticator app."""
    secret: str = generate_totp_secret()
    return secret


def add_app(user: User, secret: str, code: str) -> bool:
    """Keep the app's secret once it shows a code that fits."""
    if not validate_totp_code(secret, code):
        return False
    with factors_of(user.id):
        Authenticator.objects.filter(user_id=user.pk, type=_KINDS.TOTP).delete()
        TOTP.activate(user, secret)
    with_codes(user)
    return True


def with_codes(user: User) -> None:
    """Whoever has a second factor has recovery codes."""
    with factors_of(user.id):
        RecoveryCodes.activate(user)


def new_codes(user: User) -> list[str]:
    """New recovery codes; the old ones are void."""
    with factors_of(user.id):
        Authenticator.objects.filter(user_id=user.pk, type=_KINDS.RECOVERY_CODES).delete()
        codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


def remove_passkey(user: User, passkey_id: int) -> None:
    """Raises NoSuchFactor."""
    _remove(user, type=_KINDS.WEBAUTHN, pk=passkey_id)


def remove_app(user: User) -> None:
    """Raises NoSuchFactor."""
    _remove(user, type=_KINDS.TOTP)


def remove_all(user: User) -> None:
    """Whatever was set up before somebody showed that the address is theirs."""
    Authenticator.objects.filter(user_id=user.pk).delete()


def _remove(user: User, **which: Any) -> None:
    gone, _ = Authenticator.objects.filter(user_id=user.pk, **which).delete()
    if not gone:
        raise NoSuchFactor("This was removed already.")
    left = Authenticator.objects.filter(user_id=user.pk)
    if not left.exclude(type=_KINDS.RECOVERY_CODES).exists():
        left.delete()  # recovery codes alone recover nothing


def _mark(row: Any) -> str:
    said = orjson.dumps(row.data["credential"], option=orjson.OPT_SORT_KEYS)
    return b64encode(mark_of(vault().root, "passkey", row.user_id.bytes, said)).decode()
