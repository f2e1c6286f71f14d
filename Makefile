# Each target sets up what it needs: a machine with Python 3.11, make and the package registries is enough.
# `make synth` and `make test` are the two to know; `make help` tells the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3.11
VENV := .venv
CHECK_VENV := .venv-check
DOCS_VENV := .venv-docs
RUN := $(VENV)/bin/python -m
# The make variable alone: the service has an environment variable of that name.
ENVIRONMENT_NAME := $(if $(filter command line,$(origin ENVIRONMENT)),'$(ENVIRONMENT)')
DEFINITIONS_OPTION := $(if $(filter command line,$(origin DEFINITIONS)),--definitions '$(DEFINITIONS)')
STRICT_OPTION := $(if $(filter command line,$(origin STRICT)),--strict)
VERSION_OPTION := $(if $(filter command line,$(origin VERSION)),--version '$(VERSION)')
export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PIPENV_VERBOSITY := -1
# Most of what is installed is never loaded, and what is loaded is compiled then: of the AWS classes alone that saves 20 s.
PIP_LAZY := PIP_COMPILE=0
# Images of Python set it; without compiled modules every program and every worker of the tests compiles all it loads.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## tell what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.complete: Pipfile Pipfile.lock constructs/pyproject.toml
	@scripts/venv.sh $(VENV) $(PYTHON)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check 'pipenv==2026.10.3'
	$(PIP_LAZY) VIRTUAL_ENV=$(CURDIR)/$(VENV) PIPENV_IGNORE_VIRTUALENVS=0 $(VENV)/bin/pipenv sync --dev --quiet
	@touch $@

$(CHECK_VENV)/.complete: requirements-check.txt
	@scripts/venv.sh $(CHECK_VENV) $(PYTHON)
	$(PIP_LAZY) $(CHECK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-check.txt
	@touch $@

node_modules/.complete: package.json package-lock.json $(VENV)/.complete
	$(VENV)/bin/npm ci --ignore-scripts --silent
	@touch $@

.PHONY: tools
tools: $(VENV)/.complete $(CHECK_VENV)/.complete $(DOCS_VENV)/.complete node_modules/.complete
tools: backend/.venv/.complete frontend/node_modules/.complete ## install all that the targets need

.PHONY: synth
synth: $(VENV)/.complete ## write cdktf.out/ and dist/ (ENVIRONMENT=prod for one, VERSION=1.2.3 for a release)
	@$(RUN) twinstack synth $(ENVIRONMENT_NAME) $(VERSION_OPTION)

.PHONY: check
check: $(VENV)/.complete ## say whether the environments are right
	@$(RUN) twinstack check

WORKERS := auto

.PHONY: test
test: $(VENV)/.complete ## run the tests, side by side (WORKERS=0 for one after the other)
	@$(RUN) pytest --numprocesses=$(WORKERS) --dist=loadscope

TEXTS := 5000

.PHONY: law
law: $(VENV)/.complete ## hold what is written against what arrives, for 5,000 texts and with real readers (TEXTS=300 for fewer)
	TWINSTACK_FIDELITY_TEXTS=$(TEXTS) $(RUN) pytest -q tests/fidelity/test_law.py

FACTS_VENV := .venv-facts
FACTS := generate

$(FACTS_VENV)/.complete: facts_generator/requirements.txt constructs/pyproject.toml
	@scripts/venv.sh $(FACTS_VENV) $(PYTHON)
	$(FACTS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable constructs --requirement facts_generator/requirements.txt
	@touch $@

.PHONY: facts
facts: $(FACTS_VENV)/.complete ## read anew what AWS takes and offers (FACTS=check to compare only)
	@$(FACTS_VENV)/bin/python -m facts_generator $(FACTS)

LOCAL_ENVIRONMENT := dev

.PHONY: local
local: $(VENV)/.complete ## write compose.yaml, .env.example and monitoring/ from environments/dev.yaml
	@$(RUN) twinstack local $(LOCAL_ENVIRONMENT)

frontend/node_modules/.complete: frontend/package.json frontend/package-lock.json $(VENV)/.complete
	cd frontend && npm ci --ignore-scripts --silent
	@touch $@

.PHONY: frontend
frontend: frontend/node_modules/.complete ## check, test and build the pages, and look at them in Chromium where it is
	cd frontend && npm run --silent typecheck && npm run --silent lint && npm test --silent
	cd frontend && npm run --silent build && npm run --silent test:server && npm run --silent test:browser

backend/.venv/.complete: backend/requirements-dev.txt
	@scripts/venv.sh backend/.venv $(PYTHON)
	$(PIP_LAZY) backend/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement backend/requirements-dev.txt
	@touch $@

OUTAGE := tests/test_outage.py

# With --jobs=2 the minutes of the outage pass while the other tests run.
.PHONY: backend backend-outage backend-rest
backend: backend-outage backend-rest ## test the service's own code, on PostgreSQL and Redis where they are

backend-outage: backend/.venv/.complete
	cd backend && .venv/bin/python -m pytest -q $(OUTAGE)

backend-rest: backend/.venv/.complete
	cd backend && .venv/bin/python -m pytest -q --ignore=$(OUTAGE)

.PHONY: service-test
service-test: $(VENV)/.complete ## run the whole service for real: PostgreSQL, Redis, web, worker, scheduler, page
	scripts/service-test.sh

.PHONY: service-tools
service-tools: $(VENV)/.complete ## install what `make service-test` needs
	scripts/service-test.sh --collect-only --quiet

.PHONY: lint
lint: $(VENV)/.complete $(CHECK_VENV)/.complete ## style, types, and scanners over the output
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ty check
	$(VENV)/bin/basedpyright --pythonpath $(VENV)/bin/python
	@$(RUN) twinstack synth --json >/dev/null
	PATH=$(CURDIR)/$(CHECK_VENV)/bin:$$PATH $(RUN) twinstack scan prod
	@$(RUN) twinstack local $(LOCAL_ENVIRONMENT) --check
	@$(RUN) twinstack workflows --check
	$(CHECK_VENV)/bin/zizmor --offline --quiet .github
	$(CHECK_VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(CHECK_VENV)/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@if command -v actionlint >/dev/null; then PATH=$(CURDIR)/$(CHECK_VENV)/bin:$$PATH actionlint; \
	else echo "skipped: actionlint is not on the path (github.com/rhysd/actionlint)"; fi
	$(CHECK_VENV)/bin/hadolint backend/Dockerfile frontend/Dockerfile
	$(CHECK_VENV)/bin/shellcheck .ci/run scripts/*.sh findings/*.sh
	$(VENV)/bin/docker-compose --env-file .env.example --profile '*' config --quiet
	@if command -v promtool >/dev/null; then \
	  promtool check config --lint=all --lint-fatal monitoring/prometheus.yml && promtool test rules tests/local/alerts_test.yml; \
	else echo "skipped: promtool is not on the path (it comes with Prometheus)"; fi

.PHONY: rehearse
rehearse: $(VENV)/.complete ## prove the output against real Terraform and a real API server, offline (DEFINITIONS=FOLDER, STRICT=1)
	@$(RUN) twinstack rehearse $(ENVIRONMENT_NAME) $(DEFINITIONS_OPTION) $(STRICT_OPTION)

CASES_OPTION := $(if $(filter command line,$(origin CASES)),--cases '$(CASES)')

.PHONY: rehearse-matrix
rehearse-matrix: $(VENV)/.complete ## every edge, monitoring, network, nodes and cache, each with each, by real Terraform and a real API server (CASES=3)
	@$(RUN) tests.rehearsal.matrix $(CASES_OPTION)

.PHONY: delivery
delivery: $(VENV)/.complete ## bring products out, from the first plan to the end, on a cloud and a cluster of this machine
	@$(RUN) tests.delivery.whole

.PHONY: bench
bench: $(VENV)/.complete ## measure the synth against the stock bindings, a diff against a synth, delivery in turn with helm; write docs/performance.md
	@$(RUN) benchmarks

QUICK_OPTION := $(if $(filter command line,$(origin QUICK)),--quick)

.PHONY: success-metrics
success-metrics: $(VENV)/.complete ## measure deployments on a real control plane, and write docs/success-metrics.md (QUICK=1)
	@$(RUN) success_metrics $(QUICK_OPTION)

.PHONY: golden
golden: $(VENV)/.complete ## write the reviewed output anew; look at the diff
	@$(RUN) pytest -q tests/test_golden.py --update-golden
	@$(RUN) tests.released

$(DOCS_VENV)/.complete: requirements-docs.txt docs_generator/package-lock.json $(VENV)/.complete
	@scripts/venv.sh $(DOCS_VENV) $(PYTHON)
	$(PIP_LAZY) $(DOCS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-docs.txt
	cd docs_generator && npm ci --ignore-scripts --silent
	@touch $@

.PHONY: docs
docs: $(DOCS_VENV)/.complete ## write the generated pages, and build the documentation into site/
	@$(RUN) docs_generator
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs build --strict --quiet

.PHONY: package
package: $(DOCS_VENV)/.complete ## build the library's wheel and sdist into build/, and check them as an index would
	rm -rf build
	cd constructs && $(CURDIR)/$(RUN) hatchling build --directory ../build
	$(DOCS_VENV)/bin/twine check --strict build/*

.PHONY: schemas
schemas: $(VENV)/.complete ## write environments/*.schema.json from the models
	@$(RUN) twinstack schemas environments

.PHONY: cli
cli: node_modules/.complete ## install the cdktf and cdk8s command lines into node_modules/

.PHONY: lock
lock: $(VENV)/.complete ## resolve the dependencies anew, into lock files that name no host
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(VENV)/bin/pipenv lock --dev
	$(VENV)/bin/python -c 'import json, pathlib; \
	  path = pathlib.Path("Pipfile.lock"); lock = json.loads(path.read_text()); lock["_meta"]["sources"] = []; \
	  [entry.pop("index", None) for part in ("default", "develop") for entry in lock[part].values()]; \
	  path.write_text(json.dumps(lock, indent=4) + "\n")'
	$(VENV)/bin/npm install --package-lock-only --ignore-scripts

.PHONY: clean
clean: ## remove what can be made again
	rm -rf .cache imports .imports* cdktf.out dist $(VENV) $(CHECK_VENV) $(DOCS_VENV) site build docs_generator/node_modules .venv-service backend/.venv node_modules frontend/node_modules frontend/out frontend/.next .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
