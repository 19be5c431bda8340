# The commands of Foyer. They need Python 3.11 or newer and make, nothing else.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PY := .venv/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt
DEMO_FILE := data/demo.db
DEMO := DATABASE_URL=sqlite:///$(DEMO_FILE)

define DEMO_PEOPLE
import sqlite3
for row in sqlite3.connect("file:$(DEMO_FILE)?mode=ro", uri=True).execute(
    "SELECT u.email, m.role, c.name FROM users u JOIN user_companies m ON m.user_id = u.id"
    " JOIN companies c ON c.id = m.company_id WHERE m.ended_at IS NULL ORDER BY c.id, u.id"
):
    print("  %-36s %-10s %s" % row)
endef
export DEMO_PEOPLE

# Without Python's own files of what it has read, every run and every process that it starts reads all of it anew.
test firefox soak check: export PYTHONDONTWRITEBYTECODE =

.PHONY: help install run demo test firefox soak check migration bench pictures

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: .venv/.installed ## make the environment in .venv (again only when the requirements changed)

run: .venv/.installed ## start Foyer on http://127.0.0.1:8501 with the database of DATABASE_URL (data/crm.db)
	@$(PY) -m dashboard

demo: .venv/.installed ## start Foyer with two made-up companies in data/demo.db
	@if [ -e $(DEMO_FILE) ]; then \
		echo "The demo database $(DEMO_FILE) is there already. Its people sign in with the password printed when it was made:"; \
		$(PY) -c "$$DEMO_PEOPLE"; \
		echo "A link to set a new password:  $(DEMO) $(PY) -m crm_data reset-password E-MAIL"; \
		echo "To begin again:  rm $(DEMO_FILE)*; make demo"; \
	else \
		mkdir -p $(dir $(DEMO_FILE)); \
		trap 'rm -f $(DEMO_FILE) $(DEMO_FILE)-wal $(DEMO_FILE)-shm; exit 130' INT TERM; \
		$(DEMO) $(PY) -m crm_data demo || { rm -f $(DEMO_FILE) $(DEMO_FILE)-wal $(DEMO_FILE)-shm; exit 1; }; \
	fi
	@$(DEMO) $(PY) -m dashboard

test: .venv/.installed-dev ## run every test, in real browsers and on SQLite and PostgreSQL (half an hour on two cores)
	@$(PY) -m tests.support.browser
	$(PY) -m pytest -q -n 2 || $(PY) -m tests.support.once_more

firefox: .venv/.installed-dev ## run the tests of the components in Firefox too
	@$(PY) -m tests.support.firefox
	FOYER_ENGINE=firefox $(PY) -m pytest -q -m browser tests/components

soak: .venv/.installed-dev ## run every test, those that can be made longer at their full length (hours)
	@$(PY) -m tests.support.browser
	FOYER_SOAK=1 $(PY) -m pytest -q -n 2

check: .venv/.installed-dev ## lint, format, types, the direction of imports and the quick tests (three minutes on two cores)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy crm_data dashboard pages migrations
	.venv/bin/lint-imports --no-logo
	$(PY) -m pytest -q -m "not slow and not browser and not postgres" -n 2

migration: .venv/.installed-dev ## write the migration of what the tables declare anew: make migration m="customers get a region"
	@file=$$($(PY) -m migrations.write "$(m)") && $(PY) -m ruff check -q --fix --select F401,I001 "$$file" && $(PY) -m ruff format -q "$$file" && echo "$$file"

bench: .venv/.installed-dev ## measure Foyer against plain SQLite and an empty Streamlit page; SCALE=10: ten times the rows too
	@$(PY) -m bench $(PARTS) $(if $(YEAR),--year $(YEAR)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SCALE),--scale $(SCALE))

pictures: .venv/.installed-dev ## take the pictures of the README and the guide anew, from demo data
	@$(PY) -m docs.pictures

.venv/.installed: requirements.txt constraints.txt | .venv/bin/python
	@echo "Installing what Foyer needs into .venv"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing what the tests and checks need into .venv"
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@

# Each name is tried by running it: a version manager's stand-in may be on the PATH and start nothing, and a
# distribution's Python may come without venv.
.venv/bin/python:
	@for python in python3.13 python3.12 python3.11 python3; do \
		if $$python -c 'import sys, ensurepip, sqlite3, ssl; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			echo "Making .venv with $$($$python --version)"; \
			exec $$python -m venv .venv; \
		fi; \
	done; \
	echo "Foyer needs Python 3.11 or newer with venv; install it (on Debian: python3 and python3-venv) and run make again." >&2; \
	exit 1
