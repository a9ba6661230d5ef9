"""The connection that the three engines share: through the gate and no other way, with errors of ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from ringfence.egress.clients import client
from ringfence.egress.errors import Refused
from ringfence.egress.gate import Way
from ringfence.egress.target import target_of
from ringfence.voice.speech.ports import EngineNonsense, EngineStalled, EngineUnreachable

CONNECT_S: Final = 3.0
SILENCE_S: Final = 8.0


@dataclass(slots=True)
class Endpoint:
    """Where an engine is. `base_url` ends before `/chat/completions` and its like; nothing is sent in the clear."""

    base_url: str
    model: str
    secret: str | None = field(default=None, repr=False)
    way: Way = field(kw_only=True)
    silence_s: float = SILENCE_S
    _client: httpx.AsyncClient | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        target_of(self.base_url)

    @asynccontextmanager
    async def post(self, path: str, **content: Any) -> AsyncIterator[httpx.Response]:
        """A streamed answer. Raises EngineUnreachable, EngineStalled, EngineNonsense."""
        if self._client is None:
            limits = httpx.Timeout(self.silence_s, connect=CONNECT_S)
            self._client = client(self.way, timeout=limits)
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        try:
            async with self._client.stream(
                "POST", self.base_url.rstrip("/") + path, headers=headers, **content
            ) as answer:
                if answer.is_server_error or answer.status_code in {408, 429}:
                    raise EngineUnreachable(f"the engine answered with status {answer.status_code}")
                if not answer.is_success:
                    raise EngineNonsense(f"the engine refused with status {answer.status_code}")
                yield answer
        except Refused as error:
            raise EngineUnreachable(f"the engine was given nothing: {error.reason}") from error
        except httpx.TimeoutException as error:
            raise EngineStalled("the engine fell silent") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise EngineUnreachable("the engine cannot be reached, or broke off") from error

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None
