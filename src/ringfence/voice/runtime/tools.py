"""HTTP tools of an agent: typed arguments out, text back, within a time and a size."""

from typing import Any, Final

import httpx

from ringfence.core.agent.model import Tool

LARGEST_ANSWER: Final = 20_000
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}


class ToolFailed(Exception):
    """The tool gave nothing usable; its text is a stable code."""


class Tools:
    """One client for all tools of a process. Redirects are not followed, and the environment's proxies not asked."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=20)

    async def use(self, tool: Tool, arguments: dict[str, Any]) -> str:
        """The tool's answer as text. Raises ToolFailed with a code."""
        url = httpx.URL(tool.url)
        if url.scheme != "https" and url.host not in _LOOPBACK:
            raise ToolFailed("tool_not_https")
        sent = {"params": arguments} if tool.method == "get" else {"json": arguments}
        try:
            async with self._client.stream(
                tool.method.upper(),
                url,
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
        except httpx.TimeoutException:
            raise ToolFailed("tool_timeout") from None
        except httpx.HTTPError:
            raise ToolFailed("tool_unreachable") from None
        return body.decode("utf-8", "replace")

    async def aclose(self) -> None:
        await self._client.aclose()
