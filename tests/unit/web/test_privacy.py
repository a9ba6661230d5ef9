"""What the public pages tell, without a browser: every fact for people and for machines, and what changed, in words."""

from datetime import UTC, datetime, timedelta
from html import escape

from django.template.loader import render_to_string

from ringfence.apps.policies.enforced import Enforced
from ringfence.policy import Policy, load, parse
from ringfence.policy.facts import facts
from ringfence.policy.load import source
from ringfence.web.public.machine import document
from ringfence.web.public.privacy import versions
from ringfence.web.public.telling import page

SOURCE = source()
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def shown(policy: Policy, address: str | None = None) -> str:
    return render_to_string("public/privacy.html", {**page(policy, address), "since": AT})


def was(text: str, nth: int) -> Enforced:
    policy = parse(text)
    return Enforced(policy.version, AT + timedelta(days=nth), text, facts(policy))


def test_every_fact_for_people_is_there_for_machines() -> None:
    policy = load()
    told = document(policy, "privacy@example.org", AT)
    assert told["version"] == policy.version
    assert told["in_force_since"] == AT.isoformat()
    assert told["privacy_address"] == "privacy@example.org"
    assert {each["part"]: each["days"]["growth"] for each in told["retention"]} == {
        "recording": 90,
        "transcript": 90,
        "log": 90,
    }
    assert told["promises"] == dict(policy.promises)
    assert [each["name"] for each in told["cookies"]] == [cookie.name for cookie in policy.cookies]
    assert {each["id"] for each in told["kept"]} == {line.id for line in policy.kept}
    assert len(told["activities"]) == len(policy.activities)


def test_the_address_of_the_installation_goes_before_the_one_in_the_file() -> None:
    in_the_file = parse(SOURCE.replace('privacy_address = ""', 'privacy_address = "file@example.org"'))
    assert "file@example.org" in shown(in_the_file)
    assert "file@example.org" not in shown(in_the_file, "own@example.org")
    assert "own@example.org" in shown(in_the_file, "own@example.org")


def test_an_address_cannot_bring_markup() -> None:
    assert "<script>" not in shown(load(), "<script>alert(1)</script>")


def test_each_version_is_shown_beside_the_one_before() -> None:
    shorter = SOURCE.replace("growth = 90\nenterprise", "growth = 60\nenterprise", 1)
    reworded = SOURCE + "\n# a word to ourselves\n"
    told = versions([was(reworded, 3), was(SOURCE, 2), was(shorter, 1), was(SOURCE, 0)])
    assert [each.first for each in told] == [False, False, False, True]
    assert [each.newest for each in told] == [True, True, True, False]
    assert told[0].until is None
    assert told[1].until == told[0].since
    assert told[0].changes == ()
    back = {(change.before, change.after) for change in told[1].changes}
    assert ("60 days", "90 days") in back
    text = render_to_string("public/changes.html", {"versions": told})
    assert text.count(f'id="v-{told[1].version}"') == 1
    assert "only its wording to itself changed" in text
    assert "<del>60 days</del>" in text
    assert "<ins>90 days</ins>" in text
    assert escape("# a word to ourselves") in text


def test_a_fact_that_is_new_or_gone_is_said_so() -> None:
    cookie = SOURCE.index('[[cookie]]\nname = "__Host-rf_analytics"')
    without = SOURCE[:cookie] + SOURCE[SOURCE.index("# ── The promises") :]
    told = versions([was(without, 2), was(SOURCE, 1), was(without, 0)])
    [gone] = told[0].changes
    [new] = told[1].changes
    assert (gone.what, gone.after, new.before) == ("__Host-rf_analytics", None, None)
    text = render_to_string("public/changes.html", {"versions": told})
    assert "gone" in text
    assert "not there" in text
