# Everything runs in ./.venv, which the first target that needs it makes from requirements.lock.
# Paths may hold spaces and Han characters: every path is relative or quoted.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test check screenshots lock clean

demo: $(STAMP) ## the real pipeline on shipped briefs with recorded replies
	@$(BIN)/python -m pipeline demo

test: $(STAMP) ## the tests: no network
	@$(BIN)/python -m pytest

check: $(STAMP) ## lint, types, and the slow tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -m slow

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "python3-venv is missing. Install it: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

screenshots: $(STAMP) ## docs/screenshots/*.png, from the demo; needs Chromium
	@$(BIN)/python docs/screenshots.py

lock: ## write requirements.lock anew from the newest versions pyproject.toml allows
	@$(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@{ echo "# Tested versions, for make; written by make lock."; \
	  .venv-lock/bin/python -m pip freeze --exclude-editable; } > requirements.lock
	@rm -rf .venv-lock

clean: ## remove the virtual environment, caches and outputs of the demo
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis out/demo
