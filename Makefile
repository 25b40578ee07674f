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

$(VENV)/.built: $(RUST_SOURCES) $(VENV)/.synced
	@echo "· building the Rust core (release; the first time takes a minute)"
	PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/maturin develop --release --uv --quiet
	@touch $@

.PHONY: build
build: $(VENV)/.built python/lightboard/board_static/index.html ## Build everything (release)
