"""`ringfence verify`: what an installation signed, checked with nothing but the file and a public key."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
import orjson

from ringfence.boot.commands import Command, as_json, say
from ringfence.core.errors import BadInput
from ringfence.vault.audit.verify import EXPORT, PROOF, Verdict, verify_audit_export, verify_audit_proof
from ringfence.vault.documents import read_whole
from ringfence.vault.receipts import KIND as RECEIPT
from ringfence.vault.receipts import ReceiptVerdict, verify_receipt
from ringfence.vault.signing import key_id

KEY_DIGITS: Final = 64
Check = Callable[[bytes, Mapping[str, bytes] | None], Verdict | ReceiptVerdict]
CHECKS: Final[dict[str, Check]] = {
    EXPORT: verify_audit_export,
    PROOF: verify_audit_proof,
    RECEIPT: verify_receipt,
}


@click.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="A public key to trust: 64 hexadecimal digits, or a copy of /.well-known/ringfence-keys.json.",
)
@as_json
def verify(*, file: Path, keys: tuple[str, ...], as_json: bool) -> None:
    """Check an erasure receipt, an audit export or a proof offline. Exit status 1 if anything was changed, moved or taken out.

    Without --key the key in the file is used: that shows that the file is whole, and not who signed it.
    """
    data, known = file.read_bytes(), trusted(keys) if keys else None
    listed = receipts_in(data)
    verdicts = [CHECKS[kind_of(each)](each, known) for each in listed or (data,)]
    found = [{"ok": verdict.ok, **asdict(verdict)} for verdict in verdicts]
    whole = all(verdict.ok for verdict in verdicts)
    if as_json:
        say({"ok": whole, "items": found} if listed else found[0], as_json=True)
    else:
        for verdict in verdicts:
            _tell(verdict)
    if not whole:
        raise click.exceptions.Exit(1)


def receipts_in(data: bytes) -> list[bytes]:
    """The receipts of an answer of the API, which lists those of a call; none in anything else."""
    try:
        document = read_whole(data, ("items",))
    except (TypeError, ValueError):
        return []
    items = document.get("items")
    return [orjson.dumps(each) for each in items] if isinstance(items, list) else []


def kind_of(data: bytes) -> str:
    """What a file says it is: a document of one line or of many, or the first of an export's lines. Raises BadInput for what is
    none of ours.
    """
    first: Any = None
    for part in (data, data.split(b"\n", 1)[0]):
        try:
            first = orjson.loads(part)
            break
        except orjson.JSONDecodeError:
            continue
    kind = first.get("kind") if isinstance(first, dict) else None
    if not isinstance(kind, str) or kind not in CHECKS:
        raise BadInput(
            "This is nothing that an installation signed: no receipt, no audit export and no proof."
        )
    return kind


def trusted(keys: Iterable[str]) -> dict[str, bytes]:
    """Public keys by id. Raises BadInput for what is no key."""
    found: dict[str, bytes] = {}
    for key in keys:
        texts = [key] if len(key) == KEY_DIGITS and not Path(key).exists() else list(_in_file(Path(key)))
        try:
            publics = [bytes.fromhex(text) for text in texts]
        except ValueError:
            raise BadInput("A public key has 64 hexadecimal digits.") from None
        found |= {key_id(public): public for public in publics}
    return found


def _in_file(path: Path) -> Iterable[str]:
    try:
        kept = orjson.loads(path.read_bytes())["keys"]
        return [
            str(key)
            for key in (kept.values() if isinstance(kept, dict) else (each["public"] for each in kept))
        ]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        raise BadInput(
            f"{path} is no list of public keys. Take it from the installation's /.well-known/ringfence-keys.json."
        ) from None


def _tell(verdict: Verdict | ReceiptVerdict) -> None:
    for problem in verdict.problems:
        click.secho(f"✗ {problem}", fg="red")
    if verdict.ok:
        click.secho("✓ Nothing was changed, moved or taken out.", fg="green")
    if isinstance(verdict, ReceiptVerdict):
        click.echo(f"  {verdict.told()}")
    else:
        _count(verdict)
    if not verdict.pinned:
        click.echo("  Checked with the key in the file itself. Give --key to check whose it is.")


def _count(verdict: Verdict) -> None:
    counts = f"{verdict.events} events in {verdict.batches} batches"
    gone = f", {verdict.pruned} pruned on time" if verdict.pruned else ""
    late = f", {verdict.unsealed} too young to be sealed" if verdict.unsealed else ""
    click.echo(f"  Account {verdict.account}, {verdict.made_at}: {counts}{gone}{late}.")
