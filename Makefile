# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: setup run test lint fix bench model corpus clean

setup: $(VENV)/.ready

# torch comes first, by itself and by version, so that pip finds its CPU build.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet -c constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet -c constraints.txt -e ".[dev]"
	@touch $@

run: setup
	$(BIN)/chithi index corpus
	$(BIN)/chithi ask "ai chủ trì nhiệm vụ chuyển đổi số?"
	$(BIN)/chithi serve --port $(PORT)

test: setup
	@.ci/system-packages
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python -m eval.bench --out docs/benchmark.md

# Train the embedded model again (needs the training texts; see indexer/model/README.md).
model: setup
	$(BIN)/python -m indexer.train --data ../shared/train --out indexer/model

# Make the .docx and .pdf documents of the sample collection again from their sources.
corpus: setup
	$(BIN)/python corpus/make_files.py

clean:
	rm -rf $(VENV) .chithi build *.egg-info
