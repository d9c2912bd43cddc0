# The two commands are `make study` (the main job) and `make test`, in either order. Both set up .venv on a machine that has nothing but
# Python >= 3.10 with venv; a second call finds everything in place.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.10 python3; do command -v $$p && break; done)
# What pip is given for PyTorch, which only the tests need; with options, e.g. --index-url, for a build without CUDA.
TORCH ?= torch==2.13.0
WORKERS ?= 2
# How much `make campaign` tries, and for how long at most.
FAULTS ?= 1000
INPUTS ?= 100000
RUNS ?= 100
MINUTES ?= 60
SEED ?= 0
BROWSER := @sparticuz/chromium@147.0.0 puppeteer-core@24.43.1 axe-core@4.10.3

VENV := .venv
PY := $(VENV)/bin/python
# A file's tests stay together, since they share stores and servers; the slowest files go first.
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# What runs side by side is printed one after the other, by a make that can (4 and later).
SYNCED := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
INSTALL := $(PY) -m uv pip install --quiet --python $(PY) --compile-bytecode

# Without .pyc files `import mlflow` takes 5 s instead of 1.5 s, in each of the hundreds of processes of a test run.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help study test test-long check lint types layers docs fast doctest coverage format fix
.PHONY: catalogues screenshots cli-docs rule-docs brought-packages hosted-packages new-rule bench bench-startup bench-fixed-costs bench-listing bench-audit tracker-names
.PHONY: bench-replays bench-audit-accuracy campaign clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

study: $(VENV)/.study ## the main job: `bis study`, from the experiments and projects in study/ to a report
	$(VENV)/bin/bis study --out study/out

test: $(VENV)/.dev $(VENV)/.browser ## everything but test-long: lint, types, layers, docs, doctests, tests
	$(MAKE) --no-print-directory -j $(WORKERS) $(SYNCED) types lint layers docs doctest
	$(PYTEST) -m "not long"

test-long: $(VENV)/.dev $(VENV)/.browser ## whole studies, tries, the tutorial, settings of the environment: they build environments, or start cold
	$(PYTEST) -m long

check: lint types layers docs fast ## before each commit: lint, types, layers, documentation, fast tests (2 minutes)

lint: $(VENV)/.dev ## ruff: lint and format, nothing is changed
	$(PY) -m ruff check
	$(PY) -m ruff format --check

types: $(VENV)/.dev ## mypy --strict on src and tests
	$(PY) -m mypy

layers: $(VENV)/.dev ## import-linter: who may import what
	$(VENV)/bin/lint-imports --no-cache

docs: $(VENV)/.dev ## the documentation, into site/
	$(PY) -m mkdocs build --strict --quiet

fast: $(VENV)/.dev ## tests that start no process, open no store and use no network
	$(PYTEST) --quiet tests/unit tests/rules

doctest: $(VENV)/.dev ## the examples in docstrings; in one process, since importing bis takes longer than they do
	$(PY) -m pytest --quiet --doctest-modules src/bis

coverage: $(VENV)/.dev ## which lines the tests in this process reach; fails below the floor in pyproject.toml
	$(PYTEST) --quiet tests/unit tests/rules tests/integration --cov --cov-report=term:skip-covered

format: $(VENV)/.dev ## format the code
	$(PY) -m ruff format

fix: $(VENV)/.dev ## fix what ruff can fix, and format
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

cli-docs: $(VENV)/.dev ## docs/cli.md, from the commands' help
	$(PY) docs/generate_cli.py

catalogues: $(VENV)/.dev ## the messages of pages, for translators: adds new ones to the catalogues
	$(PY) -m tests.catalogue_messages

screenshots: $(VENV)/.dev $(VENV)/.browser ## the pictures of pages in the documentation
	$(PY) docs/generate_screenshots.py

rule-docs: $(VENV)/.dev ## docs/rules.md, from the rules' docstrings
	$(PY) docs/generate_rules.py

brought-packages: $(VENV)/.dev ## what distributions bring along, from locks, wheels and environments: FACTS="FOLDER..."
	$(PY) docs/generate_brought_distributions.py $(FACTS)

hosted-packages: $(VENV)/.dev ## what notebooks on Colab and Kaggle have: COLAB=CLONE KAGGLE=CLONE
	$(PY) docs/generate_hosted_distributions.py $(COLAB) $(KAGGLE)

new-rule: $(VENV)/.dev ## create a rule of the audit: CODE=BIS319 NAME=some-name
	$(PY) -m tests.rules.new_rule '$(CODE)' '$(NAME)'

bench: $(VENV)/.dev ## cost of recording, beside other trackers
	$(PY) benchmarks/overhead.py

bench-listing: $(VENV)/.dev ## cost of listing 10,000 runs, beside MLflow's search
	$(PY) benchmarks/listing.py

bench-startup: $(VENV)/.dev ## cost of starting a recorded process
	$(PY) benchmarks/startup.py

bench-fixed-costs: $(VENV)/.dev ## cost of each command with a script that costs nothing
	$(PY) benchmarks/fixed_costs.py

bench-replays: $(VENV)/.dev ## replays per minute, beside `mlflow run` in a loop
	$(PY) benchmarks/replays.py

bench-audit: $(VENV)/.dev ## cost of auditing a corpus, beside tools that read the same files
	$(PY) benchmarks/audit.py

tracker-names: $(VENV)/.dev ## looks the names of the trackers' tables up in the packages, which it installs apart
	$(PY) benchmarks/tracker_names.py

campaign: $(VENV)/.dev $(VENV)/.campaign ## faults, malformed input, concurrency: FAULTS=1000 INPUTS=100000 RUNS=100 MINUTES=60 SEED=0; writes docs/reliability.md
	$(PY) -m campaigns --faults $(FAULTS) --inputs $(INPUTS) --runs $(RUNS) --minutes $(MINUTES) --seed $(SEED) --jobs $(WORKERS) --page

bench-audit-accuracy: $(VENV)/.dev ## how often the audit is right, on the clones in CLONES
	$(PY) benchmarks/audit_accuracy.py $(CLONES)

clean: ## remove what the targets wrote, but for .venv
	rm -rf site study/out benchmarks/out campaigns/out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

$(VENV)/.base:
	@test -n "$(PYTHON)" || { echo "No python3 was found. Install Python >= 3.10, or: make PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "$(PYTHON) is older than 3.10: make PYTHON=..."; exit 2; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
	@touch $@

$(VENV)/.study: pyproject.toml | $(VENV)/.base
	$(INSTALL) -e '.[study]'
	@touch $@

# PyTorch comes through pip, which honours find-links and index settings of the machine that uv does not read.
$(VENV)/.dev: pyproject.toml | $(VENV)/.base
	$(PY) -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(INSTALL) -e '.[dev,study]'
	@touch $@ $(VENV)/.study

# Where Atheris has no wheel, what it would guide is not tried.
$(VENV)/.campaign: pyproject.toml | $(VENV)/.base
	$(INSTALL) -e '.[campaign]' || echo "no Atheris: no input is guided by what it reaches"
	@touch $@

# A browser for the tests of pages, from the registry of npm; without npm, or on other systems, those tests are skipped.
$(VENV)/.browser: | $(VENV)/.base
	@if command -v npm >/dev/null && [ "$$(uname -sm)" = "Linux x86_64" ]; then \
	  npm install --silent --no-fund --no-audit --prefix $(VENV)/browser $(BROWSER) || echo "no browser: pages are not tested in one"; \
	else echo "no npm: pages are not tested in a browser"; fi
	@touch $@
