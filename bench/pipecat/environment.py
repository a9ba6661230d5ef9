"""The environment in which the peer runs: made once, from the registry, beside the project's own."""

import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
FOLDER: Final = HERE.parents[1] / ".bench" / "pipecat"


class NotHere(Exception):
    """The registry could not be reached, or did not have it."""


def python() -> Path:
    """Its interpreter. Raises NotHere, saying what pip said."""
    interpreter, done = FOLDER / "bin" / "python", FOLDER / "installed"
    wanted = (HERE / "requirements.txt").read_text()
    if not done.exists() or done.read_text() != wanted:
        venv.create(FOLDER, with_pip=True, clear=True)
        made = subprocess.run(
            [interpreter, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", HERE / "requirements.txt"],
            stderr=subprocess.PIPE, text=True, check=False, stdout=sys.stderr,
        )  # fmt: skip
        if made.returncode:
            raise NotHere(made.stderr.strip().splitlines()[-1])
        done.write_text(wanted)
    return interpreter
