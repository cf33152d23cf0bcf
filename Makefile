# `make run` and `make test` work on a fresh machine: each first sets up what it needs, and says what it does.

.DEFAULT_GOAL := help
.PHONY: help setup run test test-peers check crash day books screenshots bench lock clean

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
VENDOR := dengar/web/static/vendor
MODEL := dengar/classify/model/manifest.json
CORPUS := $(wildcard dengar/classify/*.py dengar/classify/*.tsv dengar/classify/*.txt dengar/classify/corpus/*.jsonl)

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) $(VENDOR)/.ready $(MODEL) ## Set up the virtual environment, the browser libraries and the classifier

run: setup ## Run Dengar with the sample day on http://127.0.0.1:8000
	$(BIN)/dengar demo

test: setup ## Run every test
	@tools/system-packages test
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test-peers: setup ## Test against real peers: Kannel, a Bluesky PDS, a contract proxy for X (needs npm and the network)
	$(BIN)/pytest peers

check: setup ## Lint, types, then every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

crash: setup ## 200 crash schedules: kill -9 of the process or of mongod at random points
	@tools/system-packages test
	$(BIN)/pytest -n 2 tests/crash --schedules 10

day: setup ## A day of twelve sources and 40,000 posts, four of them sick
	@tools/system-packages test
	$(BIN)/pytest tests/test_city_day.py --city-posts 40000

books: setup ## Make 100,000 reports with random histories again from their events
	$(BIN)/pytest tests/test_desk_histories.py --books 100000

screenshots: setup ## Take a picture of every page on a phone, a tablet and a desktop, in both languages
	@tools/system-packages test
	$(BIN)/pytest tests/browser/test_every_page.py --screenshots build/screenshots

bench: setup ## Print measured ratios against peers
	$(BIN)/python bench/ingest.py
	$(BIN)/python bench/filters.py
	$(BIN)/python bench/classify.py
	$(BIN)/python bench/locate.py
	$(BIN)/python bench/prints.py

lock: ## Pin every dependency again, with hashes (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 -o requirements.lock

clean: ## Remove what was built; data/ stays
	rm -rf $(VENV) $(VENDOR) node_modules dengar/classify/model .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@tools/system-packages run
	@echo "Setting up $(VENV) from requirements.lock (a minute or two) ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Pinned with hashes by package-lock.json; browsers get them from us alone.
$(VENDOR)/.ready: package-lock.json | $(READY)
	@echo "Fetching the libraries for browsers ..."
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	rm -rf $(VENDOR) && mkdir -p $(VENDOR)
	cp node_modules/htmx.org/dist/htmx.min.js node_modules/leaflet/dist/leaflet.js node_modules/leaflet/dist/leaflet.css \
	  node_modules/leaflet.markercluster/dist/leaflet.markercluster.js \
	  node_modules/leaflet.markercluster/dist/MarkerCluster.css \
	  node_modules/pmtiles/dist/pmtiles.js \
	  node_modules/uplot/dist/uPlot.iife.min.js node_modules/uplot/dist/uPlot.min.css $(VENDOR)
	@touch $@

$(MODEL): $(CORPUS) | $(READY)
	@echo "Training the classifier from its corpus (two to three minutes) ..."
	$(BIN)/dengar train --packaged
