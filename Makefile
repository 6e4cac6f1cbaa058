# Everything happens in .venv, made from the hashed lock files. Python 3.11 and make are all that must be there.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA := build/flights.csv
FILE ?= $(DATA)
OUT ?=
SEED ?= 1
MOMENTS ?= 20

export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE ?= copy
export UV_NO_PROGRESS := 1

.DEFAULT_GOAL := help
.PHONY: help setup analyze serve test faults fuzz check format bench lock clean

help: ## Show what can be made.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(READY) ## Make .venv with the locked dependencies.

$(READY): requirements-bootstrap.lock requirements-dev.lock pyproject.toml
	@echo "setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(DATA): | $(READY)
	@$(BIN)/python -m bench.flights $@

analyze: $(READY) $(FILE) ## Analyze a file: FILE=path (default: the flights table), OUT=folder for copies.
	@$(BIN)/voyant analyze "$(FILE)" $(if $(OUT),--out "$(OUT)")

serve: $(READY) ## Start the server: REST, MCP and Dagit on one port.
	@$(BIN)/voyant serve

test: $(READY) ## Run the whole test suite.
	@$(BIN)/python -m pytest -n 2 --dist loadfile

faults: $(READY) ## Run the kill matrix: MOMENTS=20 in each cell.
	@$(BIN)/python -m tests.faults.kill_matrix --moments $(MOMENTS)

fuzz: $(READY) ## Run the property tests with new examples, and read 10,000 made-up files.
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit
	@$(BIN)/python -m tests.fuzz.readers --count 10000 --seed $(SEED)

check: $(READY) ## Format, lint, types, import contracts and the fast tests.
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pyright
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit tests/architecture tests/contract

format: $(READY) ## Format the code and apply the safe fixes.
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

bench: $(READY) $(DATA) ## Measure against the naive pipeline; results go to bench/results.
	@$(BIN)/python -m bench.run

lock: $(READY) ## Resolve the dependencies anew.
	@$(BIN)/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header requirements-bootstrap.in -o requirements-bootstrap.lock
	@$(BIN)/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml -o requirements-dev.lock

clean: ## Remove the environment and what was built.
	@rm -rf $(VENV) build
