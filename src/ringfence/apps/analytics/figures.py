"""What the operator sees: how often which page was shown, on which day, and how many browsers of people who opted in came. Of nobody.

`figures(days, today)` is all of it as plain values, for the command and for the operator's page alike.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ringfence.apps.analytics.models import PERSON, VISITOR, Day, View


@dataclass(frozen=True, slots=True)
class PageFigure:
    """A page over the whole span."""

    page: str
    visitors: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """From `first` to `last`, UTC. By day: pages shown to visitors, pages shown to people who opted in, browsers of those."""

    first: date
    last: date
    visitors: dict[date, int]
    people: dict[date, int]
    browsers: dict[date, int]
    pages: tuple[PageFigure, ...]

    def document(self) -> dict[str, Any]:
        days = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        return {
            "first_day": self.first.isoformat(), "last_day": self.last.isoformat(),
            "days": [
                {"day": day.isoformat(), "visitors": self.visitors.get(day, 0), "people": self.people.get(day, 0),
                 "browsers": self.browsers.get(day, 0)}
                for day in days
            ],
            "pages": [{"page": each.page, "visitors": each.visitors, "people": each.people} for each in self.pages],
        }  # fmt: skip


def figures(days: int, today: date) -> Figures:
    """The last `days` days, today included; the most shown page first."""
    first = today - timedelta(days=days - 1)
    rows = list(View.objects.filter(day__range=(first, today)).values_list("day", "page", "kind", "count"))
    by_page: dict[str, dict[str, int]] = {}
    by_day: dict[str, dict[date, int]] = {VISITOR: {}, PERSON: {}}
    for day, page, kind, count in rows:
        by_day[kind][day] = by_day[kind].get(day, 0) + count
        shown = by_page.setdefault(page, {VISITOR: 0, PERSON: 0})
        shown[kind] += count
    pages = (PageFigure(page, shown[VISITOR], shown[PERSON]) for page, shown in by_page.items())
    return Figures(
        first=first, last=today, visitors=by_day[VISITOR], people=by_day[PERSON],
        browsers=dict(Day.objects.filter(day__range=(first, today)).values_list("day", "browsers")),
        pages=tuple(sorted(pages, key=lambda each: (-each.visitors - each.people, each.page))),
    )  # fmt: skip
