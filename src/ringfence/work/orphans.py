"""Journals that a dead process left: closed, measured, read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

from ringfence.core.call import Consent, ConsentAnswer, Disclosure, Given, Speaker, Turn, Variable
from ringfence.vault.errors import Tampered
from ringfence.vault.journal import FileSource, JournalReader, close_orphan, is_closed
from ringfence.vault.seal import TAG_BYTES

NOTHING_SAID: Final = Disclosure(ai=True, recorded=False, said_at_s=None, script_sha256="")
NOT_ASKED: Final = Consent(answer=ConsentAnswer.NOT_ASKED)


def torn_off(path: Path) -> bool:
    """Whether a journal's writer died over it: it has no closing index."""
    source = FileSource(path)
    try:
        return not is_closed(source)
    finally:
        source.close()


def close(path: Path, key: bytes) -> bool:
    """Close what is there; whether it holds anything. An empty or headless one goes."""
    try:
        close_orphan(path, key)
        source = FileSource(path)
        try:
            if JournalReader(source, key).entries:
                return True
        finally:
            source.close()
    except FileNotFoundError:
        return False
    except Tampered:  # not even its header was written
        structlog.get_logger().warning("a journal holds nothing that opens")
    path.unlink(missing_ok=True)
    return False


def length_s(audio: Path, key: bytes) -> float:
    """Close a recording, and say where on the call's timeline it ends; 0 if there is none."""
    if not close(audio, key):
        return 0.0
    source = FileSource(audio)
    try:
        reader = JournalReader(source, key)
    finally:
        source.close()
    last = reader.entries[-1]
    return (last.position + (last.length - TAG_BYTES) // 2) / reader.context.rate


def read_words(path: Path, key: bytes) -> "Words":
    """Close a words journal, and read it."""
    found = Words()
    if close(path, key):
        source = FileSource(path)
        try:
            for _entry, payload in JournalReader(source, key):
                found.add(orjson.loads(payload))
        finally:
            source.close()
    return found


@dataclass(slots=True)
class Words:
    """What a words journal says."""

    turns: list[Turn] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    disclosure: Disclosure = NOTHING_SAID
    consent: Consent = NOT_ASKED

    def add(self, line: dict[str, Any]) -> None:
        value = line["value"]
        match line["kind"]:
            case "turn":
                self.turns.append(Turn(**{**value, "speaker": Speaker(value["speaker"])}))
            case "variable":
                self.variables[value["name"]] = Variable(**{**value, "given": Given(value["given"])})
            case "disclosure":
                self.disclosure = Disclosure(**value)
            case "consent":
                self.consent = Consent(**{**value, "answer": ConsentAnswer(value["answer"])})
