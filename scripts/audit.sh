#!/bin/sh
# Asks the public vulnerability database about every package of the lock. The auditor has an environment of its own.
set -eu
cd "$(dirname "$0")/.."
[ -x .audit/bin/pip-audit ] || {
    .venv/bin/python -m venv .audit
    .audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
}
# What could not be asked about is no good news: --strict.
exec .audit/bin/pip-audit --strict --disable-pip --require-hashes --requirement lock/run.txt
