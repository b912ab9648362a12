# Two commands matter: `make run` and `make test`. Both create .venv from the committed locks first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help venv run test soak bench lint format lock clean

PYTHON ?= python3
BIN := .venv/bin
CORE := .venv/.installed-core
DEV := .venv/.installed-dev
DEMO := data/demo

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(CORE)  ## .venv with what the pipeline needs

run: $(CORE)  ## the whole pipeline on data/samples; says what changed and where the files are
	@test -e $(DEMO)/crm_clean.toml || $(BIN)/crm-clean init $(DEMO)
	@$(BIN)/crm-clean run --project $(DEMO) --input data/samples --truth data/samples/truth.csv

test: lint  ## every check: style, types, imports, tests
	$(BIN)/pytest -n 2 --dist loadfile

soak: $(DEV)  ## the long loops, before a release
	$(BIN)/pytest -m soak

bench: $(CORE)  ## seconds, memory and accuracy per step, into tests/benchmarks/RESULTS.md
	$(BIN)/python tests/benchmarks/bench.py

lint: $(DEV)  ## style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEV)  ## put code in its one form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(CORE)  ## resolve pyproject.toml anew, within what the locks hold already
	.ci/lock

clean:  ## remove what make made, the environment included
	rm -rf .venv $(DEMO) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The full lock holds all that the small one does, at the same versions: whoever has it needs no other.
$(CORE): requirements.lock pyproject.toml .ci/install
	@PYTHON="$(PYTHON)" .ci/install requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml .ci/install
	@PYTHON="$(PYTHON)" .ci/install requirements-dev.lock
	@touch $(CORE) $@
