# make demo: a simulated company, its best customers by name, then its pages in a browser (make demo SERVE=0: no pages)
# make test: every test
# make check: style, types, layers, dependencies       make bench: figures, as ratios in one run
# Each sets up what it needs on a machine that has git, make and a Python with pip.

UV := $(shell if uv --version >/dev/null 2>&1; then echo uv; else echo .tools/bin/uv; fi)
RUN := $(UV) run --frozen
DATA ?=
SERVE ?=

.PHONY: demo test check bench docs format clean

demo: $(filter .tools/bin/uv,$(UV))
	@$(RUN) --no-dev byname demo demo-company $(if $(filter 0,$(SERVE)),--no-serve)

test: $(filter .tools/bin/uv,$(UV))
	$(RUN) --extra spark --extra semantic python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

check: $(filter .tools/bin/uv,$(UV))
	$(RUN) --extra spark --extra semantic ruff check .
	$(RUN) --extra spark --extra semantic ruff format --check .
	$(RUN) --extra spark --extra semantic mypy
	$(RUN) --extra spark --extra semantic lint-imports --no-cache
	$(RUN) --extra spark --extra semantic deptry src
	$(RUN) --extra spark --extra semantic python -m byname.docs --check docs

bench: $(filter .tools/bin/uv,$(UV))
	$(RUN) python bench/run.py $(if $(DATA),--data $(DATA))

docs: $(filter .tools/bin/uv,$(UV))
	$(RUN) python -m byname.docs docs

format: $(filter .tools/bin/uv,$(UV))
	$(RUN) ruff check --fix-only .
	$(RUN) ruff format .

clean:
	rm -rf .venv .tools demo-company .mypy_cache .ruff_cache .pytest_cache .hypothesis

# From outside this folder, so that a Python manager that reads .python-version does not stand in the way.
.tools/bin/uv:
	@cd / && { python3 -m pip --version >/dev/null 2>&1 || { \
	  echo "byname needs a Python with pip. Install it with: apt-get install python3-pip (Debian, Ubuntu) or brew install python (macOS)" >&2; exit 1; }; }
	@echo "Getting uv, which gets the rest …"
	@cd / && python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target $(CURDIR)/.tools uv
