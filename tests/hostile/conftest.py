"""An attacker's view: an account of their own, another's that they must never see, and whatever they like to send."""

from tests.db.api.conftest import Developer, Hire, dev, hire
from tests.db.conftest import account_id, media, office, vault, worker
from tests.db.people.conftest import Acts, acts, owner

__all__ = [
    "Acts", "Developer", "Hire", "account_id", "acts", "dev", "hire", "media", "office", "owner", "vault", "worker",
]  # fmt: skip
