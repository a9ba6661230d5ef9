"""The file is understood wholly or refused with a line and a reason."""

from importlib.resources import files

import pytest

from ringfence import policy
from ringfence.core.personal import Category
from ringfence.policy import BadPolicy, Part, Plan, decide
from ringfence.policy.values import Use

SOURCE = (files("ringfence.policy") / "policy.toml").read_text("utf-8")


def line_of(text: str, source: str = SOURCE) -> int:
    return source[: source.index(text)].count("\n") + 1


def test_the_version_is_of_the_content() -> None:
    assert policy.version() == policy.parse(SOURCE).version
    assert policy.parse(SOURCE + "\n# a word more\n").version != policy.version()


def test_a_changed_number_changes_the_decision() -> None:
    changed = policy.parse(SOURCE.replace("growth = 90\nenterprise", "growth = 60\nenterprise", 1))
    assert decide.days(changed, Part.RECORDING, Plan.GROWTH) == 60
    assert decide.days(changed, Part.TRANSCRIPT, Plan.GROWTH) == 60
    assert decide.days(changed, Part.LOG, Plan.GROWTH) == 60


def test_an_unset_privacy_address_is_none_not_an_address() -> None:
    assert policy.load().privacy_address is None


def test_what_the_purposes_may_use() -> None:
    uses = {purpose.id: purpose.uses for purpose in policy.load().purposes}
    assert set(uses) == {"service", "billing", "improve", "security", "legal", "support"}
    assert uses["support"][Category.CALL] is Use.WITH_PERMISSION
    assert uses["billing"][Category.CALL] is Use.NO
    assert uses["improve"][Category.CONTACT] is Use.NO
    assert all(use is Use.YES for use in uses["service"].values())


def test_every_promise_of_a_period_or_purpose_exists() -> None:
    loaded = policy.load()
    used = {purpose.promise for purpose in loaded.purposes}
    used |= {retention.promise for retention in loaded.retention.values()}
    used |= {kept.promise for kept in loaded.kept}
    used |= {cookie.promise for cookie in loaded.cookies}
    assert used <= set(loaded.promises)
    assert {name for name in loaded.promises if name.startswith(("keep.", "use."))} <= used | {"keep.delete"}


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ("starter = 30", "starter = 0", "starter = 30", "1 or more"),
        ("starter = 30", 'starter = "thirty"', "starter = 30", "whole number"),
        ("starter = 30", "starter = true", "starter = 30", "whole number"),
        ("starter = 30", "", "[retention.recording]", "needs 'starter'"),
        ('enterprise = "unlimited"', 'enterprise = "forever"', 'enterprise = "unlimited"', "whole number"),
        ("starter = 30", "starter = 30\nstater = 30", "growth = 90", "has no 'stater'"),
        ('as = "recording"', 'as = "log"', 'as = "recording"', "periods of its own"),
        (
            'promise = "keep.logs"',
            'promise = "keep.longs"',
            'promise = "keep.logs"',
            "not among the promises",
        ),
        ("[retention.log]", "[retention.logs]", "[retention.log]", "not a part"),
        ('id = "usage"\npromise', 'id = "utilisation"\npromise', 'id = "usage"\npromise', "not one of"),
        (
            'id = "billing"\npromise = "use',
            'id = "service"\npromise = "use',
            'id = "billing"\npromise = "use',
            "second time",
        ),
        ('usage = "anonymised"', 'usage = "maybe"', 'usage = "anonymised"', "not one of"),
        ('text = "Backups"', 'text = ""', 'text = "Backups"', "empty"),
        ("http_only = true", "http_only = 1", "http_only = true", "true or false"),
        ("[publisher]", "[publisher", "[publisher]", "not TOML"),
    ],
)
def test_mistakes_are_named_with_their_line(old: str, new: str, at: str, reason: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        policy.parse(SOURCE.replace(old, new, 1))
    assert reason in refused.value.reason
    assert refused.value.line == line_of(at)
    assert str(refused.value).startswith(f"policy.toml, line {refused.value.line}: ")


@pytest.mark.parametrize("missing", ["[retention.log]", "[plans]", "[publisher]", "[promises]"])
def test_a_missing_table_is_refused(missing: str) -> None:
    start = SOURCE.index(missing)
    following = SOURCE.find("\n[", start)
    with pytest.raises(BadPolicy):
        policy.parse(SOURCE[:start] + (SOURCE[following:] if following > 0 else ""))
