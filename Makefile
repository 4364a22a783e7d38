# The two commands to know: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
KAFKA_JARS ?= $(HOME)/.cache/monoceros/kafka

# for worlds of a few rows, which several threads only make dearer, by a fifth
TINY := POLARS_MAX_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format oracle-long live-long kills crash-points warehouses mutated bench bench-live bench-service quality bench-compare schemas wire-fuzz kafka servers clean lock

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: $(VENV)/.installed  ## a virtual environment with everything that is locked

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -c 'from index import compile_kernels; compile_kernels()'
	$(BIN)/python -c 'from ranking import compile_forest; compile_forest()'
	@touch $@

demo: setup  ## a world of 10,000 people, an index, live events, three queries, the service on :8000 (FLAGS='--then shell' and others)
	$(BIN)/monoceros demo --then serve $(FLAGS)

test: setup  ## all tests
	$(BIN)/python -m pytest -n $(WORKERS)

check: setup  ## formatting, lints, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --strict tests/oracle
	$(BIN)/lint-imports

format: setup  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

oracle-long: setup  ## engine against oracle: 1,000,000 random cases (about an hour; CASES and SEED can be set)
	$(BIN)/python -m tests.oracle_long --cases $(or $(CASES),1000000) --seed $(or $(SEED),1) --workers $(WORKERS)

mutated: setup  ## 100,000 changed signed requests to the service: none may be accepted (CASES and SEED can be set)
	MONOCEROS_MUTATED=$(or $(CASES),100000) $(if $(SEED),MONOCEROS_SEED=$(SEED)) $(BIN)/python -m pytest tests/test_http_auth.py -k mutated

live-long: setup  ## the law of the live index: 20,000 random histories against the oracle (HISTORIES, FIRST, SEED can be set)
	$(TINY) $(BIN)/python -m tests.live_long --histories $(or $(HISTORIES),20000) --first $(or $(FIRST),0) --seed $(or $(SEED),1) --workers $(WORKERS)

kills: setup  ## SIGKILL at 500 random moments of ingest, checkpoint, build and publish (KILLS and SEED can be set)
	$(TINY) $(BIN)/python -m tests.kills --kills $(or $(KILLS),500) --seed $(or $(SEED),1)

crash-points: setup  ## power lost at 2,000 moments of publishing, and 500 of a live index (POINTS can be set)
	$(TINY) MONOCEROS_CRASH_POINTS=$(or $(POINTS),2000) $(BIN)/python -m pytest tests/test_power_loss.py

$(VENV)/.spark: $(VENV)/.installed requirements-spark.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@

servers: kafka $(VENV)/.spark  ## what the tests against real Kafka, Hive and Spark start; Debian's packages are up to you

warehouses: $(VENV)/.spark  ## the tests against real servers of Hive, Spark and PostgreSQL; fails where one cannot be had
	MONOCEROS_REQUIRE_SERVERS=1 $(BIN)/python -m pytest tests/test_hive.py tests/test_spark.py tests/test_postgres.py tests/test_nightly.py

$(VENV)/.bench: $(VENV)/.installed requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

bench: $(VENV)/.bench  ## the engine against its peers at a million users, into bench/RESULTS.md (FLAGS='--users 20000' and others)
	$(BIN)/python -m bench $(FLAGS)

bench-live: $(VENV)/.bench  ## the live index under load, into bench/LIVE.md (FLAGS='--users 20000 --events 300000 --many 300000' and others)
	$(BIN)/python -m bench.live $(FLAGS)

bench-service: $(VENV)/.bench  ## the service under load, into bench/SERVICE.md (FLAGS='--overload 60 --users 20000' and others)
	$(BIN)/python -m bench.service $(FLAGS)

quality: setup  ## ranking on real data, into bench/quality/RESULTS.md (FLAGS='--only typeahead' and others)
	$(BIN)/python -m bench.quality $(FLAGS)

bench-compare:  ## the change of every shape between two results (OLD=… NEW=…)
	$(BIN)/python -m bench.compare $(OLD) $(NEW)

schemas:  ## generate schemas/gen from schemas/firehose.thrift (with Debian's thrift-compiler)
	mkdir -p build/thrift
	thrift --gen py:slots -out build/thrift schemas/firehose.thrift
	cp build/thrift/schemas/gen/*.py schemas/gen/

wire-fuzz: setup  ## 1,000,000 damaged messages against the decoder (MESSAGES and SEED can be set)
	$(BIN)/python -m tests.wire_fuzz --messages $(or $(MESSAGES),1000000) --seed $(or $(SEED),1)

kafka: $(KAFKA_JARS)/.fetched  ## fetch the broker that tests start, with Maven (into KAFKA_JARS)

$(KAFKA_JARS)/.fetched: tests/servers/kafka.pom.xml
	mvn --quiet --batch-mode --file tests/servers/kafka.pom.xml \
		org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=$(KAFKA_JARS)
	@touch $@

EXTRAS := --extra dev --extra build --extra kafka --extra hive --extra postgres --extra caches --extra otel --extra notebook
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header $(EXTRAS)

lock: setup  ## resolve the dependencies anew
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra spark pyproject.toml -o requirements-spark.lock
	$(COMPILE) --extra bench pyproject.toml -o requirements-bench.lock

clean:  ## remove what was installed and generated here
	rm -rf $(VENV) .monoceros build *.egg-info .mypy_cache .ruff_cache
