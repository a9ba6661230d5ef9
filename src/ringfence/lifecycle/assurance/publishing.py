"""Looks at what is published: the policy, the address, the cookies, the lawful bases."""

from typing import Final

from django.conf import settings

from ringfence.apps.policies.enforced import in_force_since
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, gap, kept
from ringfence.policy import load

_UNSET: Final = "This installation has not named a privacy address. Set RINGFENCE_PRIVACY_ADDRESS."


def policy_published(looking: Looking) -> Evidence:
    policy = load()
    since = in_force_since(policy.version)
    if since is None:
        return broken("The version that is enforced was not written down.", version=policy.version)
    if looking.config.privacy_address is None:
        return gap(f"Published at /privacy. {_UNSET}", version=policy.version)
    return kept(
        "Published at /privacy from the file that is enforced, with the privacy address.",
        version=policy.version, in_force_since=f"{since:%d %b %Y}",
    )  # fmt: skip


def address_named(looking: Looking) -> Evidence:
    if looking.config.privacy_address is None:
        return gap(_UNSET)
    return kept("The privacy address is named on the policy page.", address=looking.config.privacy_address)


def bases_named(_looking: Looking) -> Evidence:
    activities = load().activities
    without = [each.id for each in activities if not each.ground]
    if without:
        return broken("A processing activity has no ground.", activities=", ".join(without))
    return kept(
        "Every processing activity names its lawful basis, and legitimate interests their balancing test.",
        activities=str(len(activities)),
    )


def session_cookie(_looking: Looking) -> Evidence:
    flags = (settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_AGE)
    return _cookie(settings.SESSION_COOKIE_NAME, *flags, settings.SESSION_COOKIE_SAMESITE)


def csrf_cookie(_looking: Looking) -> Evidence:
    flags = (settings.CSRF_COOKIE_SECURE, settings.CSRF_COOKIE_HTTPONLY, settings.CSRF_COOKIE_AGE)
    return _cookie(settings.CSRF_COOKIE_NAME, *flags, settings.CSRF_COOKIE_SAMESITE)


def no_other_origin(_looking: Looking) -> Evidence:
    directives: dict[str, str] = settings.CONTENT_SECURITY_POLICY
    foreign = sorted(set(directives.values()) - {"'none'", "'self'"})
    if foreign:
        return broken("Pages may load from elsewhere.", origins=", ".join(foreign))
    return kept(
        "The content security policy lets a page load from this origin alone, so nothing foreign can set a cookie."
    )


def _cookie(name: str, secure: bool, http_only: bool, age: int, same_site: str) -> Evidence:
    wanted = next((each for each in load().cookies if each.name == name), None)
    if wanted is None:
        return broken("A cookie is set that the policy does not list.", cookie=name)
    real = (secure, http_only, age // 86_400, same_site.lower())
    if real != (True, wanted.http_only, wanted.days, wanted.same_site.value.lower()):
        return broken("The cookie is not set as the policy says.", cookie=name)
    return kept(
        "Set with the name, flags and lifetime that the policy lists.", cookie=name, days=str(wanted.days)
    )


LOOKS: Final[dict[str, Look]] = {
    "publish.policy": policy_published,
    "gdpr.contact": address_named,
    "gdpr.basis": bases_named,
    "cookies.session": session_cookie,
    "cookies.csrf": csrf_cookie,
    "cookies.no-ads": no_other_origin,
}
