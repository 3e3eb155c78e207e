# Jiayuan 家园. `make help` lists the targets; `make run` and `make test` do all set-up on a fresh machine.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The web app is built with the system's Node.js if it is recent enough, otherwise with one from the package index.
NODE_PATH_FIRST := $(CURDIR)/$(BIN)
NPM := PATH="$(NODE_PATH_FIRST):$$PATH" npm
WEB_SOURCES := $(shell find web/src web/public -type f -not -name '*.test.ts' -not -name schema.d.ts 2>/dev/null) web/index.html web/vite.config.ts
# Two more than two cores: what waits for a browser, a disk or a clock leaves them idle.
TEST_PROCESSES ?= 4
# Where the environment forbids it, every process of the tests would compile every file again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help run test sure format lint types imports bench bench-photos bench-web soak screenshots chromium clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.product web/dist/index.html ## set up what is missing, migrate, load the demo, serve (PORT, HOST, DATA_DIR choose where)
	@$(BIN)/python -m server.start

test: $(VENV)/.testing web/dist/index.html chromium ## set up what is missing and run every test: SQLite, PostgreSQL, web app, browser
	@cd web && $(NPM) run --silent test
	@$(BIN)/python -m pytest -n $(TEST_PROCESSES) --durations=40

sure: lint types imports test ## what CI runs and before it format, lint, types and import contracts

chromium: $(VENV)/.testing
	@$(BIN)/python -m tests.web.chromium

screenshots: $(VENV)/.testing web/dist/index.html chromium ## every page at a phone's and a desk's size, light and dark, into screenshots/
	@$(BIN)/python -m tests.web.screenshots

format: $(VENV)/.testing ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(VENV)/.testing web/node_modules/.installed ## check format and lint
	@echo "format and lint"; $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@cd web && $(NPM) run --silent lint

types: $(VENV)/.testing web/src/api/schema.d.ts ## check types
	@echo "types"; $(BIN)/mypy
	@cd web && $(NPM) run --silent types

imports: $(VENV)/.testing ## check that imports point down
	@echo "import contracts"; $(BIN)/lint-imports

bench: $(VENV)/.testing ## measure the product beside a bare route on the same server
	@$(BIN)/python -m benchmarks.run

bench-photos: $(VENV)/.testing ## measure the photos' way in beside a bare Pillow loop in the same run
	@$(BIN)/python -m benchmarks.photos

bench-web: $(VENV)/.testing web/dist/index.html chromium ## measure a first visit of a community's page on a slow phone
	@$(BIN)/python -m benchmarks.web_first_visit

soak: $(VENV)/.testing ## kill the server hundreds of times under uploads (KILLS chooses how often, on each database)
	@TMPDIR=$${TMPDIR:-/tmp} KILLS=$${KILLS:-200} $(BIN)/python -m pytest -n 2 tests/faults/test_killed_server.py

clean: ## remove the virtual environment, the built web app and caches (data in var/ stays)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis web/node_modules web/dist web/src/api/schema.d.ts

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

$(VENV)/.node: $(VENV)/.python
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
		&& npm --version >/dev/null 2>&1 \
		|| { echo "jiayuan: installing Node.js into the virtual environment"; \
			$(BIN)/python -m pip install --quiet --disable-pip-version-check -r web/requirements-node.txt; } \
		|| { echo "jiayuan: there is no Node.js 20.19 or newer, and installing one failed" >&2; exit 1; }
	@touch $@

web/node_modules/.installed: $(VENV)/.node web/package.json web/package-lock.json
	@echo "jiayuan: installing what the web app is built with"
	@cd web && $(NPM) ci --no-audit --no-fund --ignore-scripts --loglevel=error \
		|| { echo "jiayuan: npm ci failed; is a package registry reachable?" >&2; exit 1; }
	@touch $@

web/dist/index.html: web/node_modules/.installed $(VENV)/.product $(WEB_SOURCES)
	@echo "jiayuan: building the web app"
	@cd web && $(NPM) run --silent build -- --logLevel warn && cd .. && $(BIN)/python -m whitenoise.compress --quiet web/dist \
		|| { rm -f web/dist/index.html; echo "jiayuan: building the web app failed" >&2; exit 1; }
	@touch $@

web/src/api/schema.d.ts: web/node_modules/.installed $(VENV)/.product $(wildcard api/*.py api/schemas/*.py)
	@mkdir -p var && LOG_LEVEL=ERROR $(BIN)/flask --app server.wsgi openapi write var/openapi.json && cd web && $(NPM) run --silent types:api
