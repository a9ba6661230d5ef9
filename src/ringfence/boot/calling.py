"""`ringfence call`: a real call by a synthetic caller, from its ticket to its call log."""

import asyncio
import time
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from rich.console import Console
from rich.table import Table

from ringfence.boot.clock import SystemClock
from ringfence.boot.commands import say
from ringfence.boot.people import begin
from ringfence.boot.wavefile import BadCaller, ulaw_of
from ringfence.core.call import Channel, Direction
from ringfence.core.errors import Unavailable
from ringfence.egress.tls import client_context
from ringfence.voice.telephony.loopback.caller import Line, place_call

DEMO: Final = "demo"
LOG_WITHIN_S: Final = 20.0
SUMMARY_WITHIN_S: Final = 10.0
ONE_LOOK: Final = timedelta(minutes=1)  # asked again and again until the log is there: one look at one call


def place(*, account: str, agent: str, caller: str, from_number: str, fast: bool) -> dict[str, Any]:
    """Place the call, wait for its log, and give the call's JSON."""
    lines = lines_of(caller)
    config = begin()
    from ringfence.apps.accounts.accounts import account_by_slug
    from ringfence.apps.agents.agents import agent_by_slug
    from ringfence.apps.agents.versions import get_for_call
    from ringfence.work.admission import begin_call

    account_id = account_by_slug(account)
    chosen = get_for_call(account_id, agent_by_slug(account_id, agent).id)
    call = begin_call(
        account_id, chosen, direction=Direction.INBOUND, channel=Channel.LOOPBACK, clock=SystemClock(),
        from_number=from_number,
    )  # fmt: skip
    trust = client_context(str(config.authority))
    url = f"wss://127.0.0.1:{config.port}/media/loopback/"
    asyncio.run(place_call(url, call.ticket, lines, trust=trust, host=config.public_host, stepped=fast))
    return await_log(account_id, call.id)


def await_log(account_id: UUID, call_id: UUID) -> dict[str, Any]:
    """The call's JSON once it was taken in, with its summary if that follows soon."""
    from ringfence.apps.calls.document import call_document
    from ringfence.apps.calls.reveal import PROVIDING
    from ringfence.apps.requests.spoken import requests_of_call

    deadline = time.monotonic() + LOG_WITHIN_S
    summary_by: float | None = None
    while True:
        document = call_document(
            account_id, call_id, purpose=PROVIDING, clock=SystemClock(), once_within=ONE_LOOK
        )
        if document["ended_at"] is not None:
            summary_by = summary_by or time.monotonic() + SUMMARY_WITHIN_S
            if document["summary"].get("reason") != "pending" or time.monotonic() > summary_by:
                return {**document, "requests": requests_of_call(account_id, call_id)}
        elif time.monotonic() > deadline:
            raise Unavailable("The call ended, but its log did not appear. The media process's log says why.")
        time.sleep(0.1)


def lines_of(caller: str) -> list[Line]:
    """What the caller says. Raises BadCaller."""
    if caller == DEMO:
        return _script(Path(str(files("ringfence.boot.demo"))) / "front-desk.caller.yaml")
    path = Path(caller)
    if not path.is_file():
        raise BadCaller(f"There is no file {caller}. Give a WAV file, or a YAML script of WAV files.")
    if path.suffix in {".yaml", ".yml"}:
        return _script(path)
    return [Line(ulaw=ulaw_of(path))]


def show(document: dict[str, Any], *, as_json: bool) -> None:
    """Print a call: as JSON, or as people like to read it."""
    if as_json:
        say(document, as_json=True)
        return
    console = Console()
    console.print(
        f"[bold]Call {document['id']}[/]  {document['status']}, {document['outcome']}, {document['duration_s']} s"
    )
    table = Table(box=None, show_header=False)
    for turn in document["transcript"].get("turns", []):
        table.add_row(f"{turn['start_s']:.1f}", turn["speaker"], turn["text"])
    console.print(table)
    for name, value in document["variables"].get("values", {}).items():
        console.print(f"  {name}: {value['value'] if value['given'] == 'given' else value['given']}")
    if document["summary"]["available"]:
        console.print(document["summary"]["text"])


def _script(path: Path) -> list[Line]:
    """A YAML list of {say: file.wav} and {press: digits}, each with an optional pause in seconds."""
    try:
        steps = yaml.safe_load(path.read_text("utf-8"))
        return [
            Line(
                ulaw=ulaw_of(path.parent / step["say"]) if "say" in step else b"",
                digits=str(step.get("press", "")),
                pause_s=float(step.get("pause", 0.9)),
            )
            for step in steps
        ]
    except (yaml.YAMLError, OSError, TypeError, KeyError, ValueError) as error:
        raise BadCaller(
            f"{path.name} is not a caller's script: a list of `say: file.wav` and `press: 123#`."
        ) from error
