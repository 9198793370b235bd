# Everything a person or CI does here; `make help` lists it. Needs python3 >= 3.11, make and git, nothing else.
# Each environment is built once: its stamp is newer than the lock it was built from, so a second run costs nothing.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# python3 where it is new enough, else the newest of the supported ones that is on the path.
PYTHON ?= $(or $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,\
  $(shell $(name) -c 'import sys; sys.version_info < (3, 11) or print("$(name)")' 2>/dev/null))),python3)
BIN := .venv/bin
SAM := .venv-sam/bin/sam
ARCHITECTURE ?= arm64
SCENARIO ?=
STACK ?=
SEED ?=
ARGS ?=
PYTEST_WORKERS ?= auto

# No AWS account is needed for anything but deploying; these keep every tool from looking for one.
export AWS_DEFAULT_REGION ?= eu-west-1
export SAM_CLI_TELEMETRY := 0
# A machine that tells Python to keep no bytecode compiles the SDK and the emulator again in each of hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# ---- the product -----------------------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## roll out nine canaries on the emulator (SCENARIO=name SEED=n PARTITION=aws-us-gov ARGS="...")
	$(BIN)/python -m demo $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(SEED),--seed $(SEED)) $(if $(PARTITION),--partition $(PARTITION)) $(ARGS)

.PHONY: bench
bench: setup ## measure verdicts, labelled sets, reaction, scale and a soak into out/bench (ARGS=--short)
	$(BIN)/python -m benchmarks.verdicts.run $(ARGS)
	$(BIN)/python -m benchmarks.evaluate.run $(ARGS)
	$(BIN)/python -m benchmarks.incidents.run $(ARGS)
	$(BIN)/python -m benchmarks.startup.run $(ARGS)
	$(BIN)/python -m benchmarks.cold.run $(ARGS)
	$(BIN)/python -m benchmarks.scale.run $(ARGS)
	$(if $(findstring --short,$(ARGS)),,$(BIN)/python -m benchmarks.soak.run $(ARGS)) # short: tests/integration/test_soak.py

.PHONY: faults
faults: setup ## break every call of a rollout and count what survives (ARGS="...")
	$(BIN)/python -m tests.faults $(ARGS)

.PHONY: build
build: setup sam-env ## build the real artifact into .aws-sam/build, without Docker (ARCHITECTURE=x86_64)
	$(BIN)/python layers/build.py --architecture $(ARCHITECTURE) $(ARGS)

.PHONY: deploy
deploy: sam-env ## deploy what was built (STACK=name ARGS="--guided"; ARGS="--config-env prod" for a name of samconfig.toml)
	$(if $(STACK),.ci/stack_name "$(STACK)")
	$(SAM) deploy $(if $(STACK),--stack-name "$(STACK)") $(ARGS)

# ---- proof -----------------------------------------------------------------------------------------------------------

.PHONY: test
test: setup sam-env ## run every test (ARGS="tests/unit -k name")
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal $(ARGS)

.PHONY: table
table: setup ## run the table's contract tests on AWS's DynamoDB Local too, where npm and Java are
	$(BIN)/python .ci/second_table.py $(ARGS)

.PHONY: pages
pages: setup pages-env ## look at every kind of page in a browser, where one is on the path (BROWSER=path)
	$(BIN)/python -m pytest -q -n 0 tests/pages $(ARGS)

.PHONY: check
check: setup sam-env lint types template roles locks engines ## format, lint, types, imports, template, roles, state machine on two engines, locks

.PHONY: lint
lint: setup ## format and lint without changing anything, and hold the import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

.PHONY: types
types: setup ## mypy, strict
	$(BIN)/mypy

.PHONY: template
template: setup sam-env ## validate template.yaml and the state machine offline
	$(SAM) validate --lint --template template.yaml
	$(BIN)/cfn-lint --template template.yaml
	.ci/asl statemachine/rollout.asl.json

.PHONY: roles
roles: setup ## read every role beside AWS's published authorization data and the calls of its function
	$(BIN)/python -m tests.roles

.PHONY: engines
engines: setup ## run the state machine on the emulator's engine and on moto's, path by path
	$(BIN)/python -m pytest -q -n 0 tests/second_engine

.PHONY: locks
locks: setup ## compare every lock with pyproject.toml
	$(BIN)/python requirements/lock.py --check

.PHONY: audit
audit: audit-env ## policy rules over template.yaml, known vulnerabilities in the locks
	.venv-audit/bin/python .ci/audit.py

# ---- upkeep ----------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: .venv/.stamp-dev ## make .venv from the hashed locks (runs by itself where it is needed)

.PHONY: format
format: setup ## rewrite the tree in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: lock
lock: setup ## write the locks again from pyproject.toml (ARGS=--upgrade for the newest versions)
	$(BIN)/python requirements/lock.py $(ARGS)

.PHONY: pictures
pictures: setup pages-env ## make the pictures of docs/images again, from the pages of `make demo`
	$(BIN)/python docs/pictures.py $(ARGS)

.PHONY: docs
docs: site-env ## build the site of the pages into out/docs; a link, an anchor or a page that is left out fails it
	NO_MKDOCS_2_WARNING=1 .venv-site/bin/mkdocs build --strict $(ARGS)

.PHONY: clean
clean: ## remove what was built, measured and cached; `rm -rf .venv*` removes the environments too
	rm -rf .aws-sam out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +

# ---- environments ----------------------------------------------------------------------------------------------------

.PHONY: sam-env audit-env pages-env site-env
sam-env: .venv-sam/.stamp
audit-env: .venv-audit/.stamp
pages-env: .venv-pages/.stamp
site-env: .venv-site/.stamp

.venv/.stamp-uv: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "This project needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1 || true)." >&2; \
	    echo "Name another one: make PYTHON=python3.12 setup" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo "$(PYTHON) cannot make environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.stamp-dev: .venv/.stamp-uv requirements/dev.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv-%/.stamp: requirements/%.txt .venv/.stamp-uv
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-$*
	$(BIN)/uv pip install --quiet --python .venv-$*/bin/python --require-hashes -r $<
	@touch $@
