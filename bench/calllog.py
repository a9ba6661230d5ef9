"""Learn → Call Logs at 10 k, 100 k and 1 M calls of one account: list, filters, search, a call.

Inside the clock: what a page does for its data, as the pages' own login under row-level security: the query, a hash for
each of ninety days, opening the fifty rows' numbers. Not inside: HTTP and the template. Beside it, in the same database,
the same words searched in plaintext by a `tsvector` index. The median of twenty.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.static_settings"  # noqa: TID251 - stands in for boot
django.setup()

from django.db import connection  # noqa: E402 - after the set-up

from bench.figures import figure  # noqa: E402
from bench.many import NUMBERS, Many, e164, fill, installation, word  # noqa: E402
from ringfence.apps.accounts.tenancy import tenant  # noqa: E402
from ringfence.apps.calls.document import call_document  # noqa: E402
from ringfence.apps.calls.listing import CallFilters, list_calls  # noqa: E402
from ringfence.apps.calls.reveal import PROVIDING  # noqa: E402

COUNTS = (10_000, 100_000, 1_000_000)
TIMES = 20
_PLAIN = """
SELECT id FROM bench_plain WHERE account_id = %s AND vector @@ %s::tsquery ORDER BY id DESC LIMIT 51
"""


def median_ms(act: Callable[[], object]) -> float:
    act()
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def page(many: Many, filters: CallFilters, pages: int = 1, *, some: bool = True) -> Callable[[], object]:
    """Ask for the page that many pages in; its rows are checked to be there."""
    cursor = None
    for _ in range(pages - 1):
        cursor = list_calls(many.account_id, filters, clock=many.clock, cursor=cursor).next

    def ask() -> object:
        found = list_calls(many.account_id, filters, clock=many.clock, cursor=cursor)
        assert bool(found.rows) is some
        return found

    return ask


def plain(account_id: UUID, words: str) -> Callable[[], object]:
    def ask() -> object:
        with tenant(account_id), connection.cursor() as cursor:
            cursor.execute(_PLAIN, [account_id, " & ".join(f"'{each}'" for each in words.split())])
            return cursor.fetchall()

    return ask


def measure(many: Many, case: str) -> None:
    def say(name: str, act: Callable[[], object], target: str = "") -> None:
        figure("calllog", case, name, median_ms(act), "ms", target)

    everything = CallFilters()
    say("first page", page(many, everything))
    say("page 40", page(many, everything, 40))
    say("one outcome", page(many, CallFilters(outcome="no_input")))
    say("a number's calls", page(many, CallFilters(number=e164(7))))
    say("a number that never called", page(many, CallFilters(number=e164(NUMBERS + 7)), some=False))
    for name, words in (
        ("a common word", word(1)), ("a rare word", word(4_000)), ("two words", f"{word(3)} {word(300)}"),
    ):  # fmt: skip
        say(f"search {name}", page(many, CallFilters(words=words)), "no slower than plaintext, 1.6–42 ms")
        say(f"search {name}, plaintext beside it", plain(many.account_id, words))
    call_id = many.ids[len(many.ids) // 2]
    say("a call", lambda: call_document(many.account_id, call_id, purpose=PROVIDING, clock=many.clock))


def main() -> None:
    for count in [int(each) for each in sys.argv[1:]] or COUNTS:
        with installation() as (database, vault, clock):
            began = time.perf_counter()
            many = fill(database, vault, clock, count)
            print(f"{count} calls made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            measure(many, f"{count:,} calls")


if __name__ == "__main__":
    main()
