"""The command: fast to start, documented whole, and clear when something is wrong."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ringfence import policy
from ringfence.boot.cli import main
from ringfence.boot.commands import NOT_RUNNING, say, say_rows
from ringfence.policy import BadPolicy

README = (Path(__file__).parents[3] / "README.md").read_text()


def commands(group: click.Group = main, prefix: str = "ringfence") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


@pytest.mark.parametrize(("line", "command"), list(commands()))
def test_every_command_explains_itself(line: str, command: click.Command) -> None:
    done = CliRunner().invoke(main, [*line.split()[1:], "--help"])
    assert done.exit_code == 0
    assert command.help
    for option in command.params:
        if isinstance(option, click.Argument):
            continue  # named in the usage line, told of in the help
        assert isinstance(option, click.Option)
        assert option.hidden or option.help or isinstance(option.type, click.Choice), option.name


def test_every_command_is_in_the_readme() -> None:
    missing = [line for line, _ in commands() if line not in README and f"`{line.split()[-1]}`" not in README]
    assert not missing


def test_an_error_is_one_line_and_status_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RINGFENCE_DATA", str(tmp_path))
    monkeypatch.setenv("RINGFENCE_PORT", "none")
    done = CliRunner().invoke(main, ["trust", "--show"])
    assert done.exit_code == 1
    assert done.stderr.startswith("RINGFENCE_PORT must be")
    assert len(done.stderr.splitlines()) == 1


def test_a_platform_that_is_not_running_is_said_plainly(tmp_path: Path) -> None:
    env = {"RINGFENCE_DATA": str(tmp_path / "data"), "PATH": ""}
    line = [sys.executable, "-m", "ringfence.boot.cli", "member", "list"]
    done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == NOT_RUNNING + "\n"


def test_trust_says_what_it_would_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RINGFENCE_DATA", str(tmp_path))
    done = CliRunner().invoke(main, ["trust", "--show"])
    assert str(tmp_path / "tls" / "authority.pem") in done.stdout


def test_answers_for_people_and_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, object]] = [
        {"email": "a@localhost", "signed_in": None},
        {"email": "b@localhost", "signed_in": 1},
    ]
    say_rows(rows, as_json=False)
    say(rows[0], as_json=True)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "email        signed in"
    assert out[3] == '{"email": "a@localhost", "signed_in": null}'


def test_a_policy_that_is_none_is_an_answer_of_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise BadPolicy(94, "'starter' must be 1 or more.")

    monkeypatch.setattr(policy, "load", refused)
    done = CliRunner().invoke(main, ["datamap"])
    assert (done.exit_code, done.output) == (1, "policy.toml, line 94: 'starter' must be 1 or more.\n")
