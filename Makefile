# Everything happens in .venv; the stamp is younger than the lock file once it is installed.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/installed
KERNELS := index/kernels
BENCH := $(VENV)/installed-bench

.PHONY: serve test check lock bench

serve: $(STAMP)
	$(RUN) -m web serve --build-if-missing

test: $(STAMP)
	tests/browser/install-chromium
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest

# Under 15 minutes on two cores that do nothing else; BENCH_OPTIONS="--skip growth" takes a part.
bench: $(BENCH)
	$(RUN) tests/bench/speed $(BENCH_OPTIONS)

$(BENCH): $(STAMP) tests/bench/requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check -r tests/bench/requirements.lock
	touch $(BENCH)

$(STAMP): requirements.lock pyproject.toml $(wildcard $(KERNELS)/*.[ch])
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	command -v $(CC) >/dev/null || $(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(KERNELS)/kernels.lock
	$(RUN) $(KERNELS)/compilation.py
	touch $(STAMP)

# Pins every dependency anew; needs the network and pip-tools.
lock:
	$(PYTHON) -m piptools compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml
