"""HTTP tools of an agent: typed arguments out, text back, within a time and a size."""

from typing import Any, Final
from uuid import UUID

import httpx

from ringfence.core.agent.model import Tool
from ringfence.core.personal import Category
from ringfence.egress.clients import client
from ringfence.egress.errors import BadTarget, NoWay, Refused
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind
from ringfence.egress.target import target_of

LARGEST_ANSWER: Final = 20_000
MOST_CLIENTS: Final = 200


class ToolFailed(Exception):
    """The tool gave nothing usable; its text is a stable code."""


class Tools:
    """A client for each account of a process, since what leaves is counted by account; those used longest ago go first."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._clients: dict[UUID, httpx.AsyncClient] = {}

    async def use(self, account_id: UUID, tool: Tool, arguments: dict[str, Any]) -> str:
        """The tool's answer as text. Raises ToolFailed with a code."""
        try:
            target_of(tool.url)
        except BadTarget:
            raise ToolFailed("tool_not_https") from None
        sent = {"params": arguments} if tool.method == "get" else {"json": arguments}
        try:
            async with (await self._client(account_id)).stream(
                tool.method.upper(),
                tool.url,
                timeout=tool.timeout_s,
                **sent,  # type: ignore[arg-type]
            ) as answer:
                if not answer.is_success:
                    raise ToolFailed(f"tool_status_{answer.status_code}")
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > LARGEST_ANSWER:
                        raise ToolFailed("tool_answer_too_large")
        except NoWay:
            raise ToolFailed("tool_unreachable") from None
        except Refused:
            raise ToolFailed("tool_not_allowed") from None
        except httpx.TimeoutException:
            raise ToolFailed("tool_timeout") from None
        except httpx.HTTPError:
            raise ToolFailed("tool_unreachable") from None
        return body.decode("utf-8", "replace")

    async def aclose(self) -> None:
        for each in self._clients.values():
            await each.aclose()

    async def _client(self, account_id: UUID) -> httpx.AsyncClient:
        made = self._clients.pop(account_id, None)
        if made is None:
            going = Going(kind=Kind.TOOL, purpose="service", category=Category.CALL, account_id=account_id)
            made = client(self._gate.way(going), timeout=20)
        self._clients[account_id] = made
        if len(self._clients) > MOST_CLIENTS:
            await self._clients.pop(next(iter(self._clients))).aclose()
        return made
