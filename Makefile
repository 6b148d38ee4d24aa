# make verify (the default) · make test · make bench · make bench-gate · make bench-tally · make soundness · make power
# make causes · make peers · make mutants · make attacks · make checks · make clean · make help
#
# Each sets up .venv first where it is missing, or older than pyproject.toml or constraints.txt.
#   make verify ARGS="numpy_dense --json -"    passes arguments on
#   make test PYTHON=python3.13                another interpreter, 3.11 or newer
#   make verify EXTRAS=bench,test,dev          without torch

PYTHON ?= python3
EXTRAS ?= torch,array-api,compiled,gpu,jax,bench,cluster,counts,mutants,test,dev
ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
STAMP := $(VENV)/.installed-$(EXTRAS)

.PHONY: verify test bench bench-gate bench-tally soundness power causes peers mutants attacks checks clean help

verify: $(STAMP)
	@$(VENV)/bin/gradgate verify $(ARGS)

test: checks
	@$(RUN) -m pytest $(ARGS)

bench: $(STAMP)
	@$(RUN) -m pytest --benchmark-only bench $(ARGS)

bench-gate: $(STAMP)
	@$(VENV)/bin/gradgate bench --gate $(ARGS)

bench-tally: $(STAMP)
	@$(RUN) -m gradgate.costs.tally $(ARGS)

soundness: $(STAMP)
	@$(RUN) -m gradgate.soundness $(ARGS)

power: $(STAMP)
	@$(RUN) -m gradgate.power $(ARGS)

causes: $(STAMP)
	@$(RUN) -m gradgate.confusion $(ARGS)

peers: $(STAMP)
	@$(PIP) --no-build-isolation --editable '.[peers]'
	@$(RUN) -m gradgate.peers $(ARGS)

mutants: $(STAMP)
	@$(RUN) -m gradgate.mutants $(ARGS)

attacks: $(STAMP)
	@GRADGATE_ATTACKS=all $(RUN) -m pytest tests/test_attacks.py $(ARGS)

checks: $(STAMP)
	@$(RUN) -m ruff check --quiet
	@$(RUN) -m ruff format --check --quiet || { echo "not formatted: run $(RUN) -m ruff format" >&2; exit 1; }
	@$(RUN) -m mypy

# hatchling is installed first and used without isolation: the build obeys constraints.txt too.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gradgate needs Python 3.11 or newer, $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.13")'
	@echo "Setting up $(VENV) with gradgate[$(EXTRAS)]: once, a minute or more, most of it torch"
	@$(PYTHON) -m venv $(VENV)
	@rm -f $(VENV)/.installed-*
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable '.[$(EXTRAS)]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	find impls properties bench corpus src tests -name __pycache__ -prune -exec rm -rf {} +

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile
