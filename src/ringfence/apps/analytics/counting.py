"""One more: of a page on a day, of a browser on a day, of a feature on an account's day.

One upsert each, in one short transaction that does not wait for the disk: a machine that loses its power may lose the counts of
its last second, and no page waits for a count (docs/decisions/0023).
"""

from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.keys.wiring import vault
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.rows.purpose import reading_for
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.policy import Shown
from ringfence.vault.people import mark_of

IMPROVE: Final = "improve"
AGGREGATE: Final = Shown(anonymised=True)  # a count of browsers, of a day, of nobody
FAMILY: Final = "analytics"
_NO_WAIT: Final = "SELECT set_config('synchronous_commit', 'off', true)"
_VIEW: Final = """
INSERT INTO analytics_view AS v (id, day, page, kind, count) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (day, page, kind) DO UPDATE SET count = v.count + 1
"""
_BROWSER: Final = """
WITH fresh AS (INSERT INTO analytics_mark (mark, day) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING day)
INSERT INTO analytics_day AS d (day, browsers) SELECT day, 1 FROM fresh
ON CONFLICT (day) DO UPDATE SET browsers = d.browsers + 1
"""
# An account whose erasure was begun gets no row any more.
_FEATURE: Final = """
INSERT INTO analytics_feature AS f (id, account_id, day, feature, count)
SELECT %s, a.id, %s, %s, 1 FROM accounts_account a WHERE a.id = %s AND a.erasing_at IS NULL
ON CONFLICT (account_id, day, feature) DO UPDATE SET count = f.count + 1
"""
_OVER: Final = "DELETE FROM analytics_mark WHERE day < %s"


def count_page(page: str, kind: str, clock: Clock, *, todays_id: str | None = None) -> None:
    """A page was shown; to a person who opted in, under the random id that their browser has for today."""
    today = clock.now().date()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NO_WAIT)
        _page(cursor, page, kind, clock, today, todays_id)


def count_feature(
    account_id: UUID, feature: str, clock: Clock, *, page: str | None = None, kind: str = "", todays_id: str | None = None
) -> None:  # fmt: skip
    """An account used a feature; with `page`, somebody who opted in saw that page of it, too."""
    today = clock.now().date()
    with tenant(account_id), connection.cursor() as cursor:
        cursor.execute(_NO_WAIT)
        cursor.execute(_FEATURE, [new_id(clock), today, feature, account_id])
        if page is not None:
            _page(cursor, page, kind, clock, today, todays_id)


def forget_marks(cursor: Cursor, clock: Clock) -> None:
    """What told one browser of a day from another goes when the day is over."""
    with reading_for(IMPROVE, AGGREGATE):
        cursor.execute(_OVER, [clock.now().date()])


def _page(
    cursor: Cursor, page: str, kind: str, clock: Clock, today: date, todays_id: str | None
) -> None:  # fmt: skip
    cursor.execute(_VIEW, [new_id(clock), today, page, kind])
    if todays_id is not None:
        with reading_for(IMPROVE, AGGREGATE):
            cursor.execute(_BROWSER, [mark_of(vault().root, FAMILY, todays_id), today])
