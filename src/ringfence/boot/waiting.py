"""Waiting for the erasure ledger to be replayed. Imported once Django is up."""

import time
from typing import Final

import structlog

from ringfence.lifecycle.ledger.gate import RESTORED, Gate
from ringfence.vault.vault import Vault

LOOK_S: Final = 0.2


def for_the_ledger(vault: Vault) -> None:
    """Wait while a worker deletes again what a restored database has back. Raises NotReplayed for what no waiting mends."""
    gate = Gate(vault.clock)
    if gate.held():
        structlog.get_logger().warning("nothing is served until the erasure ledger was replayed")
    while gate.held() == RESTORED:
        time.sleep(LOOK_S)
    gate.demand()
