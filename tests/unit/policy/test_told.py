"""What the policy says of cookies and walls, against a table written here, and what is made of it where it is kept."""

from importlib import import_module

import pytest

from ringfence import policy
from ringfence.vault.seal import KEY_BYTES

# name → days, HttpOnly, SameSite. Written out, not read from the file.
COOKIES = {
    "__Host-rf_session": (14, True, "Lax"),
    "__Host-rf_csrf": (365, True, "Lax"),
    "__Host-rf_analytics": (1, True, "Lax"),
}
WALLS = ("1.2", "AES", 256)


def test_the_cookies_are_these() -> None:
    told = {c.name: (c.days, c.http_only, c.same_site.value) for c in policy.load().cookies}
    assert told == COOKIES


@pytest.mark.parametrize(("name", "setting"), [("__Host-rf_session", "SESSION"), ("__Host-rf_csrf", "CSRF")])
def test_the_platform_sets_them_as_told(name: str, setting: str) -> None:
    settings = import_module("tests.support.static_settings")
    days, http_only, same_site = COOKIES[name]
    assert getattr(settings, f"{setting}_COOKIE_NAME") == name
    assert getattr(settings, f"{setting}_COOKIE_AGE") == days * 86_400
    assert getattr(settings, f"{setting}_COOKIE_HTTPONLY") is http_only
    assert getattr(settings, f"{setting}_COOKIE_SAMESITE") == same_site
    assert getattr(settings, f"{setting}_COOKIE_SECURE") is True


def test_the_walls_are_these_and_the_keys_are_as_long() -> None:
    guard = policy.load().guard
    assert (guard.tls, guard.cipher, guard.bits) == WALLS
    assert guard.bits == KEY_BYTES * 8
