# Everything from a fresh clone. Needs Python 3.11 or later, Java 17 or later and Maven (`levee local up` says how to get them).

PYTHON ?= python3
BIN := .venv/bin
STACKS ?= local aws-local

# Hundreds of processes import the same modules: Python compiles them once, whatever the caller's habit.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up down clean test lint unit integration soak fuzz bench lock docs venv

up: .venv/local.stamp  ## three secured brokers and an AWS API, the declared streams on them, and the proof
	$(BIN)/levee local up --aws
	for stack in $(STACKS); do $(BIN)/levee up $$stack --yes && $(BIN)/levee verify $$stack --write || exit 1; done

down: .venv/runtime.stamp  ## stop the brokers and the AWS API; what the brokers hold stays
	$(BIN)/levee local down

clean: .venv/runtime.stamp  ## stop the brokers and forget everything of the stacks on them: topics, credentials, state
	$(BIN)/levee local down --delete-data

test: lint unit integration  ## what CI runs

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/dev.stamp
	$(BIN)/pytest -q -n auto -m "not integration"

integration: .venv/dev.stamp  ## on real brokers of its own, three for each worker, on other ports than `make up`
	$(BIN)/pytest -q -n 2 --dist loadfile -m "integration and not soak"

FUZZ_COUNT ?= 1000000
FUZZ_SEED ?= 1
fuzz: .venv/dev.stamp  ## random and mutated filters; CI runs fewer
	$(BIN)/python -m tests.support.filter_fuzz $(FUZZ_COUNT) $(FUZZ_SEED)

soak: .venv/dev.stamp  ## what takes too long for each change: further forms of what `make test` shows once
	$(BIN)/pytest -q -n 2 --dist loadfile -m soak

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

docs: .venv/dev.stamp  ## the rules' pages, made from the rules
	$(BIN)/python -m levee_policies.pages docs/rules
	GOLDEN=write $(BIN)/pytest -q tests/render/test_targets_page.py

venv: .venv/dev.stamp

lock: .venv/dev.stamp  ## write the pinned requirements anew; names no index
	for set in runtime local dev; do $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --python-version 3.11 requirements/$$set.in -o requirements/$$set.txt >/dev/null || exit 1; done

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "levee needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/runtime.stamp: .venv/bin/python requirements/runtime.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/local.stamp: .venv/runtime.stamp requirements/local.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/local.txt
	touch $@

.venv/dev.stamp: .venv/runtime.stamp requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@
