# Everything a developer or a build machine does here; each target is complete in itself on a machine with Python 3.11 or later.
#
#   make demo                              install, start both engines, load the demo brand, serve
#   make demo DEMO_ARGS="--port 9000"      pass options to `sealshare demo`
#   make test TEST_ARGS="-k upload"        pass options to pytest
#   make crash CRASH_ARGS="--target server --kills 1000"
#   make PYTHON=python3.12 …               choose the Python that .venv is made with

DEMO_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
CRASH_ARGS ?= --target all --kills 100
MALFORMED_ARGS ?= --count 2000
MYPY_ARGS ?=
PROOFS_ARGS ?= --edits 1000 --rows 300 --mutants 100000

BIN := .venv/bin
# Empty, it counts as not set: whoever imports a module keeps it compiled, for the hundreds of processes that import it next.
export PYTHONDONTWRITEBYTECODE :=
# Sets of packages are installed by content, not by time: requirements/install says how.
INSTALL := PYTHON="$(PYTHON)" requirements/install

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check lint format types layers deps docs bench crash crash-ledger disk-full hostile malformed policy proofs race lock vendor whole clean install-demo install-dev
# Output of checks run side by side would be mixed; pytest uses the cores itself.
.NOTPARALLEL:

help:
	@echo "make demo        install and start everything with a demo brand; prints the address and the accounts"
	@echo "make demo-reset  forget the demo's data and start afresh"
	@echo "make test        every test, on real PostgreSQL, SeaweedFS and Chromium"
	@echo "make check       lint, types, layers, deps and tests: exactly what .ci/run runs"
	@echo "make format      lay out the code and mend what ruff can"
	@echo "make docs        write docs/reference anew from the code"
	@echo "make bench       the benchmarks (never part of the tests)"
	@echo "make crash       kill -9 of server, PostgreSQL and SeaweedFS during uploads, many times (the tests do it a few times)"
	@echo "make crash-ledger  the same 200 times while events are appended and sequenced into the ledger"
	@echo "make disk-full   the ledger on a small disk of its own that fills up (root, who may mount)"
	@echo "make malformed   thousands of broken PDFs, pictures and Office files in the processes that open them (the tests do some hundred)"
	@echo "make race        two marketers race for one clinic a thousand times, one wins each (the tests do 50)"
	@echo "make whole       whole products and big numbers where the tests usually take every pair, or fewer"
	@echo "make hostile     546 hostile files in the processes that look at uploads (the tests do some forty)"
	@echo "make policy      a million random questions to the access rules and to their Cedar text; errors put into both"
	@echo "make proofs      1,000 single bytes of a ledger changed, 100,000 broken notes and receipts (the tests do some thousand)"
	@echo "make lock        renew the locks from pyproject.toml and package.json (UPGRADE=1: newest versions)"
	@echo "make vendor      fetch the browser code that package-lock.json names"
	@echo "make clean       remove what make made, except the demo's data"

install-demo:
	@$(INSTALL) build demo

install-dev:
	@$(INSTALL) build dev

vendor:
	@PYTHON="$(PYTHON)" requirements/vendor

# `exec`: the terminal's Ctrl-C reaches sealshare itself, once, and its exit status is make's.
demo: install-demo vendor
	@exec $(BIN)/sealshare demo $(DEMO_ARGS)

demo-reset: install-demo vendor
	@exec $(BIN)/sealshare demo --reset $(DEMO_ARGS)

test: install-dev vendor
	@$(BIN)/python -m tests.compiled & compiling=$$!; PYTHON="$(PYTHON)" requirements/clients && requirements/chromium && \
	requirements/poppler && requirements/clamav && requirements/office && requirements/go && wait $$compiling
	$(BIN)/python -m pytest -n 3 --dist worksteal $(TEST_ARGS)

# Types take one processor a minute, and tests wait for PostgreSQL now and then: side by side, what is found shown at the end.
check: lint
	@mkdir -p .cache
	@nice $(MAKE) --no-print-directory types layers deps MYPY_ARGS="--num-workers 0" >.cache/check.log 2>&1 & beside=$$!; \
	$(MAKE) --no-print-directory test; tests=$$?; \
	wait $$beside; found=$$?; cat .cache/check.log; exit $$((tests + found))

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install-dev
	$(BIN)/mypy $(MYPY_ARGS)

layers: install-dev
	$(BIN)/lint-imports --no-logo

deps: install-dev
	$(BIN)/deptry .

docs: install-dev
	$(BIN)/python -m fileserver.docs

bench: install-dev vendor
	@PYTHON="$(PYTHON)" requirements/peer
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

crash: install-dev
	$(BIN)/python -m tests.crash $(CRASH_ARGS)

crash-ledger: install-dev
	$(BIN)/python -m tests.crash --target ledger --kills 200

disk-full: install-dev
	$(BIN)/python -m tests.crash.disk

malformed: install-dev
	@requirements/office
	$(BIN)/python -m tests.malformed $(MALFORMED_ARGS)

hostile: install-dev
	$(BIN)/python -m tests.hostile

race: install-dev
	$(BIN)/python -m pytest -q -n 0 tests/contract/ownership/test_holding.py -k one_wins --rounds 1000

whole: install-dev
	$(BIN)/python -m pytest -n 3 --whole tests/contract/readers tests/contract/test_openapi.py tests/contract/test_lifecycle.py \
	tests/contract/tus/test_model.py tests/contract/tus/test_interruption.py tests/journeys/test_bare_bytes.py \
	tests/journeys/test_console_pages.py tests/journeys/test_platform_callbacks.py tests/journeys/test_recruiting.py \
	tests/journeys/test_visit_limits.py

proofs: install-dev
	$(BIN)/python -m tests.proofs $(PROOFS_ARGS)

policy: install-dev
	$(BIN)/python -m tests.policy $(POLICY_ARGS)

# dev is the largest set; the others take its versions, so that all of them agree.
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

lock:
	@$(INSTALL) build
	$(UV_COMPILE) --extra dev pyproject.toml --output-file requirements/dev.lock
	$(UV_COMPILE) --extra demo --constraint requirements/dev.lock pyproject.toml --output-file requirements/demo.lock
	$(UV_COMPILE) --constraint requirements/dev.lock pyproject.toml --output-file requirements/server.lock
	$(UV_COMPILE) --constraint requirements/dev.lock --group build --output-file requirements/build.lock
	$(UV_COMPILE) --constraint requirements/dev.lock --group npm --output-file requirements/npm.lock
	requirements/npm install --silent --package-lock-only
	requirements/npm install --silent --package-lock-only --prefix benchmarks/uploads/peer
	requirements/npm install --silent --package-lock-only --prefix tests/clients
	@# Who funds a package is of no use here, and the locks hold no address of any kind.
	for lock in package-lock.json benchmarks/uploads/peer/package-lock.json tests/clients/package-lock.json; do \
	$(BIN)/python -c "import json, pathlib, sys; path = pathlib.Path(sys.argv[1]); lock = json.loads(path.read_text()); \
	[package.pop('funding', None) for package in lock['packages'].values()]; path.write_text(json.dumps(lock, indent=2) + '\n')" \
	$$lock || exit; done

clean:
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist node_modules
	rm -rf tests/clients/node_modules
	rm -rf fileserver/pages/static/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
