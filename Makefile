# The one entry to this project. Needs Python >= 3.11 and make; everything else is installed into a virtual environment
# of its own: .venv, or .venv-python3.13 when you say `make test PYTHON=python3.13`.

ifdef PYTHON
VENV := .venv-$(notdir $(PYTHON))
else
VENV := .venv
NEW_ENOUGH := -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))'
PYTHON := $(shell for p in python3 python python3.14 python3.13 python3.12 python3.11; do \
            $$p $(NEW_ENOUGH) 2>/dev/null && echo $$p && break; done)
endif

BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := $(VENV)/.ready
CHECKED := $(wildcard src tests examples demo bench)
# What dependency-groups.dev lists; read here because pip learned to do it only in 25.1.
DEV_GROUP := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")
# Tests run in this many processes; 0 runs them in one, where what they print can be seen with ARGS=-s.
WORKERS ?= 2
ARGS ?=
SEEDS ?= 1000
IMAGE ?= everstep:dev

.DEFAULT_GOAL := help
.PHONY: help setup demo test javascript browser pictures check fmt sim bench image sam-gate e2e-docker fuzz chaos clean dist

help: ## show this list
	@sed -n -E 's/^([a-z]+):.*## (.*)/  make \1 : \2/p' Makefile | sed 's/ : /\t/' | expand -t 16

setup: $(READY) ## make the virtual environment (the other targets do it by themselves)

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "everstep needs Python 3.11 or newer; say which: make PYTHON=/path/to/python" >&2; exit 2; }
	@echo "setting up $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c '$(DEV_GROUP)' > $(VENV)/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(VENV)/dev.txt -e '.[server]'
	@: > $@

demo: $(READY) ## an order that survives two kills, with its history as a timeline
	@$(BIN)/python -m demo

# What npm installs beside its own folder, so that make can see how old it is.
NPM_READY := tests/javascript/node_modules/.package-lock.json

javascript: ## the official SDK for JavaScript, for the tests that run functions written with it
	@if ! command -v npm > /dev/null; then echo "SKIPPED functions in JavaScript: they need node and npm" >&2; \
	elif test ! $(NPM_READY) -nt tests/javascript/package.json; then echo "setting up tests/javascript ..."; \
	  npm install --prefix tests/javascript --no-package-lock --no-audit --no-fund --loglevel error \
	    && touch $(NPM_READY) || echo "SKIPPED functions in JavaScript: npm could not install their SDK" >&2; fi

AXE_READY := tests/page/node_modules/.package-lock.json

browser: ## a Chromium and axe-core, for the tests of the page
	@if ! command -v chromium chromium-browser google-chrome > /dev/null; then \
	  if command -v apt-get > /dev/null && test "$$(id -u)" = 0; then echo "installing chromium ..."; \
	    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } > /dev/null 2>&1; fi; fi
	@command -v chromium chromium-browser google-chrome > /dev/null || echo "SKIPPED the page: its tests need a Chromium" >&2
	@if ! command -v npm > /dev/null; then echo "SKIPPED the page: its tests need npm, for axe-core" >&2; \
	elif test ! $(AXE_READY) -nt tests/page/package.json; then echo "setting up tests/page ..."; \
	  npm install --prefix tests/page --no-package-lock --no-audit --no-fund --loglevel error \
	    && touch $(AXE_READY) || echo "SKIPPED the page: npm could not install axe-core" >&2; fi

test: $(READY) javascript browser ## all tests, the quick wings first; pass options with ARGS='-k timer'
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: $(READY) ## format, lint, types, workflows
	@$(BIN)/ruff format --check --quiet $(CHECKED) || { echo "not formatted: run make fmt" >&2; exit 1; }
	@$(BIN)/ruff check --quiet $(CHECKED)
	@$(BIN)/mypy $(CHECKED)
	@$(BIN)/zizmor --quiet --no-progress --offline --strict-collection .github/workflows
	@if ! command -v node > /dev/null; then echo "SKIPPED pyright: it needs node, which is not installed" >&2; \
	  elif test -d tests/typing; then $(BIN)/pyright --pythonpath $(BIN)/python; fi

pictures: $(READY) browser ## the pictures of the page in docs/pictures
	@$(BIN)/python -m tests.page.pictures

fmt: $(READY) ## put every file into form
	@$(BIN)/ruff check --quiet --fix-only $(CHECKED)
	@$(BIN)/ruff format $(CHECKED)

sim: $(READY) ## random programs where everything goes wrong: SEEDS=20000 takes minutes
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(ARGS)

bench: $(READY) ## everstep beside its peers; ONLY=a,f (workloads), ROUNDS=3, SCALE=quick
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(filter quick,$(SCALE)),--quick) $(ARGS)

bench-micro: $(READY) ## the hot paths of the core alone, timed
	@$(BIN)/python -m pytest -n0 bench/micro --benchmark-columns=min,median,ops $(ARGS)

bench-check: $(READY) ## their instructions against those recorded (valgrind); ARGS=--record writes new ones
	@$(BIN)/python -m bench.micro $(ARGS)

image: ## the container image; IMAGE=name:tag, BASE=an image with Python, if not the public one
	@docker build $(if $(BASE),--build-arg BASE=$(BASE)) --tag $(IMAGE) $(DOCKER_BUILD_OPTIONS) .

sam-gate: $(READY) ## aws-sam-cli's own durable tests against IMAGE; SAM_CLI=its checkout, BASE as above
	@$(BIN)/python -m tests.sam_gate --image $(IMAGE) --sam-cli $(SAM_CLI) $(if $(BASE),--base $(BASE)) $(ARGS)

e2e-docker: $(READY) ## functions on the Lambda runtime, in containers, with the service of IMAGE
	@$(BIN)/python -m tests.e2e_docker --image $(IMAGE) $(if $(BASE),--base $(BASE)) $(ARGS)

fuzz: $(READY) ## every route, fuzzed from the OpenAPI description; EXAMPLES=100 per route and phase
	@test -x .venv-fuzz/bin/st || { $(PYTHON) -m venv .venv-fuzz && .venv-fuzz/bin/python -m pip install --quiet 'schemathesis>=4.32'; }
	@$(BIN)/python -m tests.hostile.fuzz --st .venv-fuzz/bin/st --examples $(or $(EXAMPLES),100)

dist: $(READY) ## the wheel and the source archive, in dist/
	@rm -rf dist
	@$(BIN)/hatchling build

chaos: $(READY) ## the service and its workers while everything goes wrong; SECONDS=60 SEED=… TARGET=sqlite
	@$(BIN)/python -m tests.chaos --seconds $(or $(SECONDS),60) --target $(or $(TARGET),sqlite) $(if $(SEED),--seed $(SEED)) $(ARGS)

clean: ## remove environments, caches and built files
	rm -rf .venv .venv-* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
