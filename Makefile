# `make run` is all it takes on a fresh machine with Python 3.11.
PYTHON ?= python3.11
VENV := .venv
# `make run ARGS="--port 9000"` passes options on to `manage.py serve`.
ARGS ?=

.PHONY: run
run: $(VENV)/.installed
	@exec $(VENV)/bin/python manage.py serve $(ARGS)

# The environment is made once, and filled again only when the pinned requirements have changed.
$(VENV)/.installed: requirements.txt
	@test -x $(VENV)/bin/python || { echo "Making an environment in $(VENV)…"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the requirements…"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@
