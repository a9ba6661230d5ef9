"""`/keys`: the account's API keys, to look at and to revoke. No key makes another: one that leaked could outlive being revoked."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from ringfence.apps.accounts.apikeys import KeyFacts, keys, revoke
from ringfence.web.access import Action
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.clock import clock

router = Router(tags=["keys"])


@router.get("", summary="List API keys, newest first: role, scope, end, last use")
@needs(Action.EDIT_KEYS)
def index(request: HttpRequest) -> dict[str, Any]:
    return {"items": [_line(each) for each in keys(holder_of(request).account_id)], "next": None}


@router.delete("/{uuid:key_id}", response={204: None}, summary="Revoke a key, now")
@needs(Action.EDIT_KEYS)
def remove(request: HttpRequest, key_id: UUID) -> HttpResponse:
    revoke(holder_of(request).account_id, key_id, clock())
    return HttpResponse(status=204)


def _line(facts: KeyFacts) -> dict[str, Any]:
    return {
        "id": str(facts.id), "name": facts.name, "begins": f"rf_{facts.prefix}_", "role": facts.role.value,
        "scope": facts.scope.value, "made_by": str(facts.created_by) if facts.created_by else None,
        "created_at": facts.created_at, "expires_at": facts.expires_at, "last_used_at": facts.last_used_at,
        "revoked_at": facts.revoked_at,
    }  # fmt: skip
