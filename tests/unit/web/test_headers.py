"""The table of headers: what a browser is told, written out once more, so that a change is a decision."""

from uuid import UUID

import pytest

from ringfence.web import headers

TALK = f"/agents/{UUID(int=1)}/talk/"


def directives(text: str, between: str) -> dict[str, str]:
    return dict(each.strip().partition(between)[::2] for each in text.split(";" if between == " " else ","))


def test_nothing_inline_and_nothing_foreign() -> None:
    policy = directives(headers.of("/", "localhost")["Content-Security-Policy"], " ")
    assert set(policy.values()) == {"'none'", "'self'"}
    assert {name for name, value in policy.items() if value == "'none'"} == {
        "default-src", "base-uri", "object-src", "frame-ancestors",
    }  # fmt: skip
    assert policy["form-action"] == policy["script-src"] == "'self'"


def test_the_microphone_is_the_talk_pages_alone() -> None:
    assert "microphone=(self)" in headers.of(TALK, "localhost")["Permissions-Policy"]
    for path in (
        "/",
        "/agents/",
        f"/agents/{UUID(int=1)}/",
        "/talk/",
        TALK + "more",
        "/elsewhere/talk/",
        "/static/talk/",
    ):
        assert "microphone=()" in headers.of(path, "localhost")["Permissions-Policy"], path


def test_only_what_we_use_is_allowed_at_all() -> None:
    policy = directives(headers.of(TALK, "localhost")["Permissions-Policy"], "=")
    assert {name for name, who in policy.items() if who != "()"} == {
        "autoplay", "microphone", "publickey-credentials-create", "publickey-credentials-get",
    }  # fmt: skip
    assert {"camera", "geolocation", "payment", "usb", "browsing-topics"} <= set(policy)


@pytest.mark.parametrize(
    "host", ["localhost", "rf.localhost", "127.0.0.1", "::1", "[2001:db8::1]", "192.0.2.7", "calls"]
)
def test_a_name_that_is_not_ours_alone_is_not_bound_to_tls(host: str) -> None:
    assert "Strict-Transport-Security" not in headers.of("/", host)


def test_a_real_name_is_bound_for_a_year() -> None:
    told = headers.of("/learn/calls/", "calls.example.org")["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"


def test_only_static_files_may_be_kept() -> None:
    assert headers.of("/learn/calls/", "localhost")["Cache-Control"] == "no-store"
    assert headers.of("/api/v1/calls", "localhost")["Cache-Control"] == "no-store"
    assert "Cache-Control" not in headers.of("/static/ringfence/base.css", "localhost")
