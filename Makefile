# Two commands matter: `make run` and `make test`. Both create .venv from the committed locks first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help venv run serve flow notebook test soak bench pictures lint format lock clean

PYTHON ?= python3
BIN := .venv/bin
CORE := .venv/.installed-core
DEV := .venv/.installed-dev
DEMO := data/demo

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(CORE)  ## .venv with what the pipeline needs

run: $(CORE) $(DEMO)/crm_clean.toml  ## the whole pipeline on data/samples; says what changed and where the files are
	@$(BIN)/crm-clean run --project $(DEMO) --input data/samples --truth data/samples/truth.csv

serve: $(DEV) $(DEMO)/crm_clean.toml  ## a Prefect server, the schedules of prefect.yaml, and a worker, until Ctrl-C
	$(BIN)/python -m flows serve

flow: $(DEV) $(DEMO)/crm_clean.toml  ## the same run as a Prefect flow, each step a task of its own
	@$(BIN)/python -m flows refresh --project $(DEMO) --input data/samples

notebook: $(DEV)  ## the notebooks in JupyterLab, over the project of make run
	@test -d $(DEMO)/outbox/latest || $(MAKE) run
	JUPYTER_CONFIG_PATH=$(CURDIR)/notebooks/.jupyter $(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks

test: lint  ## every check: style, types, imports, tests
	$(BIN)/pytest -n 2 --dist loadfile

pictures: $(DEV)  ## take the pictures of the README anew
	CRM_CLEAN_PICTURES=$(CURDIR)/data/pictures $(BIN)/pytest tests/flows tests/notebooks tests/report
	$(BIN)/python .ci/picture.py

soak: $(DEV)  ## the long loops, before a release
	$(BIN)/pytest -m soak

bench: $(CORE)  ## us and the peers on the same tables, and every step, into tests/benchmarks/RESULTS.md; takes hours
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

$(DEMO)/crm_clean.toml: | $(CORE)
	@$(BIN)/crm-clean init $(DEMO)

# The full lock holds all that the small one does, at the same versions: whoever has it needs no other.
$(CORE): requirements.lock pyproject.toml .ci/install
	@PYTHON="$(PYTHON)" .ci/install requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml .ci/install
	@PYTHON="$(PYTHON)" .ci/install requirements-dev.lock
	@touch $(CORE) $@
