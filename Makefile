# The whole developer interface. A fresh machine needs Python 3.11 or later, make and the usual package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: install demo test histories faults faults-selftest faults-all campaigns lint lock build clean

COUNT ?= 5000
SEED ?= 1
ROUNDS ?= 200

install: $(INSTALLED)  ## install into .venv, exactly what the lock file pins

$(INSTALLED): requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: install  ## open the console on the sample business
	$(BIN)/qbconsole demo

test: install  ## run every test
	$(BIN)/python -m pytest -n auto

histories: install  ## play COUNT seeded histories of the outbox under a virtual clock, from SEED on
	$(BIN)/python -m tests.histories --count $(COUNT) --seed $(SEED)

faults: install  ## the campaign of docs/faults.md: SEED, ROUNDS
	$(BIN)/python -m tests.faults.campaign --seed $(SEED) --rounds $(ROUNDS)

faults-selftest: install  ## the campaign with each guard off in turn, which it must miss
	$(BIN)/python -m tests.faults.campaign --seed $(SEED) --selftest

campaigns: histories faults faults-selftest faults-all  ## all of that; before a release

faults-all: install  ## every case of the scenarios of failures
	QBCONSOLE_THOROUGH=1 $(BIN)/python -m pytest -n auto tests/faults

lint: install  ## style, types, layers
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

lock: install  ## pin again after a change of the dependencies in pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --strip-extras --allow-unsafe --no-header --extra dev --output-file requirements-dev.lock pyproject.toml

build: install  ## the wheel, in dist/
	$(BIN)/python -m build --no-isolation --wheel

clean:  ## forget everything that was installed or built
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache
