"""What a policy says, fact by fact, so that two of them can be compared and the difference read by people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ringfence.policy.values import Activity, Kept, Plan, Policy, Use
from ringfence.policy.words import in_days, in_years

USES = {
    Use.YES: "yes",
    Use.NO: "no",
    Use.ANONYMISED: "anonymised only",
    Use.AS_REQUIRED: "as the law requires",
    Use.WITH_PERMISSION: "only with the customer's permission",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """`section` and `what` name it, once in a policy; `says` is what changes."""

    section: str
    what: str
    says: str


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that differs: `before` is None where it is new, `after` where it is gone."""

    section: str
    what: str
    before: str | None
    after: str | None


def facts(policy: Policy) -> tuple[Fact, ...]:
    """Everything that a policy says, in the order in which its page does."""
    return tuple(_facts(policy))


def changes(before: Iterable[Fact], after: Iterable[Fact]) -> tuple[Change, ...]:
    """What the second says otherwise than the first, in the order of the second; what is gone stands last."""
    old = {(fact.section, fact.what): fact.says for fact in before}
    new = {(fact.section, fact.what): fact.says for fact in after}
    found = [Change(*key, old.get(key), says) for key, says in new.items() if old.get(key) != says]
    return (*found, *(Change(*key, says, None) for key, says in old.items() if key not in new))


def _facts(policy: Policy) -> Iterator[Fact]:
    yield Fact("Publisher", "Name", policy.publisher)
    yield Fact("Publisher", "Privacy address in the policy's file", policy.privacy_address or "none")
    for plan, name in policy.plans.items():
        yield Fact("Plans", plan.value, name)
    for category, promise in policy.categories.items():
        yield Fact("What is collected", category.value, promise)
    yield from _purposes(policy)
    yield from _parts(policy)
    for line in policy.kept:
        yield from _kept(policy, line)
    for activity in policy.activities:
        yield from _activity(activity)
    for cookie in policy.cookies:
        flags = f"{'' if cookie.http_only else 'not '}HttpOnly, SameSite={cookie.same_site.value}"
        said = f"{cookie.text}; {in_days(cookie.days)}; {flags} ({cookie.promise})"
        yield Fact("Cookies", cookie.name, said)
    yield Fact("Walls", "TLS", f"{policy.guard.tls} or newer")
    yield Fact("Walls", "At rest", f"{policy.guard.cipher}-{policy.guard.bits}")
    for promise, text in policy.promises.items():
        yield Fact("Promises", promise, text)


def _purposes(policy: Policy) -> Iterator[Fact]:
    for purpose in policy.purposes:
        yield Fact("What it is used for", purpose.id, f"{purpose.text} ({purpose.promise})")
        for category, use in purpose.uses.items():
            yield Fact("What it is used for", f"{purpose.id}, {category.value} data", USES[use])


def _parts(policy: Policy) -> Iterator[Fact]:
    for retention in policy.retention.values():
        part = retention.part.value
        yield Fact("How long it is kept", part, f"{retention.text} ({retention.promise})")
        for plan, days in retention.days.items():
            yield Fact("How long it is kept", f"{part}, {policy.plans[plan]}", in_days(days))


def _kept(policy: Policy, line: Kept) -> Iterator[Fact]:
    after = f"after {line.after}" + (f", beyond the period of {line.beyond}" if line.beyond else "")
    yield Fact("How long it is kept", line.id, f"{line.text}, {after} ({line.promise})")
    for plan, days in line.days.items():
        offered = "" if plan in line.promised else ", not promised"
        yield Fact("How long it is kept", f"{line.id}, {policy.plans[plan]}", in_days(days) + offered)
    if line.years is not None:
        yield Fact("How long it is kept", f"{line.id}, every plan", in_years(line.years))
    if line.years_under_hipaa is not None:
        yield Fact("How long it is kept", f"{line.id}, under HIPAA", in_years(line.years_under_hipaa))


def _activity(activity: Activity) -> Iterator[Fact]:
    section, name = "Lawful basis", activity.id
    data = ", ".join(category.value for category in activity.categories)
    yield Fact(section, name, f"{activity.text}: {data} data, for {activity.purpose}")
    yield Fact(section, f"{name}, basis", f"{activity.basis.value.replace('_', ' ')}. {activity.ground}")
    yield Fact(section, f"{name}, acting as", activity.acting.value)
    if activity.balance is not None:
        yield Fact(section, f"{name}, balance", activity.balance)
    yield Fact(section, f"{name}, people", activity.subjects)
    yield Fact(section, f"{name}, recipients", activity.recipients)
    yield Fact(section, f"{name}, transfers", activity.transfers)


def every_plan(line: Kept) -> str | None:
    """The period in words, where it is the same on every plan; None where it depends on the plan."""
    if line.years is not None:
        return in_years(line.years)
    if not line.days:
        return "as the operator's own rule says"
    periods = {line.days[plan] for plan in Plan}
    return in_days(periods.pop()) if len(periods) == 1 else None
