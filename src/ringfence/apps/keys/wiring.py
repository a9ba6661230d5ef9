"""The vault that boot opened for this process."""

from ringfence.core.errors import RingfenceError
from ringfence.vault.vault import Vault


class NoVault(RingfenceError):
    """Code asked for the vault in a process where boot installed none."""

    code = "no_vault"


_installed: Vault | None = None


def install(opened: Vault) -> None:
    """Make `opened` this process's vault. Forked children inherit it."""
    global _installed  # noqa: PLW0603 - one per process, by design
    _installed = opened


def vault() -> Vault:
    """What boot installed; raises `NoVault` before that."""
    if _installed is None:
        raise NoVault("Start through the `ringfence` command: nothing has opened the vault yet.")
    return _installed
