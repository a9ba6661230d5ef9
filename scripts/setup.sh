#!/bin/sh
# Makes .venv and puts into it what a lock file names, and the project. Does nothing if that was done.
#   scripts/setup.sh run|dev
set -eu
cd "$(dirname "$0")/.."
wanted=$1
lock=lock/$wanted.txt

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# What the environment was made from. The development lock holds everything that the other one does.
print_of() {
    cat "lock/$1.txt" pyproject.toml | cksum
    pwd
}

made_for() {
    [ -f ".venv/made-for-$1" ] && [ "$(cat ".venv/made-for-$1")" = "$(print_of "$1")" ]
}

usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for each in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14; do
        if [ -n "$each" ] && usable "$each"; then
            printf '%s' "$each"
            return
        fi
    done
    fail 'Ringfence needs Python 3.11 or newer with its venv module, and found none.' \
        'Debian and Ubuntu: apt-get install python3 python3-venv     Fedora: dnf install python3' \
        'macOS: brew install python     Or name one: make PYTHON=/path/to/python3'
}

if usable .venv/bin/python; then
    if made_for dev || made_for "$wanted"; then
        exit 0
    fi
else
    python=$(find_python)
    printf 'Making .venv with %s\n' "$("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

printf 'Installing what %s names (once)\n' "$lock"
rm -f .venv/made-for-*
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
    --no-deps --require-hashes --requirement "$lock" ||
    fail 'The packages could not be installed; what pip said stands above. Running this again goes on from here.'
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
    --no-deps --no-build-isolation --no-index --editable .
print_of "$wanted" >".venv/made-for-$wanted"
