# Everything happens in .venv. A stamp there is younger than what it was made of.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check install --quiet
KERNELS := index/kernels
SERVING := $(VENV)/serving
STAMP := $(VENV)/installed
BENCH := $(VENV)/installed-bench
MUTANTS ?= 150

.PHONY: serve test test-long sanitize lock bench mutants

serve: $(SERVING)
	$(RUN) -m web serve --build-if-missing

test: $(STAMP)
	tests/browser/install-chromium
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest -n auto --dist loadfile

# The tests marked "long": more seeds and larger inputs, at most 30 minutes on two cores.
test-long: $(STAMP)
	$(RUN) -m pytest -n auto --dist loadfile -m long

# Under 15 minutes on two cores that do nothing else; BENCH_OPTIONS="--skip growth" takes a part.
bench: $(BENCH)
	$(RUN) tests/bench/speed $(BENCH_OPTIONS)

# Under an hour on two cores; MUTANTS=40 takes a part, SEED repeats a run, MUTANTS_OPTIONS="--only search/".
mutants: $(STAMP)
	$(RUN) tests/mutants --count $(MUTANTS) $(if $(SEED),--seed $(SEED)) $(MUTANTS_OPTIONS)

# Searches indexes of which each array is nonsense, with kernels that notice what they must not do.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
sanitize: $(STAMP)
	rm -rf build
	CC="$(CC)" CFLAGS="$(SANITIZERS) -g" LDFLAGS="$(SANITIZERS)" $(PIP) --no-deps --no-build-isolation --target build/sanitized .
	LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) $$($(CC) -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 \
		PYTHONPATH=build/sanitized $(RUN) tests/sanitize.py $(SANITIZE_OPTIONS)
	rm -rf build

$(BENCH): $(STAMP) tests/bench/requirements.lock
	$(PIP) -r tests/bench/requirements.lock
	touch $(BENCH)

$(RUN):
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON); name a Python 3.11 or newer: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Ranvier needs Python 3.11 or newer, and $(PYTHON) is %d.%d; name another: make PYTHON=..." % sys.version_info[:2])'
	@echo "Making an environment in $(VENV)."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/locked: requirements.lock | $(RUN)
	@echo "Installing what Ranvier needs: about 130 MB, a minute or two."
	@$(PIP) --require-hashes -r requirements.lock
	@touch $@

# A machine without a compiler takes one that is a Python package.
$(SERVING): $(VENV)/locked pyproject.toml setup.py $(wildcard $(KERNELS)/*.[ch] $(KERNELS)/*.pyx $(KERNELS)/*.lock)
	@command -v $(CC) >/dev/null || { echo "Installing a C compiler: there is no $(CC)."; $(PIP) --require-hashes -r $(KERNELS)/kernels.lock; }
	@echo "Compiling Ranvier."
	@if command -v $(CC) >/dev/null; then export CC="$(CC)"; else export CC="$(RUN) -m ziglang cc"; fi; \
		$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP): $(SERVING) requirements-dev.lock
	@echo "Installing what the tests need: about 400 MB, a minute or two."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# Pins every dependency anew; needs the network and pip-tools.
COMPILE := $(PYTHON) -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links
lock:
	$(COMPILE) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	sed -i '/^# WARNING: pip install/,/^    # via ranvier/d' requirements-dev.lock # the extras of ourselves
