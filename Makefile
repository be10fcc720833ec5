# make demo: see it work.  make test: all that a change must pass.  make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto

.PHONY: help demo demo-reset test lint types check tests pins bench audit clean

help:
	@echo "make demo        install, start everything on this machine, print addresses and logins (Ctrl-C ends it)"
	@echo "make demo-reset  forget the demo's data; the next make demo starts anew"
	@echo "make test        lint, types, import order, migrations, deploy check, all tests"
	@echo "make bench       measure the real processes under load, beside a tutorial bot (needs the rig, see --help)"
	@echo "make audit       ask whether a pinned package has a known hole (needs the network; no part of make test)"
	@echo "make pins        compute requirements*.txt anew from requirements*.in"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runs: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.develops: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/pip install --disable-pip-version-check --quiet --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.runs

demo: $(VENV)/.runs
	@$(BIN)/python manage.py demo

# Only the embedded database and what lies in var/: a DATABASE_URL names somebody's own.
demo-reset: $(VENV)/.runs
	@if [ -n "$$DATABASE_URL" ] || grep -Eqs '^ *(export +)?DATABASE_URL *=.' .env; then \
	    echo "demo-reset works on the embedded database only; DATABASE_URL names another one."; exit 1; fi
	$(BIN)/python -m autolumiku.embedded reset --root var
	rm -rf var/media var/simulator.json

test: lint types check tests

lint: $(VENV)/.develops
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: $(VENV)/.develops
	$(BIN)/mypy .

check: $(VENV)/.develops
	$(BIN)/python manage.py makemigrations --check --dry-run
	env -u DEBUG PUBLIC_URL=https://showroom.example.com SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_hex(32))") \
	    AIMEOW_WEBHOOK_SECRET=check $(BIN)/python manage.py check --deploy --fail-level WARNING

tests: $(VENV)/.develops
	$(BIN)/pytest -n $(WORKERS)

# OPTIONS="--quick --only sweep"; a quiet machine is wanted.
bench: $(VENV)/.runs
	@$(BIN)/python manage.py bench $(OPTIONS)

# pip-audit asks the advisory database of PyPI; what it cannot ask fails (--strict). In a folder of its own, so that it
# is no dependency of ours.
audit: requirements.txt
	@test -x var/audit/bin/pip-audit || { $(PYTHON) -m venv var/audit && var/audit/bin/pip install --quiet pip-audit; }
	var/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

pins: $(VENV)/.develops
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet requirements-dev.in -o requirements-dev.txt
