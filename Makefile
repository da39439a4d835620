# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# `make demo` shows the collection at work, and `make test` tests it. Both need only a Python from 3.11 to 3.14.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Ansible's commands refuse another encoding than UTF-8.
export LC_ALL := C.UTF-8
# A Windows PowerShell without Windows. If it is not installed, the targets skip the tests that need it, and say so.
export PKCS12_WINDOWS_BED ?= $(HOME)/.cache/pkcs12-windows-bed
export PKCS12_WINDOWS_TOOLS ?= ../shared/windows

PYTHON := .venv/bin/python
LINT := .build/venvs/lint
IMPORTER := .build/venvs/importer
DOCS := .build/venvs/docs
MOLECULE := .build/venvs/molecule
STAGE := .build/stage/ansible_collections/hospital_it/pkcs12
IN_STAGE := NO_COLOR=1 ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/.build/stage" PATH="$(CURDIR)/$(LINT)/bin:$$PATH"
WITH_TESTS := $(PYTHON) conftest.py && PYTHONPATH="$(CURDIR)/tests:$(CURDIR)/.build/collections" $(PYTHON)

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: .venv/stamp bed-notice browser-notice ## show the collection at work in a small hospital on this machine
	@$(WITH_TESTS) -m lab demo

.PHONY: lab lab-down
lab: .venv/stamp bed-notice ## start lab workstations on this machine that stay; WITH=app_control,... for locked ones beside them
	@$(WITH_TESTS) -m lab up $(if $(WITH),--with $(WITH))

lab-down: .venv/stamp ## end the lab workstations
	@$(WITH_TESTS) -m lab down

NOTICES := bed-notice browser-notice imap-server-notice prometheus-notice receptor-notice kerberos-notice
.PHONY: test test-suites test-all
test: .venv/stamp $(NOTICES) ## run the tests that find most: five minutes on two cores
	@tools/test $(PYTHON) $$($(PYTHON) tools/suites.py gate)

test-suites: .venv/stamp $(NOTICES) ## run other suites: SUITES="browser integration/report"
	@tools/test $(PYTHON) $(SUITES)

test-all: .venv/stamp $(NOTICES) ## run all tests
	@tools/test $(PYTHON) $$($(PYTHON) tools/suites.py all | grep -vx molecule)

.PHONY: bench
bench: .venv/stamp bed-notice ## compare traffic and times with ansible.windows, half an hour on two idle cores; PARTS="2.21 times" for some, PEER=folder that has it, AGAIN=1 counts it anew
	$(WITH_TESTS) -m benchmarks $(if $(PEER),--peer $(PEER)) $(if $(AGAIN),--again) $(PARTS)

.PHONY: bench-fleet
bench-fleet: .venv/stamp receptor-notice ## measure large hospitals, SIZES="50 500", PARTS="scale", and write docs/benchmarks.md and the guide on scaling
	$(WITH_TESTS) -m benchmarks.fleet $(if $(PARTS),--parts $(PARTS) --) $(SIZES)

.PHONY: record
record: .venv/stamp bed-notice ## record the drivers' answers to cases that are stale, ALL=1 to all (needs Windows PowerShell)
	$(WITH_TESTS) -m contract.record $(if $(ALL),--all)

.PHONY: settings
settings: .venv/stamp ## write the guide of the settings, roles/*/meta/argument_specs.yml and lists of statuses from specs, sidecars and the table of statuses
	$(WITH_TESTS) -m consistency.settings

.PHONY: kit kit-remote
kit: .venv/stamp ## build a zip in .build/kit that tries the drivers on a real Windows, without Ansible
	@$(WITH_TESTS) -m contract.kit .build/kit

kit-remote: .venv/stamp ## try the modules on a workstation: HOST=name INVENTORY=file, and HOLDER=user if the inventory names none
	@$(WITH_TESTS) -m contract.kit_remote --inventory '$(INVENTORY)' --host '$(HOST)' --holder '$(HOLDER)'

.PHONY: integration windows-integration
integration: .venv/stamp ## run ansible-test integration TARGET="portal_info ...", for targets that call no workstation
	@$(WITH_TESTS) -m lab.ansible_test $(TARGET)

windows-integration: .venv/stamp bed-notice ## run ansible-test windows-integration TARGET="certificate ...", in the lab (KIND=wine) or on INVENTORY=file
	@$(WITH_TESTS) -m lab.ansible_test --windows $(if $(KIND),--kind $(KIND)) $(if $(INVENTORY),--inventory '$(INVENTORY)') $(TARGET)

.PHONY: bed
bed: ## install Windows PowerShell under Wine, if this machine allows it
	@tools/bed install

.PHONY: bed-notice
bed-notice:
	@tools/bed status

.PHONY: browser
browser: ## install Chromium, if this machine allows it
	@tools/browser install

.PHONY: browser-notice
browser-notice:
	@tools/browser status

.PHONY: imap-server
imap-server: ## install the IMAP server Dovecot, if this machine allows it
	@tools/imap_server install

.PHONY: imap-server-notice
imap-server-notice:
	@tools/imap_server status

.PHONY: prometheus
prometheus: ## install promtool, if this machine allows it
	@tools/prometheus install

.PHONY: prometheus-notice
prometheus-notice:
	@tools/prometheus status

.PHONY: receptor
receptor: ## install receptor, if this machine allows it
	@tools/receptor install

.PHONY: receptor-notice
receptor-notice:
	@tools/receptor status

.PHONY: kerberos
kerberos: .venv/stamp ## install a KDC and Python's bindings of Kerberos, if this machine allows it
	@tools/kerberos install $(PYTHON)

.PHONY: kerberos-notice
kerberos-notice:
	@tools/kerberos status $(PYTHON)

.PHONY: screenshots
screenshots: .venv/stamp browser-notice ## run the chain in a hospital of 40 holders, and take new pictures for docs/images
	$(WITH_TESTS) -m browser.screenshots docs/images

.PHONY: matrix matrix-oldest matrix-newest
matrix-oldest: .venv/stamp ## try the oldest line of ansible-core for five minutes
	$(WITH_TESTS) -m matrix --oldest

matrix-newest: .venv/stamp ## try the newest line of ansible-core for five minutes
	$(WITH_TESTS) -m matrix --newest

matrix: .venv/stamp bed-notice ## try each line of ansible-core, about two hours, and write docs/tried.md; CORES="2.16 2.21" for some
	$(WITH_TESTS) -m matrix $(CORES)

.PHONY: docs
docs: $(DOCS)/stamp stage ## build the documentation site in .build/docs
	PATH="$(CURDIR)/$(DOCS)/bin:$$PATH" tools/docs .build/stage .build/docs

.PHONY: translations
translations: $(DOCS)/stamp stage ## bring the French pages' files in docs/developers/site/locale up to date with the English pages
	PATH="$(CURDIR)/$(DOCS)/bin:$$PATH" tools/docs .build/stage .build/translations translations

.PHONY: leaflet
leaflet: .venv/stamp browser-notice ## test that the leaflet of the site that `make docs` built prints to one sheet
	PKCS12_SITE=.build/docs/html $(PYTHON) -m pytest -q tests/browser/test_leaflet.py || [ $$? -eq 5 ] # no test without a Chromium, which the notice says

.PHONY: changelog
changelog: $(LINT)/stamp stage ## write in .build what antsibull-changelog would write for the next release; the tree stays as it is
	PATH="$(CURDIR)/$(LINT)/bin:$$PATH" tools/changelog $(STAGE) .build/CHANGELOG.md

# The scenarios run one after the other: Molecule's workers have known trouble with a state that all scenarios share.
.PHONY: molecule
molecule: $(MOLECULE)/stamp bed-notice ## run the Molecule scenarios: SCENARIO="enrol renew", KIND=windows_powershell, MOLECULE_INVENTORY=path
	@PATH="$(CURDIR)/$(MOLECULE)/bin:$$PATH" tools/molecule '$(KIND)' $(SCENARIO)

.PHONY: release
release: .venv/stamp ## build, check and sign the files of a release in .build/release, KEY=of gpg; it publishes nothing
	PATH="$(CURDIR)/.venv/bin:$$PATH" tools/release . .build/release $(KEY)

LINTS := lint-ruff lint-mypy lint-layers lint-shell lint-powershell lint-workflows lint-licences lint-build lint-importer lint-ansible \
         lint-docs lint-changelog lint-environment lint-sanity
.PHONY: lint $(LINTS)
lint: $(LINTS) ## run all checks, one after the other; each check is also a separate target:
	@echo "lint: $(words $(LINTS)) checks passed; what could not be done here is said above, behind ***"

lint-ruff: $(LINT)/stamp ## check Python code for style and common errors
	$(LINT)/bin/ruff check
	$(LINT)/bin/ruff format --check

lint-mypy: $(LINT)/stamp .venv/stamp ## check Python types, in strict mode
	$(PYTHON) conftest.py
	$(LINT)/bin/mypy --python-executable $(PYTHON) -p ansible_collections.hospital_it.pkcs12.plugins -p lab -p contract -p consistency -p browser -p awx -p monitoring -p matrix -p benchmarks

lint-layers: .venv/stamp ## check that imports between the packages of plugin_utils go down only
	$(PYTHON) -m pytest -q tests/consistency/test_layers.py

lint-shell: $(LINT)/stamp ## check shell scripts
	$(LINT)/bin/shellcheck .ci/run $$(grep -ls '^#!.*bash' tools/*)

lint-powershell: bed-notice ## check that the drivers work with Windows PowerShell 5.1 and .NET Framework 4.6.2
	@tools/bed check plugins/modules/*.ps1 plugins/module_utils/* $(addprefix tests/contract/windows_kit/*.,ps1 psm1 cs)

lint-workflows: $(LINT)/stamp ## check the workflows of GitHub Actions, and the shell scripts in them
	PATH="$(CURDIR)/$(LINT)/bin:$$PATH" actionlint

lint-licences: $(LINT)/stamp ## check that every file names its licence
	$(LINT)/bin/reuse lint --lines

lint-build: .venv/stamp ## check that the built collection has exactly the tracked files
	rm -rf .build/dist
	.venv/bin/ansible-galaxy collection build --output-path .build/dist
	$(PYTHON) tools/check_tarball.py .build/dist/*.tar.gz

lint-importer: $(IMPORTER)/stamp lint-build ## check that Galaxy would import the collection without a warning; lint-ansible has the rest of it
	mkdir -p .build/importer
	cd .build/importer; export GALAXY_IMPORTER_RUN_ANSIBLE_LINT=False; PATH="$(CURDIR)/$(IMPORTER)/bin:$$PATH" python -m galaxy_importer.main ../dist/*.tar.gz 2>&1 | tee log
	! grep WARNING .build/importer/log

lint-ansible: $(LINT)/stamp stage ## run ansible-lint, with the profile production
	cd $(STAGE); $(IN_STAGE) ansible-lint

# The pages that it checks have the name of its temporary folder, of which one in 37 ends with "_" and is read as a reference. A second run has
# another name, and finds again what is wrong.
lint-docs: $(LINT)/stamp stage ## run antsibull-docs on the documentation of the plugins and on the guides
	cd $(STAGE); lint() { $(IN_STAGE) antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all .; }; lint || lint

lint-changelog: $(LINT)/stamp ## run antsibull-changelog on the fragments
	$(LINT)/bin/antsibull-changelog lint
	$(MAKE) --no-print-directory changelog

lint-environment: $(LINT)/stamp .venv/stamp lint-build ## check that an execution environment can be made with the collection, and its smoke test
	PATH="$(CURDIR)/$(LINT)/bin:$$PATH" tools/check_environment .build/dist/*.tar.gz .build/environment
	ANSIBLE_COLLECTIONS_PATH=.build/environment/installed .venv/bin/ansible-playbook tests/ee/smoke.yml --skip-tags image
	@echo "*** NOT DONE HERE: building the image of the execution environment. No container engine is used; the smoke test ran beside it."

lint-sanity: .venv/stamp stage bed-notice ## run ansible-test sanity, without an ignore file
	tools/ansible_test $(STAGE) sanity --requirements --skip-test pslint $$(tools/bed pwsh || echo --skip-test validate-modules)

.PHONY: stage
stage:
	@tools/stage $(STAGE)

.venv/stamp: tests/requirements/test.txt
$(LINT)/stamp: tests/requirements/lint.txt
$(IMPORTER)/stamp: tests/requirements/importer.txt
$(DOCS)/stamp: tests/requirements/docs.txt
$(MOLECULE)/stamp: tests/requirements/molecule.txt requirements.txt
%/stamp: tests/requirements/pins.txt tools/venv
	@tools/venv $* $(filter-out %/pins.txt %/venv requirements.txt,$^)
	@touch $@

.PHONY: clean
clean: ## remove everything that these targets made here
	rm -rf .venv .build .pytest_cache .mypy_cache .ruff_cache
