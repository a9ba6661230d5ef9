"""Looks at time: is everything gone that had to go?"""

from datetime import timedelta
from typing import Final

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Erasure
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, kept

AT_ONCE: Final = timedelta(hours=1)
_OPEN: Final = "SELECT * FROM lookup.accounts_with_open_erasures()"


def deletions(looking: Looking) -> Evidence:
    now, waiting, oldest = looking.clock.now(), 0, None
    with connection.cursor() as cursor:
        cursor.execute(_OPEN)
        accounts = [row[0] for row in cursor.fetchall()]
    for account_id in accounts:
        with tenant(account_id):
            asked = Erasure.objects.filter(account_id=account_id, state="requested")
            moments = list(asked.order_by("requested_at").values_list("requested_at", flat=True))
        waiting += len(moments)
        oldest = min([*moments, *([oldest] if oldest else [])], default=None)
    if oldest is not None and now - oldest > AT_ONCE:
        return broken(
            "A deletion has been waiting for more than an hour: a byte of it could not be erased yet. It is unreadable, and "
            "tried again every few seconds.",
            open=str(waiting), oldest=f"{oldest:%d %b %Y, %H:%M} UTC",
        )  # fmt: skip
    return kept(
        "Whatever customers deleted is gone: unreadable at once, its key and bytes erased, and looked for again.",
        open=str(waiting),
    )


LOOKS: Final[dict[str, Look]] = {"keep.delete": deletions}
