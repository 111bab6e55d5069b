# Nothing hidden: each command is one line. CI runs `make check` and `make test`, like everybody.
PYTHON ?= python3
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help setup dev run test coverage check fix bench demo shots system-packages

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 24
setup: ## Install what Watchbill needs into .venv (once)
	@$(PYTHON) tools/setup.py
dev: ## Install what tests and gates need as well (once)
	@$(PYTHON) tools/setup.py --dev
run: setup ## Start everything on this machine and print the address and the login
	@exec .venv/bin/python manage.py up --follow-parent
test: dev ## Run the whole suite on SQLite and on PostgreSQL; ARGS="-k name" narrows it
	@.venv/bin/python -m tools.test $(ARGS)
coverage: dev ## The same, and fail where too little of the product is covered (takes twice as long)
	@.venv/bin/python -m tools.test --coverage
check: dev ## Run every gate: format, lint, types, imports, migrations, deployment, budgets
	@.venv/bin/python -m tools.check
fix: dev ## Format, and repair what the linter can
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .
bench: dev ## Measure, and print a table
	@.venv/bin/python -m bench $(ARGS)
demo: setup ## Load the demo company into DATA_DIR without starting anything
	@for step in 'migrate -v 0' 'load_playbook --shipped' demo; do .venv/bin/python manage.py $$step || exit; done
shots: dev ## Renew the pictures in docs/images; ARGS="now incident" takes these only
	@.venv/bin/python -m tools.shots $(ARGS)
system-packages: ## Install the optional programs that tests use (root, apt)
	@$(PYTHON) tools/system_packages.py
