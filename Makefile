# Two commands matter: `make demo` and `make test`. Both set everything up in .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint bench accuracy quality record docs clean setup
.DEFAULT_GOAL := setup

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "edgepsf needs Python >= 3.11, this is %d.%d: set PYTHON=python3.12 or so" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[imagej,demo,test]"
	@touch $@

demo: $(VENV)/.ready
	$(BIN)/edgepsf demo -o demo $(ARGS)

test: $(VENV)/.ready
	$(BIN)/python -m pytest

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The peers of deconvolution get environments of their own under .bench (several GB). make bench ARGS="--rounds 1"
bench: $(VENV)/.ready
	$(BIN)/python benchmarks/timings.py
	$(BIN)/python -m benchmarks.deconvolution --seed $(or $(SEED),1) $(ARGS)

# make accuracy SEED=3 ARGS=--quick
accuracy: $(VENV)/.ready
	$(BIN)/python benchmarks/accuracy.py --seed $(or $(SEED),1) $(ARGS)

# Restorations judged by the truth. Photographs of one's own: make quality ARGS="--photograph PATH --jpeg FOLDER"
# One section, some methods: make quality SECTION=six ARGS="--methods tv wiener --seeds 3"
quality: $(VENV)/.ready
	$(BIN)/python -m benchmarks.restoration $(or $(SECTION),all) --seed $(or $(SEED),1) $(ARGS)

# What every command does in every front end, to compare before and after a change: make record OUT=before.json
record: $(VENV)/.ready
	$(BIN)/python -m tests.recorder write $(or $(OUT),record.json) $(ARGS)

docs: $(VENV)/.ready
	$(BIN)/python docs/build.py

clean:
	rm -rf $(VENV) .bench demo build dist .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
