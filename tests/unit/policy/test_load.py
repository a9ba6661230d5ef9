"""The file is understood wholly or refused with a line and a reason."""

import importlib
import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from ringfence import policy
from ringfence.core.personal import Category
from ringfence.policy import BadPolicy, Part, Plan, decide
from ringfence.policy.values import Use

reading = importlib.import_module("ringfence.policy.load")
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
        ("starter = 30", "starter = 4000000", "starter = 30", "365000 or less"),
        ('privacy_address = ""', 'privacy_address = "ask us"', 'privacy_address = ""', "no e-mail address"),
        ("years = 7", "years = 9000", "years = 7", "1000 or less"),
        ("years = 7", "years = 7\ndays = 3", "years = 7", "a period by 'days' already"),
        ("days = 7", "starter = 7\ngrowth = 8\nenterprise = 9", "days = 7", "one period"),
        (
            '"keep.operator"\n',
            '"keep.operator"\ndays = 3\n',
            "text = \"The operator's own people",
            "nothing here destroys",
        ),
        ('as = "account"', "days = 31", 'as = "account"', "goes with the account"),
        ('as = "account"', 'as = "nothing"', 'as = "account"', "days of its own"),
        ('as = "account"', 'as = "billing"', 'as = "account"', "days of its own"),
        (
            "years = 5\nyears_under_hipaa",
            "days = 5\nyears_under_hipaa",
            "years_under_hipaa = 6",
            "stands beside 'years'",
        ),
        ('beyond = "backups"', 'beyond = "audit"', 'beyond = "backups"', "days of its own"),
        (
            '["growth", "enterprise"]',
            '["growth", "enterprize"]',
            'promised = ["growth"',
            "'enterprize' is not one of",
        ),
        ('["growth", "enterprise"]', '["growth", []]', 'promised = ["growth"', "[] is not one of"),
        ('["account", "usage"]', '[["account"], "usage"]', 'categories = ["account"', "not one of"),
        ('growth = "Growth"', 'growth = "Starter"', 'growth = "Growth"', "second time"),
        ("{recording.starter}", "{Recording.starter}", '"keep.recordings" =', "names no number"),
        ("{recording.starter}", "{recording.starter }", '"keep.recordings" =', "names no number"),
        ("{recording.starter}", "{recording.starter", '"keep.recordings" =', "names no number"),
        ("{recording.starter}", "recording.starter}", '"keep.recordings" =', "names no number"),
        (
            "[retention.log]\npromise",
            "[retention]\nlog = 3\n[x]\npromise",
            'promise = "keep.logs"',
            "must be a table",
        ),
        (
            'analytics"\nas = "recording"',
            'analytics"\nstarter = 10\ngrowth = 90\nenterprise = "unlimited"',
            'as = "recording"\n\n# ── How long everything',
            "the log goes before the recording",
        ),
    ],
)
def test_mistakes_are_named_with_their_line(old: str, new: str, at: str, reason: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        policy.parse(SOURCE.replace(old, new, 1))
    assert reason in refused.value.reason
    assert refused.value.line == line_of(at)
    assert str(refused.value).startswith(f"policy.toml, line {refused.value.line}: ")


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("purpose = [1, 2]\n", "under a line [[purpose]]"),
        ("purpose = 3\n", "must be a list"),
        ("promises = []\n", "must be a table"),
        ("retention = []\n", "must be a table"),
    ],
)
def test_what_is_no_table_is_refused_where_it_stands(first: str, reason: str) -> None:
    name = first.partition(" ")[0]
    rest = SOURCE.replace(f"[[{name}]]", "[[elsewhere]]").replace(f"[{name}", "[elsewhere")
    with pytest.raises(BadPolicy, match=re.escape(reason)) as refused:
        policy.parse(first + rest)
    assert refused.value.line == 1


def test_a_file_that_is_no_text_is_refused_with_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_bytes(b'[publisher]\nname = "\xff"\n')
    monkeypatch.setattr(reading, "files", lambda _package: tmp_path)
    with pytest.raises(BadPolicy, match=r"line 2: not UTF-8"):
        reading.source()


def test_the_longest_period_has_an_end_in_the_calendar() -> None:
    longest = policy.parse(SOURCE.replace("starter = 30", f"starter = {reading.LONGEST_DAYS}", 1).replace(
        "years = 7", f"years = {reading.LONGEST_YEARS}", 1
    ).replace("growth = 90", f"growth = {reading.LONGEST_DAYS}", 1))  # fmt: skip
    born = datetime(2400, 2, 29, tzinfo=UTC)
    assert decide.due(longest, Part.LOG, Plan.STARTER, policy.NO_PERIODS, born) is not None
    assert decide.until(longest, "billing", Plan.STARTER, born) is not None


def test_what_goes_with_the_account_has_the_accounts_number() -> None:
    """Nothing of its own destroys it, so no number of its own may promise anything."""
    changed = policy.parse(
        SOURCE.replace(
            'text = "Account data"\nafter = "cancellation"\ndays = 30',
            'text = "Account data"\nafter = "cancellation"\ndays = 45',
        )
    )
    assert [
        decide.kept_line(changed, line).days[Plan.GROWTH] for line in ("account", "usage", "contact")
    ] == [45] * 3
    assert "45 days after cancellation" in changed.promises["keep.usage"]


@pytest.mark.parametrize("missing", ["[retention.log]", "[plans]", "[publisher]", "[promises]"])
def test_a_missing_table_is_refused(missing: str) -> None:
    start = SOURCE.index(missing)
    following = SOURCE.find("\n[", start)
    with pytest.raises(BadPolicy):
        policy.parse(SOURCE[:start] + (SOURCE[following:] if following > 0 else ""))
