"""The work after a call: done once, by the right engine, and never behind a deletion."""

from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.agents import create_agent
from ringfence.apps.agents.engines import add_engine
from ringfence.apps.agents.models import EngineKind
from ringfence.apps.agents.versions import publish
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.models import Recording, Transcript
from ringfence.apps.calls.reveal import PROVIDING, open_waveform
from ringfence.core.agent.examples import source
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.voice.runtime.ports import EngineChoice
from ringfence.voice.speech.fake.llm import ScriptedLlm
from ringfence.voice.speech.ports import EngineUnreachable
from ringfence.work.aftercall.run import AfterCall
from tests.support.office import Office


@pytest.fixture
def spoken(office: Office) -> UUID:
    """A call whose after-call work is still to do, of an agent that thinks with the account's own engine."""
    text = source("llm-reception").replace("llm: ", "llm: thinker # ")
    office.agents["thinking"] = create_agent(
        office.account_id, slug="thinking", name="t", draft=text, clock=office.clock
    )
    publish(office.account_id, office.agents["thinking"], definition=text, name="t", clock=office.clock)
    add_engine(
        office.account_id, name="thinker", kind=EngineKind.LLM, base_url="https://engine.example", model="m",
        clock=office.clock, secret="sesame",
    )  # fmt: skip
    return office.call(agent="thinking", run_after=False)


def shown(office: Office, call_id: UUID) -> dict[str, Any]:
    return call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


def work(office: Office, llms: Any) -> AfterCall:
    return AfterCall(office.worker, office.vault, office.objects, llms)


def test_the_agents_own_engine_writes_the_summary(office: Office, spoken: UUID) -> None:
    asked: list[EngineChoice] = []
    llm = ScriptedLlm([["The caller will come on Friday."]])

    def llms(choice: EngineChoice) -> ScriptedLlm:
        asked.append(choice)
        return llm

    work(office, llms).run(office.account_id, spoken)
    call = shown(office, spoken)
    assert call["summary"] == {"available": True, "text": "The caller will come on Friday."}
    assert call["costs"]["summary_output_tokens"] == 6
    assert [(c.base_url, c.model, c.secret) for c in asked] == [("https://engine.example", "m", "sesame")]
    assert "ferry" in llm.asked[0][1]["content"]
    work(office, llms).run(office.account_id, spoken)
    assert len(asked) == 1


def test_an_engine_that_is_away_costs_the_summary_nothing(office: Office, spoken: UUID) -> None:
    work(office, lambda _: ScriptedLlm([[EngineUnreachable("gone")]])).run(office.account_id, spoken)
    assert "ferry" in shown(office, spoken)["summary"]["text"]


def test_an_offline_agents_words_are_shown_to_no_engine(office: Office) -> None:
    call_id = office.call(run_after=False)
    assert shown(office, call_id)["summary"] == {"available": False, "reason": "pending"}
    work(office, lambda _: pytest.fail("asked an engine")).run(office.account_id, call_id)
    assert "ferry" in shown(office, call_id)["summary"]["text"]


def test_the_waveform_opens_for_a_reader(office: Office) -> None:
    picture = open_waveform(office.account_id, office.call(), purpose=PROVIDING, clock=office.clock)
    assert picture is not None
    assert len(picture) == 1600
    assert picture[0] > 100
    assert picture[-1] == 0  # the agent hummed for half of the call


@pytest.mark.parametrize("part", [Part.TRANSCRIPT, Part.CALL])
def test_a_summary_that_comes_after_the_deletion_leaves_no_byte(
    office: Office, spoken: UUID, part: Part
) -> None:
    class Late(ScriptedLlm):
        async def aclose(self) -> None:
            import asyncio

            await asyncio.to_thread(delete, office, spoken, part)

    work(office, lambda _: Late([["The ferry leaves on Friday."]])).summary(office.account_id, spoken)
    with tenant(office.account_id):
        rows = list(Transcript.objects.filter(account_id=office.account_id, call_id=spoken))
    assert all(row.summary_sealed is None and row.turns_sealed is None for row in rows)
    assert len(rows) == (1 if part is Part.TRANSCRIPT else 0)


def delete(office: Office, call_id: UUID, part: Part) -> None:
    from django.db import connection

    outcome = delete_parts(office.account_id, [call_id], part, actor="test", clock=office.clock)
    connection.close()
    assert outcome.done == (call_id,)


@pytest.mark.parametrize("part", [Part.RECORDING, Part.CALL])
@pytest.mark.parametrize("when", ["before reading", "before writing"])
def test_a_waveform_that_comes_after_the_deletion_leaves_no_byte(
    office: Office, part: Part, when: str
) -> None:
    call_id = office.call(run_after=False)

    class Racing:
        def source(self, name: str) -> Any:
            found = office.objects.source(name)
            if when == "before reading":
                delete(office, call_id, part)
                return found
            return Read(found)

    class Read:
        """The whole object, read just before it was erased."""

        def __init__(self, found: Any) -> None:
            self.data = found.read_at(0, found.size())
            delete(office, call_id, part)

        def size(self) -> int:
            return len(self.data)

        def read_at(self, offset: int, length: int) -> bytes:
            return bytes(self.data[offset : offset + length])

    racing: Any = Racing()
    AfterCall(office.worker, office.vault, racing).waveform(office.account_id, call_id)
    with tenant(office.account_id):
        rows = list(Recording.objects.filter(account_id=office.account_id, call_id=call_id))
    assert all(row.waveform_sealed is None and row.wrapped_key is None for row in rows)


def test_a_job_that_runs_after_everything_is_gone_does_nothing(office: Office) -> None:
    call_id = office.call(run_after=False)
    delete(office, call_id, Part.CALL)
    office.after.run(office.account_id, call_id)


def test_no_work_is_done_on_what_has_ended(office: Office) -> None:
    call_id = office.call(run_after=False)
    office.clock.advance(30 * 86_400)
    office.after.run(office.account_id, call_id)
    with tenant(office.account_id):
        row = Transcript.objects.get(account_id=office.account_id, call_id=call_id)
    assert row.summary_sealed is None
