# The verbs of citygrid. Each sets up what it needs by itself.
#   make demo       the main job end to end on the sample city
#   make test       everything, at small size
#   make test-core  the core alone, without QGIS, on any Python >= 3.10
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
CORE_VENV := .venv-core
BENCH_VENV := .venv-bench
PY := $(VENV)/bin/python
OUT ?= out
# A proj.db of another build, named in the environment, breaks rasterio and pyproj.
unexport PROJ_LIB PROJ_DATA
# The command is started hundreds of times: its modules are compiled once, not each time.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR)

.PHONY: demo test test-core test-newest test-pinned test-qgis test-core-half test-core-rest test-long lint bench package package-offline install run setup clean

setup: $(VENV)/.ready
$(VENV)/.ready: requirements/qgis.txt requirements/apt-qgis.txt requirements/apt-postgis.txt requirements/apt-reports.txt scripts/apt-install.sh pyproject.toml
	scripts/apt-install.sh requirements/apt-*.txt
	test -x $(PY) || /usr/bin/python3 -m venv --system-site-packages $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements/qgis.txt
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(CORE_VENV)/.ready: pyproject.toml scripts/core-venv.sh
	scripts/core-venv.sh $(PYTHON) $(CORE_VENV)
	touch $@

demo: setup
	scripts/demo.sh $(OUT)/demo

# Side by side: the suites share no files but the code, and the desktop's journeys mostly wait.
test: setup $(CORE_VENV)/.ready
	+$(MAKE) --jobs=3 --output-sync=line lint test-qgis test-newest test-pinned

# The quick loop: no QGIS, no processes, no real data, fewer examples of each property; a half on each core.
QUICK := $(CORE_VENV)/bin/python -m pytest -q -m "not slow" --hypothesis-profile=quick
HALF := tests/core/census tests/core/cases tests/core/workspace

test-core: $(CORE_VENV)/.ready
	+$(MAKE) --jobs=2 --output-sync=target test-core-half test-core-rest

test-core-half:
	$(QUICK) $(HALF)

test-core-rest:
	$(QUICK) $(HALF:%=--ignore=%) tests/core

# Both ends of the versions: the newest of everything, and what lives beside Debian's QGIS.
test-newest: $(CORE_VENV)/.ready
	$(CORE_VENV)/bin/python -m pytest -q tests/core

test-pinned: setup
	$(PY) -m pytest -q -p no:pytest_qgis tests/core

test-qgis: setup
	scripts/qgis-pytest.sh -q tests/qgis tests/journeys

test-long: setup $(CORE_VENV)/.ready
	$(CORE_VENV)/bin/python -m pytest -q --long tests/core
	scripts/qgis-pytest.sh -q --long tests/qgis tests/journeys

lint: setup
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

$(BENCH_VENV)/.ready: $(VENV)/.ready requirements/bench.txt scripts/bench-venv.sh
	scripts/bench-venv.sh $(VENV) $(BENCH_VENV)
	touch $@

bench: $(BENCH_VENV)/.ready
	for b in benchmarks/*/run.py; do $(BENCH_VENV)/bin/python $$b || exit 1; done

package: setup
	$(PY) scripts/package.py dist

# The plugin with every wheel that it needs on this system: for places without a network.
package-offline: setup
	$(VENV)/bin/pip wheel --quiet --no-deps -r requirements/libraries.txt -w dist/wheels
	$(PY) scripts/package.py dist dist/wheels

install: package
	$(PY) scripts/install_plugin.py dist/citygrid_plugin.zip

run: setup
	scripts/run-qgis.sh $(OUT)/demo/city.qgz

clean:
	rm -rf $(VENV) $(CORE_VENV) $(BENCH_VENV) build dist out *.egg-info
