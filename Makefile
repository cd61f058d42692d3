# Two commands: `make serve` and `make test`; `make bench` measures. Each does all of its own set-up on a machine with Python 3.11 and make.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
READY := $(VENV)/ready
EDITOR := service/sasaeai/web/static/npm/yasqe.min.js

.PHONY: serve test quick lint bench clean

serve: $(READY)
	exec $(VENV)/bin/sasaeai serve --host $(HOST) --port $(PORT)

# A file of tests runs in one process, so that what its tests share is made once.
test: lint
	$(VENV)/bin/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

quick: $(READY)
	$(VENV)/bin/pytest -m "not slow"

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: $(READY)
	$(VENV)/bin/python bench/table.py

# The stamp is a file inside the environment: it goes when the environment goes.
$(READY): pyproject.toml constraints.txt service/build_hook.py package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sasaeai needs Python 3.11 or newer; name it with: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "This Python cannot make environments. On Debian: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@test -f $(EDITOR) || echo "The query editor and the design tokens could not be fetched from npm: /sparql serves its plain form, and pages their own colours. To try again: make clean serve"
	touch $@

clean:
	rm -rf $(VENV) build dist $(dir $(EDITOR))
