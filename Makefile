# Everything that is typed in this project. `make` lists it.

PY := .venv/bin/python
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run setup dev check test test-long docs bench audit sbom clean

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1@/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-20s%s\n", $$1, $$2 }'

run: setup  ## start everything on this machine; prints the address and a one-time sign-in link
	@exec .venv/bin/ringfence up

setup:
	@scripts/setup.sh run

dev:  ## make the development environment
	@scripts/setup.sh dev

check: dev  ## what can be said without running: lint, format, types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

test: check  ## every test that fits 45 minutes on two cores
	@scripts/scanner.sh >/dev/null || echo 'The TLS scanner could not be installed: its test is left out.' >&2
	@chromium=$$(scripts/chromium.sh) && CHROMIUM=$$chromium $(PY) -m pytest -n $(WORKERS) -m "not long"

test-long: dev  ## the enumerations, which take longer
	@chromium=$$(scripts/chromium.sh) && CHROMIUM=$$chromium $(PY) -m pytest -n $(WORKERS) -m long --timeout 3600

# The pages that are made from the policy and the catalogue; a test says when to do it.
docs: dev
	@.venv/bin/ringfence datamap > docs/data-map.md
	@.venv/bin/ringfence datamap --records > docs/records-of-processing.md
	@.venv/bin/ringfence roles > docs/roles.md

bench: dev  ## the figures, as JSON lines and a table
	@$(PY) -m bench

audit: setup  ## known vulnerabilities in what is installed (needs the network)
	@scripts/audit.sh

sbom: setup  ## what an installation is made of, with licences, as CycloneDX: build/sbom.cdx.json
	@mkdir -p build && $(PY) scripts/sbom.py > build/sbom.cdx.json && echo build/sbom.cdx.json

clean:  ## remove the environment and caches, never data
	@rm -rf build .venv .scan .audit .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
