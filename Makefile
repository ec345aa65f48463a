# `make run` is all it takes on a fresh machine with Python 3.11.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
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

# Everything a change has to pass: style, types, and all tests, on SQLite and PostgreSQL, in a real browser.
.PHONY: test
test: $(VENV)/.installed-dev
	@bin/test

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installing what the tests need…"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Pins requirements.in and requirements-dev.in anew.
.PHONY: lock
lock: $(VENV)/.installed-dev
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade requirements.in -o requirements.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade requirements-dev.in -o requirements-dev.txt

# TalkWave's speed beside its peers, and every goal of it, on this machine (docs/speed.md): `make bench ARGS="--quick"`.
.PHONY: bench
bench: $(VENV)/.installed-dev
	@$(VENV)/bin/python -m benchmarks $(ARGS)

# What breaks, and what is lost then: nothing (docs/promises.md): `make faults ARGS="--only F1 F2"`.
.PHONY: faults
faults: $(VENV)/.installed-dev
	@$(VENV)/bin/python -m faults $(ARGS)

# The words of templates and Python for translators, merged into locale/ and compiled (docs/translating.md). Needs gettext.
.PHONY: messages
messages: $(VENV)/.installed
	@$(VENV)/bin/python manage.py makemessages --all --add-location file --no-obsolete --ignore "$(VENV)" --ignore data --ignore benchmarks --ignore faults --ignore "test*"
	@$(VENV)/bin/python manage.py compilemessages --locale de --ignore "$(VENV)"
