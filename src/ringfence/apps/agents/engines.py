"""An account's own engines: OpenAI-compatible endpoints for hearing, thinking and speaking."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.errors import BadEngine, NameTaken, NoSuchEngine
from ringfence.apps.agents.models import Engine, EngineKind
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.wiring import vault
from ringfence.apps.recipients.register import keep_only, register
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.egress.errors import BadTarget
from ringfence.egress.recipients import NOTHING_SAID, Kind, Terms
from ringfence.egress.target import Target, target_of

OFFLINE: Final = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """An engine as pages show it: whether it has a secret, never the secret."""

    id: UUID
    name: str
    kind: EngineKind
    base_url: str
    model: str
    settings: dict[str, Any]
    has_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConnection:
    """An engine as a call uses it."""

    name: str
    kind: EngineKind
    base_url: str
    model: str
    settings: dict[str, Any]
    secret: str | None = field(repr=False)


def add_engine(
    account_id: UUID,
    *,
    name: str,
    kind: EngineKind,
    base_url: str,
    model: str,
    clock: Clock,
    secret: str | None = None,
    settings: dict[str, Any] | None = None,
    terms: Terms = NOTHING_SAID,
) -> UUID:
    """Connect an engine; its secret is sealed under the account, and whoever runs it is entered in the register of recipients.

    Raises `NameTaken`, `BadEngine`, `BadTerms`.
    """
    target = _check(name, base_url)
    engine_id = new_id(clock)
    sealed = vault().seal_secret(account_id, engine_id, secret) if secret else None
    try:
        with tenant(account_id):
            Engine.objects.create(
                id=engine_id,
                account_id=account_id,
                name=name,
                kind=kind,
                base_url=base_url.rstrip("/"),
                model=model,
                settings=settings or {},
                sealed_secret=sealed,
                created_at=clock.now(),
            )
            record(account_id, Act.ENGINE_ADDED, Thing("engine", str(engine_id)))
            register(account_id, Kind.ENGINE, target, clock, terms)
    except IntegrityError:
        raise NameTaken(f"There is an engine {name!r} already. Choose another name.") from None
    return engine_id


def engines(account_id: UUID, kind: EngineKind | None = None) -> tuple[EngineFacts, ...]:
    """The account's engines by name, of one kind or of all."""
    with tenant(account_id):
        found = Engine.objects.filter(account_id=account_id).order_by("name")
        rows = list(found.filter(kind=kind) if kind else found)
    return tuple(
        EngineFacts(
            id=row.id,
            name=row.name,
            kind=EngineKind(row.kind),
            base_url=row.base_url,
            model=row.model,
            settings=row.settings,
            has_secret=row.sealed_secret is not None,
        )
        for row in rows
    )


def connection_of(account_id: UUID, name: str) -> EngineConnection:
    """An engine with its secret open, for a call. Raises `NoSuchEngine`."""
    with tenant(account_id):
        row = Engine.objects.filter(account_id=account_id, name=name).first()
    if row is None:
        raise NoSuchEngine(
            f"There is no engine {name!r}. Add it, or choose another in the agent's definition."
        )
    sealed = row.sealed_secret
    return EngineConnection(
        name=row.name,
        kind=EngineKind(row.kind),
        base_url=row.base_url,
        model=row.model,
        settings=row.settings,
        secret=vault().open_secret(account_id, row.id, bytes(sealed)) if sealed else None,
    )


def remove_engine(account_id: UUID, engine_id: UUID) -> None:
    """Forget an engine and its secret; who ran it receives nothing more, if it was the last one there. Raises `NoSuchEngine`."""
    with tenant(account_id):
        gone, _ = Engine.objects.filter(account_id=account_id, id=engine_id).delete()
        if gone:
            record(account_id, Act.ENGINE_REMOVED, Thing("engine", str(engine_id)))
            left = Engine.objects.filter(account_id=account_id).values_list("base_url", flat=True)
            keep_only(account_id, Kind.ENGINE, {target_of(url) for url in left}, vault().clock)
    if not gone:
        raise NoSuchEngine("There is no such engine.")


def _check(name: str, base_url: str) -> Target:
    try:
        validate_slug(name)
        target = target_of(base_url)
    except ValidationError:
        raise BadEngine("An engine needs a name of letters, digits and hyphens, and an address.") from None
    except BadTarget as error:
        raise BadEngine(str(error)) from None
    if name == OFFLINE:
        raise BadEngine(f"{OFFLINE!r} is the built-in engine. Choose another name.")
    address = urlsplit(base_url)
    if address.query or address.fragment:
        raise BadEngine("An engine's address is a scheme, a host and a path, and nothing behind it.")
    return target
