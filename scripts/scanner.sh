#!/bin/sh
# Makes the environment of the TLS scanner (sslyze), which is apart from the project's: it wants an older `cryptography`,
# and its licence is the AGPL (docs/decisions/0018-the-wire.md). Does nothing if that was done. Prints the scanner's Python.
set -eu
cd "$(dirname "$0")/.."
want=$(cat lock/scan.txt lock/scan-build.txt | cksum)
if [ ! -f .scan/made-for ] || [ "$(cat .scan/made-for)" != "$want" ]; then
    echo 'Installing what lock/scan.txt names (once)' >&2
    rm -rf .scan
    .venv/bin/python -m venv .scan
    for lock in scan-build scan; do
        .scan/bin/python -m pip install -qq --disable-pip-version-check --no-input \
            --no-deps --no-build-isolation --require-hashes --requirement "lock/$lock.txt" >&2
    done
    printf '%s' "$want" >.scan/made-for
fi
echo .scan/bin/python
