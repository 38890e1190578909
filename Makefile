# One verb per task; each prints what it runs. `make help` lists them.

# Where .venv/ comes from: any Python 3.11 or later.
PYTHON ?= python3
# How many seeds `make regress` runs for each configuration and simulator.
SEEDS ?= 8

BIN := .venv/bin
RUN := .venv/.utrap-run
DEV := .venv/.utrap-dev

.DEFAULT_GOAL := help
.NOTPARALLEL:
# Another Python's modules would hide those of .venv/.
unexport PYTHONPATH PYTHONHOME
export PYTHON

.PHONY: help verilog test linux lint regress replay prove replayrtl qemu programs bench docs faults setup clean packages vectors FORCE

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

verilog: $(RUN) ## write the trap unit's Verilog and what belongs to it to build/verilog/
	$(BIN)/utrap generate -o build/verilog

test: packages lint ## run every test, on this machine, with what it needs installed
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(DEV) ## check style and types, and that nothing is dead
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/vulture

regress: packages $(DEV) ## the Verilog against the golden model in both simulators, a long run: make regress [SEEDS=8]
	$(BIN)/utrap regress --seeds $(SEEDS)

replay: vectors $(RUN) ## replay recorded events on the golden model: make replay VECTORS=DIR
	find "$(VECTORS)" -name '*.jsonl*' -print0 | sort -z | xargs -0 $(BIN)/utrap replay

replayrtl: vectors $(DEV) ## the same on the RTL: make replayrtl VECTORS=DIR [ON=verilator|icarus|amaranth]
	find "$(VECTORS)" -name '*.jsonl*' -print0 | sort -z | xargs -0 $(BIN)/utrap replay --on $(or $(ON),verilator)

qemu: $(RUN) ## run random programs under QEMU, compare with the golden model: make qemu SEEDS=100
	$(BIN)/utrap qemu --seeds $(or $(SEEDS),100)

linux: packages $(DEV) ## boot Linux with its KVM on the hart, and measure what an emulated access costs there
	tools/system-packages.sh examples/linux/system-packages.txt
	$(BIN)/utrap linux

programs: $(RUN) ## build the hart's and the cores' programs anew, with riscv64-unknown-elf-gcc
	make --no-print-directory -C examples/programs
	make --no-print-directory -C examples/ibex/programs
	make --no-print-directory -C examples/cva6/programs

prove: $(DEV) ## prove everything about every profile; what is proved and unchanged is not proved again
	set -e; for profile in mu msu msuh msun full max; do for xlen in 32 64; do \
	  $(BIN)/utrap prove --profile $$profile --xlen $$xlen; done; done
	set -e; for xlen in 32 64; do $(BIN)/utrap prove --profile msuh --xlen $$xlen --each-extension; done
	set -e; for profile in rva22s64 rva23s64 rvb23s64; do $(BIN)/utrap prove --profile $$profile; done

faults: packages $(DEV) ## put others' mistakes into the unit, run everything that could catch each, write docs/faults.md
	$(BIN)/utrap faults --table docs/faults.md

bench: $(DEV) ## measure: run every script in benchmarks/
	set -e; for script in benchmarks/*.py; do $(BIN)/python "$$script"; done

docs: docs/waves/uart.svg docs/waves/uart-both.svg ## make the documents that are made from the sources
	$(BIN)/python -m utrap_documents docs
	$(BIN)/utrap exits -o docs/exits

docs/waves/%.svg: packages $(DEV) FORCE
	$(BIN)/utrap waves $* -o build/waves
	cp build/waves/$*.svg $@

setup: $(DEV) ## make .venv/ with everything that the verbs need

clean: ## remove what the verbs have made, but for .venv/
	rm -rf build dist .hypothesis

packages:
	tools/system-packages.sh

vectors:
	@test -d "$(VECTORS)" || { echo "utrap: say where the vectors are: make replay VECTORS=DIR" >&2; exit 2; }

$(RUN): pyproject.toml
	tools/setup.sh run

$(DEV): pyproject.toml
	tools/setup.sh dev

# A checkout that was moved, or whose Python has gone, is set up anew.
ifneq ($(shell test -x .venv/bin/python && cat $(RUN) 2>/dev/null),$(CURDIR))
$(RUN) $(DEV): FORCE
endif
