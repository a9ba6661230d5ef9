"""The records of processing activities that GDPR 30 asks for, drawn from the policy and the catalogue."""

from collections.abc import Iterator
from typing import Final

from ringfence.policy.catalogue.values import Catalogue, Place
from ringfence.policy.facts import every_plan
from ringfence.policy.values import Acting, Activity, Kept, Plan, Policy
from ringfence.policy.words import in_days, in_years

HEAD: Final = """# Records of processing activities

What GDPR 30(1) asks of a controller and 30(2) of a processor, drawn from `policy.toml` and the catalogue, and so from what the software
enforces: `make docs` writes this page anew, and a test holds it against them. It covers the platform as it is shipped; whoever runs an
installation adds its name, its representative and its data protection officer, and the recipients it has chosen.

- **Who**: {publisher}. Contact: the privacy address of the installation, which its page `/privacy` names.
- **Version of the policy**: `{version}`.
"""


def records(known: Catalogue, policy: Policy) -> str:
    """Both records, as Markdown."""
    lines = [HEAD.format(publisher=policy.publisher, version=policy.version)]
    for acting, title in (
        (Acting.CONTROLLER, "## As controller: GDPR 30(1)"),
        (Acting.PROCESSOR, "## As processor, for the customers: GDPR 30(2)"),
    ):
        lines.append(f"{title}\n")
        for activity in policy.activities:
            if activity.acting is acting:
                lines += _activity(activity, known, policy)
    return "\n".join([*lines, *_measures(policy)]).rstrip() + "\n"


def _activity(activity: Activity, known: Catalogue, policy: Policy) -> Iterator[str]:
    places = [place for place in known.places if _used(place, activity)]
    purpose = next(each for each in policy.purposes if each.id == activity.purpose)
    data = ", ".join(f"{category.value} data" for category in activity.categories)
    yield f"### {activity.text}\n"
    yield "| | |"
    yield "|---|---|"
    yield f"| purpose | {purpose.text} ({purpose.promise}) |"
    yield f"| people | {activity.subjects} |"
    yield f"| data | {data} |"
    yield f"| lawful basis | {activity.basis.value.replace('_', ' ')}: {activity.ground} |"
    if activity.balance:
        yield f"| balance of interests | {activity.balance} |"
    yield f"| recipients | {activity.recipients} |"
    yield f"| transfers outside the EEA | {activity.transfers} |"
    yield f"| time limits | {_limits(places, policy)} |"
    yield f"| where | {', '.join(sorted({place.name for place in places})) or 'nowhere: nothing is used for it'} |"
    yield ""


def _used(place: Place, activity: Activity) -> bool:
    facets = place.facets
    return activity.purpose in facets.purposes and facets.category in {c.value for c in activity.categories}


def _limits(places: list[Place], policy: Policy) -> str:
    used = {field.facets.retention for place in places for field in place.fields.values()}
    parts = [
        f"{line.text}: {', '.join(f'{in_days(line.days[plan])} on {policy.plans[plan]}' for plan in Plan)}"
        for line in policy.retention.values()
        if line.part.value in used
    ]
    others = [
        f"{line.text}: {_period(line, policy)} after {line.after}" for line in policy.kept if line.id in used
    ]
    return "; ".join(parts + others) or ("while one process lives" if places else "nothing is kept for it")


def _period(line: Kept, policy: Policy) -> str:
    same = every_plan(line)
    if same is None:
        same = ", ".join(f"{in_days(line.days[plan])} on {policy.plans[plan]}" for plan in Plan)
    if line.years_under_hipaa is not None:
        same += f" ({in_years(line.years_under_hipaa)} under HIPAA)"
    return same


def _measures(policy: Policy) -> Iterator[str]:
    yield "## How it is secured: GDPR 30(1)(g), 30(2)(d), 32(1)\n"
    for promise, text in policy.promises.items():
        if promise.startswith(("guard.", "collect.nothing")):
            yield f"- {text} (`{promise}`)"
    yield ""
    yield "Whether each of these is kept now is measured and shown at `/trust`."
