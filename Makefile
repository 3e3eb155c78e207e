# Jiayuan 家园. `make help` lists the targets; `make run` and `make test` do all set-up on a fresh machine.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help run test sure format lint types imports bench bench-photos soak clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.product ## set up what is missing, migrate, load the demo, serve (PORT, HOST, DATA_DIR choose where)
	@$(BIN)/python -m server.start

test: $(VENV)/.testing ## set up what is missing and run every test on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

sure: $(VENV)/.testing lint types imports ## what CI runs: format, lint, types, import contracts, migrations, tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

format: $(VENV)/.testing ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(VENV)/.testing ## check format and lint
	@echo "format and lint"; $(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(VENV)/.testing ## check types
	@echo "types"; $(BIN)/mypy

imports: $(VENV)/.testing ## check that imports point down
	@echo "import contracts"; $(BIN)/lint-imports

bench: $(VENV)/.testing ## measure the product beside a bare route on the same server
	@$(BIN)/python -m benchmarks.run

bench-photos: $(VENV)/.testing ## measure the photos' way in beside a bare Pillow loop in the same run
	@$(BIN)/python -m benchmarks.photos

soak: $(VENV)/.testing ## kill the server hundreds of times under uploads (KILLS chooses how often, on each database)
	@KILLS=$${KILLS:-300} $(BIN)/python -m pytest tests/faults/test_killed_server.py

clean: ## remove the virtual environment and caches (data in var/ stays)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis

# Each stamp stands for an environment that holds exactly what its requirements name.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "jiayuan: Python 3.11 or newer is needed (PYTHON=... chooses one)" >&2; exit 1; }
	@echo "jiayuan: making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "jiayuan: could not make a virtual environment (is python3-venv installed?)" >&2; exit 1; }
	@touch $@

$(VENV)/.product: $(VENV)/.python requirements.txt constraints.txt
	@echo "jiayuan: installing what the product runs on"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt \
		|| { echo "jiayuan: installing requirements.txt failed; is a package index reachable?" >&2; exit 1; }
	@touch $@

$(VENV)/.testing: $(VENV)/.product requirements-dev.txt
	@echo "jiayuan: installing what testing needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt \
		|| { echo "jiayuan: installing requirements-dev.txt failed; is a package index reachable?" >&2; exit 1; }
	@touch $@
