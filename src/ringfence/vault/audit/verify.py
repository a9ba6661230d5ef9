"""Checking an audit export or a proof, with nothing but the file and public keys: no network, no database, no clock.

    verdict = verify_audit_export(file_bytes, keys)

An export is JSON lines: a first line that says whose it is, then for each batch its signed head with the leaves of all its
events and a line for each event, then a signed last line that says how far the chain goes here and how far outside of the
database. What was pruned has its leaf and no bytes; before the moment that the head names, that is a deletion.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from ringfence.core.errors import BadInput
from ringfence.vault.audit.entry import canonical
from ringfence.vault.audit.heads import NOTHING_BEFORE, Head, SignedHead, read_head
from ringfence.vault.audit.tree import leaf_hash, root, root_from_path
from ringfence.vault.documents import NotWhole, read_whole
from ringfence.vault.signing import verifies

EXPORT: Final = "ringfence.audit-export"
PROOF: Final = "ringfence.audit-proof"
END: Final = "ringfence.audit-end"
PROOF_FIELDS: Final = ("kind", "event", "position", "path", "head", "signature", "keys")
END_FIELDS: Final = ("end", "signature")
MOST_SAID: Final = 20


@dataclass(slots=True)
class Verdict:
    """What was found. `problems` are sentences; without one, the file is what the installation signed."""

    kind: str
    account: str = ""
    made_at: str = ""
    batches: int = 0
    events: int = 0
    pruned: int = 0
    unsealed: int = 0
    pinned: bool = True
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def wrong(self, sentence: str) -> None:
        if len(self.problems) < MOST_SAID:
            self.problems.append(sentence)


def verify_audit_export(data: bytes, keys: Mapping[str, bytes] | None = None) -> Verdict:
    """Check a whole export. `keys` are public keys by id; without them those in the file are used, which pins nothing."""
    return _Export(data, keys).verdict


def verify_audit_proof(data: bytes, keys: Mapping[str, bytes] | None = None) -> Verdict:
    """Check that one event stands in a signed batch: a proof that was taken earlier holds after the event was pruned."""
    verdict = Verdict(PROOF)
    try:
        document = read_whole(data, PROOF_FIELDS)
        signed, event = read_head(document), document["event"]
        known = _keys(document, keys, verdict)
        steps = [bytes.fromhex(step) for step in document["path"]]
        led_to = root_from_path(leaf_hash(canonical(event)), document["position"], signed.head.size, steps)
    except NotWhole as more:
        verdict.wrong(f"This is not the proof that was made: {more}")
        return verdict
    except (BadInput, KeyError, TypeError, ValueError, AttributeError):
        verdict.wrong("This is not a proof of an audit event, or it was cut short.")
        return verdict
    verdict.account, verdict.made_at, verdict.batches, verdict.events = (
        signed.head.account,
        signed.head.at,
        1,
        1,
    )
    _check_signature(signed, known, verdict)
    if led_to is None or led_to.hex() != signed.head.root:
        verdict.wrong("The event is not the one that was sealed in this batch: it was changed, or moved.")
    if event.get("account") != signed.head.account:
        verdict.wrong("The event belongs to another account than the batch.")
    return verdict


@dataclass(slots=True)
class _Batch:
    """A batch while its events are read. `at` is how many were."""

    head: Head
    leaves: list[str]
    at: int = 0


class _Export:
    def __init__(self, data: bytes, keys: Mapping[str, bytes] | None) -> None:
        self.verdict = Verdict(EXPORT)
        self._known: Mapping[str, bytes] = {}
        self._last: Head | None = None
        self._batch: _Batch | None = None
        self._ended = False
        try:
            self._read(_lines(data), keys)
        except (BadInput, KeyError, TypeError, ValueError, AttributeError):
            self.verdict.wrong("A line is not what an audit export is made of: the file was changed.")
        if not self._ended:
            self.verdict.wrong("The end is missing: the file was cut short.")

    def _read(self, lines: Iterator[tuple[bytes, dict[str, Any]]], keys: Mapping[str, bytes] | None) -> None:
        raw, first = next(lines, (b"", {}))
        if first.get("kind") != EXPORT:
            raise BadInput("This is not an audit export.")
        digest = sha256(raw)
        self.verdict.account, self.verdict.made_at = first["account"], first["made_at"]
        self._known = _keys(first, keys, self.verdict)
        for raw, line in lines:
            if self._ended:
                raise BadInput("Nothing follows the end.")
            if "end" in line:
                self._finish_batch()
                self._end(read_whole(raw, END_FIELDS), digest.hexdigest())
            else:
                self._line(line)
            digest.update(raw)

    def _line(self, line: dict[str, Any]) -> None:
        if "head" in line:
            self._finish_batch()
            self._head(read_head(line), line["leaves"])
        elif "unsealed" in line:
            self.verdict.unsealed += 1
        else:
            self._event(line)

    def _head(self, signed: SignedHead, leaves: list[str]) -> None:
        head, before = signed.head, self._last
        _check_signature(signed, self._known, self.verdict)
        if head.account != self.verdict.account:
            self.verdict.wrong(f"Batch {head.batch} belongs to another account.")
        if before is None and (head.batch != 1 or head.previous != NOTHING_BEFORE):
            self.verdict.wrong(f"Batches before batch {head.batch} are missing.")
        if before is not None and head.batch != before.batch + 1:
            self.verdict.wrong(
                f"Batch {head.batch} follows batch {before.batch}: batches are missing or out of order."
            )
        elif before is not None and (
            head.previous != before.hash or head.before != before.before + before.size
        ):
            self.verdict.wrong(f"Batch {head.batch} was not made after the batch that stands before it.")
        if len(leaves) != head.size or root([bytes.fromhex(leaf) for leaf in leaves]).hex() != head.root:
            self.verdict.wrong(f"The events of batch {head.batch} are not those that were sealed in it.")
        self._last, self._batch = head, _Batch(head, leaves)
        self.verdict.batches += 1

    def _event(self, line: dict[str, Any]) -> None:
        batch = self._batch
        if batch is None:
            raise BadInput("An event stands outside of any batch.")
        place = f"Event {batch.at + 1} of batch {batch.head.batch}"
        expected = batch.leaves[batch.at] if batch.at < len(batch.leaves) else None
        batch.at += 1
        if line["event"] is None:
            self._without_bytes(place, line, batch.head)
            return
        leaf = leaf_hash(canonical(line["event"])).hex()
        if line["event"].get("account") != self.verdict.account:
            self.verdict.wrong(f"{place} belongs to another account.")
        if leaf == expected:
            self.verdict.events += 1
        elif leaf in batch.leaves:
            self.verdict.wrong(f"{place} stands in another's place: events were reordered.")
        else:
            self.verdict.wrong(f"{place} was changed after it was sealed.")

    def _without_bytes(self, place: str, line: dict[str, Any], head: Head) -> None:
        if line.get("reason") == "changed":
            self.verdict.wrong(f"{place} does not open: its bytes were changed.")
        elif head.kept_until is None or _before(self.verdict.made_at, head.kept_until):
            self.verdict.wrong(f"{place} is missing, and was to be kept: it was deleted.")
        else:
            self.verdict.pruned += 1

    def _finish_batch(self) -> None:
        batch, self._batch = self._batch, None
        if batch is not None and batch.at != len(batch.leaves):
            self.verdict.wrong(
                f"Batch {batch.head.batch} has {len(batch.leaves)} events; {batch.at} are here."
            )

    def _end(self, line: dict[str, Any], digest: str) -> None:
        end, self._ended = line["end"], True
        key = self._known.get(end["key"])
        message = canonical({"kind": END, **end})
        if key is None or not verifies(key, message, bytes.fromhex(line["signature"])):
            self.verdict.wrong("The last line is not signed by a key that is trusted here.")
        if end["sha256"] != digest:
            self.verdict.wrong(
                "The file is not the one that was exported: a line was changed, moved or taken out."
            )
        if end["account"] != self.verdict.account or end["made_at"] != self.verdict.made_at:
            self.verdict.wrong("The last line belongs to another export.")
        self._compare_with_ledger(end["ledger"])

    def _compare_with_ledger(self, outside: dict[str, Any] | None) -> None:
        """The ledger may be a batch behind; it is never ahead of an honest database."""
        last = self._last
        if outside is None:
            if last is not None:
                self.verdict.wrong(
                    "The ledger knows nothing of this account: nothing outside the database vouches for it."
                )
            return
        if last is None or outside["batch"] > last.batch:
            self.verdict.wrong(
                f"The ledger knows batch {outside['batch']}, and the export ends before it: the newest events were deleted."
            )
        elif outside["batch"] == last.batch and outside["hash"] != last.hash:
            self.verdict.wrong("The ledger has another newest batch: the chain was written anew.")


def _before(moment: str, end: str) -> bool:
    return datetime.fromisoformat(moment) < datetime.fromisoformat(end)


def _lines(data: bytes) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Each line as bytes, newline included, and as an object."""
    for raw in data.splitlines(keepends=True):
        value = orjson.loads(raw)
        if not isinstance(value, dict):
            raise BadInput("A line is no object.")
        yield raw, value


def _keys(
    document: Mapping[str, Any], keys: Mapping[str, bytes] | None, verdict: Verdict
) -> Mapping[str, bytes]:
    if keys is not None:
        return keys
    verdict.pinned = False
    return {name: bytes.fromhex(key) for name, key in document["keys"].items()}


def _check_signature(signed: SignedHead, known: Mapping[str, bytes], verdict: Verdict) -> None:
    key = known.get(signed.head.key)
    if key is None:
        verdict.wrong(f"Batch {signed.head.batch} is signed by a key that is not trusted here.")
    elif not verifies(key, signed.head.message, signed.signature):
        verdict.wrong(f"The head of batch {signed.head.batch} was changed: its signature does not fit.")
