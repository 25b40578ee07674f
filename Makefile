# Lightboard's commands. `make help` lists them; CONTRIBUTING.md says which test to run first.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
BOARD_SOURCES := $(shell find board/src board/index.html board/*.ts board/package.json -type f 2>/dev/null)
RUST_SOURCES := $(shell find crates -type f 2>/dev/null) Cargo.toml Cargo.lock pyproject.toml

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- what must be there -------------------------------------------------------------------------

.PHONY: tools
tools:
	@scripts/check_tools.sh python3 cc cargo node npm

$(BIN)/uv: requirements/bootstrap.txt | tools
	@echo "· making the Python environment $(VENV)"
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(VENV)/.synced: requirements/dev.txt $(BIN)/uv
	@echo "· installing the locked Python packages"
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/bootstrap.txt requirements/dev.txt
	@rm -f $(VENV)/.built
	@touch $@

board/node_modules/.package-lock.json: board/package.json board/package-lock.json | tools
	@echo "· installing the locked npm packages"
	cd board && npm ci
	@touch $@

python/lightboard/board_static/index.html: $(BOARD_SOURCES) board/node_modules/.package-lock.json
	@echo "· building the board"
	cd board && npm run build
	@touch $@

# --- build ---------------------------------------------------------------------------------------

ACTIVATE := PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)"

$(VENV)/.built: $(RUST_SOURCES) $(VENV)/.synced
	@echo "· building the Rust core (release; the first time takes a minute)"
	@touch $@.begun # what changes while it builds is to be built again
	$(ACTIVATE) maturin develop --release --uv
	@mv $@.begun $@

.PHONY: build
build: $(VENV)/.built python/lightboard/board_static/index.html ## Build everything (release)

.PHONY: screenshots
screenshots: build chromium ## Photograph every state of the board into artifacts/, and renew the picture in docs
	@LIGHTBOARD_ARTIFACTS=$(CURDIR)/artifacts $(BIN)/python -m pytest tests/board/test_screenshots.py -m browser
	@cp artifacts/twelve-runs-light.png docs/board.png

.PHONY: demo
demo: build ## Write demo runs, serve them on 127.0.0.1:6006
	@$(BIN)/python scripts/demo.py

# --- look for mistakes ---------------------------------------------------------------------------

.PHONY: lint
lint: lint-rust lint-python lint-board ## All linters and type checkers

.PHONY: lint-rust
lint-rust: $(VENV)/.synced
	cargo fmt --all --check
	$(ACTIVATE) cargo clippy --workspace --all-targets --locked -- -D warnings

.PHONY: lint-python
lint-python: $(VENV)/.built board/node_modules/.package-lock.json
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest lightboard._core --ignore-missing-stub
	$(BIN)/python scripts/third_party.py --check

.PHONY: lint-board
lint-board: board/node_modules/.package-lock.json
	cd board && npm run lint

.PHONY: format
format: $(VENV)/.synced board/node_modules/.package-lock.json ## Format all sources
	cargo fmt --all
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd board && npm run format

# --- test ----------------------------------------------------------------------------------------

# Real event files for the tests that read them; a test that needs them says so when they are absent.
LIGHTBOARD_CORPUS ?= $(wildcard $(CURDIR)/../shared/corpus)
export LIGHTBOARD_CORPUS

.PHONY: test
test: test-rust test-board test-python test-browser ## All tests but torch's

.PHONY: test-rust
test-rust: $(VENV)/.synced ## cargo tests
	$(ACTIVATE) cargo test --workspace --locked

.PHONY: test-board
test-board: board/node_modules/.package-lock.json ## The board's unit tests (vitest)
	cd board && npm test

# Two processes, each with its own half of the files until it is done with them and helps the other.
PYTEST := -m pytest -n 2 --dist worksteal
# QUICK=1 leaves out what is marked slow, as CI does.
QUICK ?=
SLOW := $(if $(QUICK), and not slow)

.PHONY: test-python
test-python: build ## pytest without browser and torch
	$(BIN)/python $(PYTEST) -m "not browser and not torch$(SLOW)"

.PHONY: test-browser
test-browser: build chromium ## pytest in a real Chromium
	$(BIN)/python $(PYTEST) -m "browser$(SLOW)"

.PHONY: chromium
chromium:
	@scripts/ensure_chromium.sh

VENV_TORCH := .venv-torch

$(VENV_TORCH)/.synced: requirements/torch.txt $(VENV)/.synced
	@echo "· installing torch 2.13.0 and training frameworks (about 6 GB the first time, then from uv's cache)"
	test -x $(VENV_TORCH)/bin/python || $(BIN)/uv venv --quiet $(VENV_TORCH)
	$(BIN)/uv pip sync --quiet --python $(VENV_TORCH)/bin/python --require-hashes requirements/torch.txt
	echo "$(CURDIR)/python" > "$$($(VENV_TORCH)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/lightboard.pth"
	@touch $@

# All that comes over the network, for CI: it comes while something else is compiled.
.PHONY: environments
environments: $(VENV)/.synced board/node_modules/.package-lock.json chromium $(VENV_TORCH)/.synced

.PHONY: test-torch
test-torch: $(VENV)/.built $(VENV_TORCH)/.synced ## Tests against torch 2.13.0 and training frameworks, in an environment of their own
	$(VENV_TORCH)/bin/python $(PYTEST) -m "torch$(SLOW)"

# --- measure, fuzz, lock -------------------------------------------------------------------------

.PHONY: bench
bench: build $(VENV_TORCH)/.synced chromium ## Measure against the peers, write benches/RESULTS.md
	$(VENV_TORCH)/bin/python benches/run.py

.PHONY: fuzz
fuzz: ## Fuzz each target for a minute (needs cargo-fuzz)
	@scripts/fuzz.sh 60

.PHONY: lock
lock: $(BIN)/uv ## Compile the locked requirements anew
	for name in bootstrap dev torch; do \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    requirements/$$name.in -o requirements/$$name.txt; \
	done

.PHONY: clean
clean: ## Remove everything built
	rm -rf target $(VENV) $(VENV_TORCH) board/node_modules board/gallery-dist python/lightboard/board_static demo-runs
	rm -f python/lightboard/_core*.so
