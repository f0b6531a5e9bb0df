# Unitbrush: `make` alone lists the commands. Everything lives in .venv and node_modules; nothing else is touched.
#
# PYTHON=python3.12      which Python makes .venv (default: the first of python3, python3.14 … python3.11 that is new enough)
# ARGS="--port 9000"     more words for `unitbrush serve` (make run) or pytest (make test)

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PYTHONS := $(if $(PYTHON),$(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
GROUND := pyproject.toml constraints.txt dissect_core/version.py
ARGS ?=

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.installed ## install what is missing, start the server, print the page's address
	@exec $(BIN)/unitbrush serve $(ARGS)

.PHONY: test
test: lint browser proxy ## lint, types and every test
	node --test $$(find tests/js -name '*.test.*js' | sort)
	$(BIN)/python -m pytest $(ARGS)

.PHONY: lint
lint: $(VENV)/.installed-for-tests node_modules/.installed ## ruff, mypy --strict, import-linter, tsc --checkJs, Biome
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	node_modules/.bin/tsc --project frontend/jsconfig.json
	node_modules/.bin/biome ci --error-on-warnings

.PHONY: format
format: $(VENV)/.installed-for-tests node_modules/.installed ## sort the imports and lay out the code: ruff, Biome
	$(BIN)/ruff check --fix-only --select I .
	$(BIN)/ruff format .
	node_modules/.bin/biome check --write

.PHONY: bench
bench: $(VENV)/.installed-for-tests ## measure how fast it is on this machine: one table (ARGS="--only render --out bench.json")
	@exec $(BIN)/unitbrush bench $(ARGS)

.PHONY: constraints
constraints: $(VENV)/.installed-for-tests ## move every package to its newest version and write constraints.txt
	$(BIN)/python -m pip install --upgrade --upgrade-strategy eager --editable '.[test,mutation]'
	@{ grep '^#' constraints.txt; \
	   $(BIN)/python -m pip freeze --all --exclude-editable | grep '==' | sed 's/+.*//' | grep -viE '^(nvidia-|cuda-|triton|pip==)' \
	   | LC_ALL=C sort -f; } > constraints.txt.new && mv constraints.txt.new constraints.txt
	git --no-pager diff --stat constraints.txt

.PHONY: clean
clean: ## remove .venv, node_modules and the tools' caches
	rm -rf $(VENV) node_modules .import_linter_cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# ------------------------------------------------------------------------------------------------------ what they need

$(BIN)/python:
	@for name in $(PYTHONS); do \
	    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$name"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "Unitbrush needs Python 3.11 or newer; none of these is one: $(PYTHONS)." >&2; \
	    echo "Install it (Debian, Ubuntu: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python" >&2; \
	    exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV) || { \
	    rm -rf $(VENV); \
	    echo "$$found cannot make a virtual environment (Debian, Ubuntu: apt-get install python3-venv)." >&2; \
	    exit 1; \
	}

$(VENV)/.installed: $(GROUND) | $(BIN)/python
	@echo "Installing the packages into $(VENV): once, some minutes, mostly PyTorch"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-for-tests: $(GROUND) | $(BIN)/python
	$(INSTALL) --editable '.[test]'
	@touch $(VENV)/.installed $@

node_modules/.installed: package.json
	@$(call need,node,nodejs,Node.js 20 or newer)
	@$(call need,npm,npm,npm)
	npm install --no-package-lock --no-audit --no-fund
	@touch $@

.PHONY: browser
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do command -v $$name && exit; done; \
	$(call need,chromium,chromium,Chromium)

.PHONY: proxy
proxy:
	@$(call need,nginx,nginx,nginx)

# need(command, Debian package, name for people): there already, or installed by apt-get, or a clear refusal.
define need
if ! command -v $(1) >/dev/null; then \
    if [ "$$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else as_root=none; fi; \
    if [ "$$as_root" = none ] || ! command -v apt-get >/dev/null; then \
        echo "The tests need $(3), and only root on a Debian or Ubuntu lets me install it. Please install it and try again." >&2; \
        exit 1; \
    fi; \
    $$as_root apt-get update && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(2); \
fi
endef
