# labourwatch: two commands do everything.  make demo   make test
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# Swift's own libraries go into the program: a server needs no toolchain.
RELEASE = -c release --product labourwatch --static-swift-stdlib
BINARY = .build/release/labourwatch
# Enterprises of the cities that `make bench` measures.
CITY ?= 420
LARGE ?= 3000
DEMO = .labourwatch/demo
# make faults: the first seed and how many; make fuzz: random inputs a form of file.
SEED ?= 0
COUNT ?= 531
FUZZ ?= 350000
FUZZED = -c release -Xswiftc -enable-testing --scratch-path .build/fuzz
# The clock of the demo: the night after the sample data end.
DEMO_NOW = 2022-01-05T02:00:00

.DEFAULT_GOAL := help
.PHONY: help packages build demo test faults fuzz lint format bench install clean

help: ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

packages: ## install missing system packages
	@deploy/packages.sh build

build: packages ## a release build
	@$(SWIFT) build $(RELEASE)

demo: build ## the main job on the sample data of the repository
	@deploy/demo.sh $(BINARY) $(DEMO) $(DEMO_NOW)

test: packages ## all tests, against a private PostgreSQL
	@$(SWIFT) test

faults: build ## seeded faults: kills, cuts, crashes, full disks, hostile files (SEED, COUNT; docs/faults.md)
	@$(SWIFT) build $(subst labourwatch,faults,$(RELEASE))
	@$(SWIFT) build $(subst labourwatch,FaultShim,$(RELEASE))
	@.build/release/faults --seed $(SEED) --count $(COUNT)

fuzz: packages ## the parsers on FUZZ random inputs a form, optimised; how many there were stands in the last line
	@$(SWIFT) build --build-tests $(FUZZED)
	@LABOURWATCH_FUZZ=$(FUZZ) $(SWIFT) test --skip-build $(FUZZED) --filter TabularTests >.build/fuzz.log 2>&1; status=$$?; \
	  grep -E ' (inputs|trips): |✘|rror' .build/fuzz.log; \
	  [ $$status -ne 0 ] || awk '/ (inputs|trips): / { sub(/.*: /, ""); n += $$1 } END { print n " random inputs: no crash, every row accounted for" }' .build/fuzz.log; \
	  exit $$status

lint: ## the format of every source file
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format: ## put every source file in format
	@$(SWIFT) format --in-place --recursive Package.swift Sources Tests

bench: build ## measure speed and memory (CITY=420 LARGE=3000 enterprises; LARGE=20000: five million posting versions)
	@Benchmarks/run.sh $(BINARY) $(CITY) $(LARGE)
	@Benchmarks/lists.sh $(BINARY)
	@BIG=10000000 Benchmarks/ingest.sh $(BINARY)
	@LABOURWATCH_MESSAGES=500 $(SWIFT) test --filter DeliveryKillTests | grep '^delivery:'

install: build ## a release build under PREFIX, resources included
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/labourwatch/templates
	install -s -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/labourwatch
	cp -r sql jobs $(DESTDIR)$(PREFIX)/share/labourwatch/
	cp -r Sources/Reporting/Templates/. $(DESTDIR)$(PREFIX)/share/labourwatch/templates/
	cp -r deploy $(DESTDIR)$(PREFIX)/share/labourwatch/

clean: ## remove what was built; data under .labourwatch stay
	rm -rf .build
