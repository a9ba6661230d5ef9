#!/bin/sh
# Prints the path of a Chromium for the browser's tests: the system's, else the package manager's, else Playwright's.
set -eu
cd "$(dirname "$0")/.."

system() {
    for each in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        if [ -n "$each" ] && path=$(command -v "$each") && "$path" --version >/dev/null 2>&1; then
            printf '%s\n' "$path"
            return 0
        fi
    done
    return 1
}

playwrights() {
    path=$(.venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)')
    [ -x "$path" ] && printf '%s\n' "$path"
}

system && exit
playwrights && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing a Chromium with apt-get (once)' >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
        >/dev/null 2>&1 || true
    system && exit
fi
echo "Installing Playwright's Chromium (once)" >&2
.venv/bin/python -m playwright install chromium >&2 || true
playwrights && exit
echo 'The tests need a Chromium, and none could be installed. Install one (Debian: apt-get install chromium),' >&2
echo 'or name one: make test CHROMIUM=/path/to/chromium' >&2
exit 1
