# One word for each thing a person does here. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
ARGS ?=
ONLY ?=
BIN := .venv/bin

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/ready ## a real WordPress breaks, tickets open and close; ARGS="--once --json" unattended
	@tools/install-parts demo
	@$(BIN)/python -m demo $(ARGS)

test: .venv/ready ## every test, the real WordPress included; ARGS="-k name" for some
	@tools/install-parts test
	@tools/get-vectors
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-php: ## the plugin's syntax and unit tests on the oldest and the newest PHP
	@tools/test-php

lint: .venv/ready types contracts ## ruff, mypy, import contracts, php -l, phpcs, shellcheck
	@tools/install-parts lint
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@tools/lint-php
	@shellcheck tools/with-progress tools/install-parts tools/make-venv tools/lint-php tools/test-php tools/make-plugin tools/make-pot tools/get-vectors .ci/run

types: .venv/ready ## mypy
	@$(BIN)/mypy

contracts: .venv/ready ## import-linter: who may import whom
	@$(BIN)/lint-imports

docs: .venv/ready ## write the generated pages of docs/ anew
	@$(BIN)/python -m tools.docs

bench: .venv/ready ## every benchmark, one JSON line each; ONLY=name for one
	@tools/install-parts test
	@$(BIN)/python -m tests.bench $(ONLY)

serve: .venv/ready ## the sidecar alone, for a real site
	@$(BIN)/aftercare serve $(ARGS)

plugin: ## build/aftercare.zip, to install in WordPress
	@tools/make-plugin

pot: ## the plugin's words, for translators
	@tools/make-pot

clean: ## take away what was built here
	rm -rf build .venv

.venv/ready: pyproject.toml constraints.txt
	@tools/make-venv

.PHONY: help demo test test-php lint types contracts docs bench serve plugin pot clean
