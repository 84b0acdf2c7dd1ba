# Everything a person needs to run, test and check Einstieg. Needs only make and Python 3.11 or newer.
# Another interpreter: make run PYTHON=/path/to/python3.12
# Tools are called as modules, as the scripts in .venv/bin stop working when the folder is moved.

SHELL := /bin/sh
# Packages are compiled when first used; without keeping that, every start would take seconds longer.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?=
BIN := .venv/bin
RUNTIME := .venv/.stamp-run
DEVELOPMENT := .venv/.stamp-dev
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/*.po))

LINT_IMPORTS := from importlinter.cli import lint_imports_command; lint_imports_command()

TESTS ?=
WORKERS ?= 2
ONLY ?=

.PHONY: help run test check bench screenshots demo-reset clean setup translations catalogues
.DELETE_ON_ERROR:

help:
	@echo "make run          start the demo on http://127.0.0.1:5000 (HOST= and PORT= change that)"
	@echo "make test         run every test; TESTS=tests/house runs a part"
	@echo "make check        style, types, layers and templates"
	@echo "make bench        benchmarks as JSON lines; ONLY=name runs one"
	@echo "make screenshots  pictures of the pages into screenshots/"
	@echo "make demo-reset   throw the demo's data away (only ever a demo's)"
	@echo "make catalogues   collect new texts of families' pages into app/translations for translating"
	@echo "make clean        remove what builds and test runs left behind"

run: $(RUNTIME) $(CATALOGUES)
	@EINSTIEG_MODE=demo exec $(BIN)/python -m workers.up

# One process (WORKERS=0) is easier to debug in; a file's tests on one kind of database stay in one process.
test: $(DEVELOPMENT) $(CATALOGUES)
	@if [ "$(WORKERS)" = 0 ]; then exec $(BIN)/python -m pytest $(TESTS); \
	else exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS); fi

check: $(DEVELOPMENT)
	@failed=""; \
	echo "== ruff check";   $(BIN)/python -m ruff check . || failed="$$failed ruff-check"; \
	echo "== ruff format";  $(BIN)/python -m ruff format --check . || failed="$$failed ruff-format"; \
	echo "== mypy";         $(BIN)/python -m mypy || failed="$$failed mypy"; \
	echo "== lint-imports"; $(BIN)/python -c "$(LINT_IMPORTS)" || failed="$$failed lint-imports"; \
	echo "== pip check";    $(BIN)/python -m pip --disable-pip-version-check check || failed="$$failed pip-check"; \
	echo "== djlint";       $(BIN)/python -m djlint templates --lint --quiet || failed="$$failed djlint"; \
	if [ -n "$$failed" ]; then echo "make check: failed:$$failed"; exit 1; fi; \
	echo "make check: all six passed"

bench: $(DEVELOPMENT)
	@ONLY="$(ONLY)" exec $(BIN)/python -m tests.benchmarks

screenshots: $(DEVELOPMENT) $(CATALOGUES)
	@exec $(BIN)/python -m tests.screenshots

# The command itself refuses a home without the demo's marker file.
demo-reset: $(RUNTIME)
	@EINSTIEG_MODE=demo exec $(BIN)/python -m flask --app wsgi demo reset

# Neither data (instance/) nor the environment (.venv/) goes: both cost more to make than to keep.
clean:
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build screenshots
	@find app cases scheduling workers tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -f $(CATALOGUES)

setup: $(DEVELOPMENT)
translations: $(CATALOGUES)

# The pins are complete (`make check` asks pip): looking for dependencies and compiling all of them would triple the time.
$(RUNTIME): requirements.txt
	@PYTHON="$(PYTHON)" sh .ci/venv
	@echo "Installing what Einstieg runs on (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --requirement requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --requirement requirements-dev.txt
	@touch $@

# After a change of German texts that families read: then translate what is empty in the .po files.
catalogues: $(DEVELOPMENT)
	@mkdir -p build
	@$(BIN)/python -m babel.messages.frontend --quiet extract --mapping app/translations/babel.cfg --keyword lazy_gettext --no-location --sort-output --output-file build/messages.pot .
	@for catalogue in app/translations/*/LC_MESSAGES/messages.po; do \
		$(BIN)/python -m babel.messages.frontend --quiet update --input-file build/messages.pot --output-file $$catalogue --locale $$(basename $$(dirname $$(dirname $$catalogue))) --no-fuzzy-matching --ignore-obsolete --no-wrap; done

%.mo: %.po | $(RUNTIME)
	@$(BIN)/python -m babel.messages.frontend --quiet compile --input-file $< --output-file $@
