"""Reading `policy.toml`: all of it is understood, or nothing is accepted."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import product
from types import MappingProxyType
from typing import Any, Final, TypeVar

from ringfence.core.personal import Category
from ringfence.policy.errors import BadPolicy
from ringfence.policy.table import Lines, Table, word
from ringfence.policy.values import (
    LONGEST_DAYS,
    LONGEST_YEARS,
    Acting,
    Activity,
    Basis,
    Cookie,
    Guard,
    Kept,
    KeptLine,
    Part,
    Plan,
    Policy,
    Purpose,
    Retention,
    SameSite,
    Use,
)
from ringfence.policy.words import fill, is_address, quotable

T = TypeVar("T")
VERSION_DIGITS: Final = 16
UNLIMITED: Final = "unlimited"
TLS_VERSIONS: Final = ("1.2", "1.3")
LONGEST_KEY: Final = 512
SAME_ON_EVERY_PLAN: Final = frozenset({KeptLine.ACCOUNT, KeptLine.BACKUPS, KeptLine.RECEIPTS})
WITH_THE_ACCOUNT: Final = frozenset({KeptLine.CONTACT, KeptLine.USAGE})


@cache
def load() -> Policy:
    """The policy that this installation enforces."""
    return parse(source())


def source() -> str:
    """The file that is enforced, as it stands. Raises BadPolicy with the line of the first byte that is no UTF-8."""
    data = (files("ringfence.policy") / "policy.toml").read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadPolicy(data.count(b"\n", 0, error.start) + 1, "not UTF-8.") from None


def parse(source: str) -> Policy:
    """A policy from its source. Raises BadPolicy with the line and the reason of the first thing that is wrong."""
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise BadPolicy(int(line[1]) if line else source.count("\n") + 1, f"not TOML: {error}.") from None
    return _Reader(Lines(source), values).policy(sha256(source.encode()).hexdigest()[:VERSION_DIGITS])


class _Reader:
    def __init__(self, lines: Lines, values: dict[str, Any]) -> None:
        self._lines = lines
        self._root = Table(lines, "", values)
        self._promises: MappingProxyType[str, str] = MappingProxyType({})

    def policy(self, version: str) -> Policy:
        self._promises = MappingProxyType(dict(self._table("promises").items()))
        publisher = self._table("publisher")
        plans = self._plans()
        guard, retention = self._guard(), self._retention()
        kept = self._all_kept()
        made = Policy(
            version=version,
            publisher=publisher.text("name"),
            privacy_address=self._privacy_address(publisher),
            plans=plans,
            categories=self._categories(),
            purposes=tuple(self._each("purpose", self._purpose, "id")),
            retention=retention,
            kept=kept,
            cookies=tuple(self._each("cookie", self._cookie, "name")),
            activities=tuple(self._each("activity", self._activity, "id")),
            guard=guard,
            promises=self._filled(quotable(plans, retention, kept, guard)),
        )
        self._check_activities(made)
        publisher.done()
        self._root.done()
        return made

    def _privacy_address(self, publisher: Table) -> str | None:
        """An e-mail address; empty where it is the installation's to say."""
        said = publisher.take("privacy_address", str)
        if said and not is_address(said):
            raise publisher.bad("privacy_address", f"{said!r} is no e-mail address.")
        return said or None

    def _plans(self) -> MappingProxyType[Plan, str]:
        table = self._table("plans")
        plans: dict[Plan, str] = {}
        for plan in Plan:
            name = table.text(plan)
            if name in plans.values():
                raise table.bad(plan, f"{name!r} stands here for the second time.")
            plans[plan] = name
        table.done()
        return MappingProxyType(plans)

    def _filled(self, words: dict[str, str]) -> MappingProxyType[str, str]:
        """The promises with the numbers that they quote."""
        filled = {}
        for promise, text in self._promises.items():
            try:
                filled[promise] = fill(text, words)
            except KeyError as unknown:
                line = self._lines.of("promises", 0, promise)
                raise BadPolicy(line, f"{{{unknown.args[0]}}} names no number of this file.") from None
        return MappingProxyType(filled)

    def _guard(self) -> Guard:
        table = self._table("guard")
        tls = table.text("tls")
        if tls not in TLS_VERSIONS:
            raise table.bad("tls", f"{tls!r} is not one of: {', '.join(TLS_VERSIONS)}.")
        guard = Guard(tls=tls, cipher=table.text("cipher"), bits=table.count("bits", LONGEST_KEY))
        table.done()
        return guard

    def _table(self, name: str) -> Table:
        return Table(self._lines, name, self._root.take(name, dict))

    def _each(self, name: str, read: Callable[[Table], T], key: str) -> list[T]:
        found: list[T] = []
        known: set[str] = set()
        for nth, values in enumerate(self._root.take(name, list)):
            if not isinstance(values, dict):
                raise self._root.bad(name, f"'{name}' must be tables, each under a line [[{name}]].")
            table = Table(self._lines, name, values, nth)
            identity = table.text(key)
            if identity in known:
                raise table.bad(key, f"{identity!r} stands here for the second time.")
            known.add(identity)
            found.append(read(table))
            table.done()
        return found

    def _promise(self, table: Table) -> str:
        promise = table.text("promise")
        if promise not in self._promises:
            raise table.bad("promise", f"{promise!r} is not among the promises.")
        return promise

    def _categories(self) -> MappingProxyType[Category, str]:
        found = dict(self._each("category", lambda t: (word(t, "id", Category), self._promise(t)), "id"))
        for category in Category:
            if category not in found:
                raise BadPolicy(
                    self._lines.of("category", 0, None), f"The category {category.value!r} is missing."
                )
        return MappingProxyType({category: found[category] for category in Category})

    def _purpose(self, table: Table) -> Purpose:
        uses = {}
        for category in Category:
            uses[category] = word(table, category, Use)
        return Purpose(
            id=table.text("id"),
            promise=self._promise(table),
            text=table.text("text"),
            uses=MappingProxyType(uses),
        )

    def _retention(self) -> MappingProxyType[Part, Retention]:
        retention = self._table("retention")
        tables = {
            name: Table(self._lines, f"retention.{name}", retention.take(name, dict))
            for name in retention.values
        }
        for name, table in tables.items():
            if name not in set(Part):
                raise table.bad(None, f"{name!r} is not a part of a call.")
        for part in Part:
            if part not in tables:
                raise BadPolicy(1, f"[retention.{part.value}] is missing: every part needs its period.")
        read = {part: self._part(part, tables) for part in Part}
        for table in tables.values():
            table.done()
        self._check_logs_last(read, tables)
        return MappingProxyType(read)

    def _check_logs_last(self, read: dict[Part, Retention], tables: dict[str, Table]) -> None:
        """A part is found through its call's log and goes with it: a longer period would be said and not kept."""
        for part, plan in product(Part, Plan):
            log, other = read[Part.LOG].days[plan], read[part].days[plan]
            if log is not None and (other is None or other > log):
                reason = f"on {plan.value!r} the log goes before the {part.value}, which is found through it."
                raise tables[Part.LOG].bad(plan, reason)

    def _part(self, part: Part, tables: dict[str, Table]) -> Retention:
        table = tables[part]
        source = table
        if table.has("as"):
            other = table.text("as")
            if other not in tables or tables[other].has("as"):
                raise table.bad("as", f"{other!r} is not a part with periods of its own.")
            source = tables[other]
        return Retention(
            part=part, promise=self._promise(table), text=table.text("text"), days=self._days(source)
        )

    def _days(self, table: Table) -> MappingProxyType[Plan, int | None]:
        return MappingProxyType(
            {
                plan: None
                if table.values.get(plan) == UNLIMITED and table.text(plan)
                else table.count(plan, LONGEST_DAYS)
                for plan in Plan
            }
        )

    def _kept(self, table: Table) -> Kept:
        self._check_one_period(table)
        years = table.count("years", LONGEST_YEARS) if table.has("years") else None
        hipaa = table.count("years_under_hipaa", LONGEST_YEARS) if table.has("years_under_hipaa") else None
        return Kept(
            id=word(table, "id", KeptLine),
            promise=self._promise(table),
            text=table.text("text"),
            after=table.text("after"),
            days=self._days_of_line(table),
            years=years,
            years_under_hipaa=hipaa,
            beyond=table.text("beyond") if table.has("beyond") else None,
            promised=self._promised(table),
        )

    def _check_one_period(self, table: Table) -> None:
        """What stands beside a period that decides would be read by people and by nothing else."""
        ways = [key for key in ("as", Plan.STARTER.value, "days", "years") if table.has(key)]
        if len(ways) > 1:
            raise table.bad(ways[1], f"[{table.header}] has a period by '{ways[0]}' already.")
        if table.has("years_under_hipaa") and not table.has("years"):
            raise table.bad("years_under_hipaa", "'years_under_hipaa' stands beside 'years'.")
        if ways and table.values["id"] == KeptLine.OPERATOR:
            raise table.bad(
                ways[0], "the operator's own rule says how long, and nothing here destroys by it."
            )
        if Plan.STARTER in ways and table.values["id"] in SAME_ON_EVERY_PLAN:
            raise table.bad(Plan.STARTER, "this belongs to no plan; it has one period.")

    def _days_of_line(self, table: Table) -> MappingProxyType[Plan, int | None]:
        """Days by plan; `as` names another line that has days, so that a number stands once."""
        if table.has(Plan.STARTER):
            return self._days(table)
        source = table
        if table.has("as"):
            lines = [line for line in self._root.values["kept"] if isinstance(line, dict)]
            at = next((n for n, line in enumerate(lines) if line.get("id") == table.text("as")), None)
            if at is None or "days" not in lines[at]:
                raise table.bad("as", f"{table.text('as')!r} is not a line with days of its own.")
            source = Table(self._lines, table.header, lines[at], at)
        if not source.has("days"):
            return MappingProxyType({})
        return MappingProxyType(dict.fromkeys(Plan, source.count("days", LONGEST_DAYS)))

    def _promised(self, table: Table) -> frozenset[Plan]:
        if not table.has("promised"):
            return frozenset(Plan)
        for each in (said := table.take("promised", list)):
            if each not in list(Plan):
                raise table.bad("promised", f"{each!r} is not one of: {', '.join(Plan)}.")
        return frozenset(Plan(each) for each in said)

    def _all_kept(self) -> tuple[Kept, ...]:
        kept = tuple(self._each("kept", self._kept, "id"))
        if missing := set(KeptLine) - {line.id for line in kept}:
            raise BadPolicy(self._lines.of("kept", 0, None), f"[[kept]] needs: {', '.join(sorted(missing))}.")
        self._check_go_with_the_account(kept)
        with_days = {line.id for line in kept if line.beyond is None and _one_end(line)}
        for nth, line in enumerate(kept):
            if line.beyond is not None and line.beyond not in with_days:
                number = self._lines.of("kept", nth, "beyond")
                raise BadPolicy(number, f"{line.beyond!r} is not a line with days of its own.")
        return kept

    def _check_go_with_the_account(self, kept: tuple[Kept, ...]) -> None:
        """Contacts and usage go when the account is erased: another period would be said and not kept."""
        account = next(line for line in kept if line.id == KeptLine.ACCOUNT)
        for nth, line in enumerate(kept):
            if line.id in WITH_THE_ACCOUNT and (line.days, line.years) != (account.days, account.years):
                number = self._lines.of("kept", nth, "days")
                raise BadPolicy(number, f'{line.id!r} goes with the account: write as = "account".')

    def _cookie(self, table: Table) -> Cookie:
        return Cookie(
            name=table.text("name"),
            promise=self._promise(table),
            text=table.text("text"),
            days=table.count("days", LONGEST_DAYS),
            http_only=table.take("http_only", bool),
            same_site=word(table, "same_site", SameSite),
        )

    def _activity(self, table: Table) -> Activity:
        self._promise(table)
        basis = word(table, "basis", Basis)
        if table.has("balance") is not (basis is Basis.LEGITIMATE_INTERESTS):
            raise table.bad("basis", "legitimate interests need a 'balance', and nothing else has one.")
        categories = table.take("categories", list)
        for each in categories:
            if each not in list(Category):
                raise table.bad("categories", f"{each!r} is not one of: {', '.join(Category)}.")
        return Activity(
            id=table.text("id"),
            text=table.text("text"),
            purpose=table.text("purpose"),
            categories=tuple(Category(each) for each in categories),
            acting=word(table, "acting", Acting),
            basis=basis,
            ground=table.text("ground"),
            balance=table.text("balance") if table.has("balance") else None,
            subjects=table.text("subjects"),
            recipients=table.text("recipients"),
            transfers=table.text("transfers"),
        )

    def _check_activities(self, made: Policy) -> None:
        """Each use that the policy allows is part of exactly one activity, and no activity does what it forbids."""
        uses = {(each.id, category): use for each in made.purposes for category, use in each.uses.items()}
        seen: set[tuple[str, Category]] = set()
        for nth, activity in enumerate(made.activities):
            line = self._lines.of("activity", nth, "categories")
            for category in activity.categories:
                cell = activity.purpose, category
                if uses.get(cell, Use.NO) is Use.NO:
                    raise BadPolicy(line, f"{activity.purpose!r} may not use {category.value} data.")
                if cell in seen:
                    raise BadPolicy(
                        line, f"{category.value} data for {activity.purpose!r} stand in two activities."
                    )
                seen.add(cell)
        for purpose, category in sorted(cell for cell, use in uses.items() if use is not Use.NO):
            if (purpose, category) not in seen:
                raise BadPolicy(
                    self._lines.of("activity", 0, None),
                    f"No activity, and so no lawful basis, covers {category.value} data for {purpose!r}.",
                )


def _one_end(line: Kept) -> bool:
    """Whether the line has days, the same on every plan, and not without limit."""
    return len(set(line.days.values())) == 1 and None not in line.days.values()
