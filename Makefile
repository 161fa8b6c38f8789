# The commands of this repository; `make` alone lists them.
# Every command sets up what it needs first and does nothing twice: the Debian packages, a virtual
# environment in $(VENV), the built package in it. Without root, sudo or apt it says what is missing.

VENV ?= .venv
PYTHON ?= python3
PYTEST_ARGS ?=
# The package build and the test build use one compiler, so that ccache serves both.
export CXX

BIN := $(VENV)/bin
ENVIRONMENT := python3 tools/environment.py $(VENV) --python $(PYTHON)
LAUNCHER := $(if $(shell command -v ccache),-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
CONFIGURE := cmake -G Ninja -S . -DNUMETA_PYTHON=OFF -DNUMETA_TESTS=ON $(LAUNCHER)

.PHONY: help demo test test-all test-cpp test-asan test-faults fuzz fuzz-trailer check format bench docs clean \
        system environment environment-test environment-check

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*##/make \1:/p' Makefile

demo: environment  ## install everything and run examples/mixed_loops.py
	$(BIN)/python examples/mixed_loops.py

test: test-cpp environment-test  ## C++ tests, then the Python tests against the installed package
	$(BIN)/pytest $(PYTEST_ARGS)

test-all: system  ## `make test` on each supported Python that is found
	python3 tools/test_all.py

test-cpp: system
	$(CONFIGURE) -B build/tests -DCMAKE_BUILD_TYPE=Release >/dev/null
	cmake --build build/tests
	ctest --test-dir build/tests --output-on-failure

test-asan: system  ## the C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(CONFIGURE) -B build/asan -DCMAKE_BUILD_TYPE=Debug -DNUMETA_SANITIZE=ON >/dev/null
	cmake --build build/asan
	ctest --test-dir build/asan --output-on-failure

test-faults: test-cpp environment-test  ## what the cache must survive, the long tests included
	FAULT_TESTS=all build/tests/numeta_cache_tests --gtest_filter='Fault.*'
	FAULT_TESTS=all $(BIN)/pytest tests/cache $(PYTEST_ARGS)

fuzz-trailer: system  ## the parsers of the store under libFuzzer with sanitizers (FUZZ_RUNS); clang
	cmake -G Ninja -S . -B build/fuzz -DNUMETA_PYTHON=OFF -DNUMETA_FUZZ=ON \
	  -DCMAKE_CXX_COMPILER=$(or $(shell command -v clang++),$(shell command -v clang++-14)) >/dev/null
	cmake --build build/fuzz --target trailer_fuzz
	build/fuzz/trailer_fuzz -runs=$(or $(FUZZ_RUNS),10000000) -max_len=4096 -rss_limit_mb=1024

fuzz: environment-test  ## generated kernels against plain Python (FUZZ_COUNT, FUZZ_SEED); build/fuzz.json
	@mkdir -p build
	$(BIN)/python -m tests.fuzz --json build/fuzz.json $(if $(FUZZ_COUNT),--count $(FUZZ_COUNT)) \
	  $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

check: environment-check  ## format, lint, types, table and budget checks, and the proof of each
	$(CONFIGURE) -B build/tests -DCMAKE_BUILD_TYPE=Release >/dev/null
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m tools.checks
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/pytest tests/checks

format: environment-check  ## rewrite the sources as `make check` wants them
	$(BIN)/ruff format .
	find core emit_fortran jit_cache python tests -name '*.[ch]pp' | xargs clang-format -i

bench: environment  ## the measurements of bench/, JSON out
	@$(BIN)/python bench/run_all.py

docs: environment  ## write the pages of docs/ that are made from tables
	$(BIN)/python -m tools.generate_docs

clean:  ## remove what was built, and the virtual environments
	rm -rf build .venv .venv-*

system:
	@python3 tools/system_packages.py

environment: system
	@$(ENVIRONMENT)

environment-test: system
	@$(ENVIRONMENT) --extra test

environment-check: system
	@$(ENVIRONMENT) --extra check --no-package
