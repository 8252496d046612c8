# MetaKit's verbs. Needs make and Python 3.11 or newer; everything else is installed into .venv on first use.

PORT ?= 8866
ARGS =
BIN = .venv/bin
PROXY = .venv/proxy/node_modules/.bin/configurable-http-proxy
TORCH_CPU = https://download.pytorch.org/whl/cpu

# Only .venv counts, and it keeps its bytecode: the second start is quick.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# "again" when .venv is missing, was moved here from elsewhere, or has lost its Python; and when other versions are wanted.
# Contents are compared, not times: what is installed works without network, whatever git touches.
VENV := $(shell [ "$$(cat .venv/home 2>/dev/null)" = "$$PWD" ] && $(BIN)/python -c '' 2>/dev/null || echo again)
VERSIONS := $(shell cmp -s constraints.txt .venv/constraints.txt || echo again)

.PHONY: help demo lab hub load site slides test lint format results bench student nbgrader proxy clean again who

help: ## list the verbs (this is the default)
	@echo "make VERB, where VERB is one of"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-10s %s\n", $$1, $$2 }'

demo: .venv/constraints.txt ## serve the web demo at http://localhost:8866 (another port: make demo PORT=9000)
	@$(BIN)/metakit demo --port $(PORT)

lab: .venv/constraints.txt ## open the notebooks in JupyterLab
	@$(BIN)/metakit lab

hub: who .venv/hub $(PROXY) ## start a JupyterHub for a class on this machine, at port 8000 (deploy/README.md says how)
	@[ -n "$$METAKIT_DATA" ] || [ -d data/glyphs ] || $(BIN)/metakit data glyphs >/dev/null
	@[ -n "$$METAKIT_LESSONS" ] || $(BIN)/python -m metakit.publish.student >/dev/null
	@$(BIN)/jupyterhub --config deploy/jupyterhub_config.py $(ARGS)

site: .venv/course ## make the course's site with all outputs, in build/site (half an hour; what is unchanged is kept)
	@$(BIN)/python -m metakit.publish.site $(ARGS)

slides: .venv/course ## make slides of the notebooks, in build/slides (of lesson 01 alone: make slides ARGS=01)
	@$(BIN)/python -m metakit.publish.slides $(ARGS)

test: lint ## run every check: style, types, tests, notebooks, browser (some only: make test ARGS=tests/nets)
	@OMP_NUM_THREADS=1 $(BIN)/pytest -n logical --maxprocesses 4 --dist loadfile \
		$(if $(ARGS),$(ARGS),tests notebooks --nbval-lax --nbval-current-env --nbval-cell-timeout 180)

lint: .venv/developer ## check style and types
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "The layout is not ruff's: run make format."; exit 1; }
	@$(BIN)/mypy --no-error-summary

format: .venv/developer ## lay out the code, mend what can be mended; link the glossary, fold questions, strip outputs
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .
	@$(BIN)/python -m metakit.publish.glossary
	@$(BIN)/python -m metakit.publish.questions
	@$(BIN)/nbstripout --keep-id notebooks/*.ipynb

results: .venv/constraints.txt ## write the ledger data/results.json into README's table
	@$(BIN)/metakit results

bench: .venv/constraints.txt ## measure speed on this machine
	@$(BIN)/metakit bench $(ARGS)

student: .venv/constraints.txt ## build the student edition, lessons without solutions: a folder and a zip in build
	@$(BIN)/python -m metakit.publish.student

nbgrader: .venv/course ## build an nbgrader course with hidden tests in build/nbgrader
	@$(BIN)/python -m metakit.publish.nbgrader

load: .venv/developer ## measure the public demo and a class under load: takes a quarter of an hour, wants a quiet machine
	@OMP_NUM_THREADS=1 $(BIN)/pytest -m load --timeout 0 tests/load $(ARGS)

clean: ## remove .venv and caches; data and checkpoints stay
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis tests/artefacts build dist
	@find . -name __pycache__ -prune -exec rm -rf {} +

.venv/home: $(VENV)
	@python=; for name in python3.13 python3.12 python3.11 python3.14 python3 python; do \
		"$$name" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=$$name && break; \
	done; \
	if [ -z "$$python" ]; then \
		echo "MetaKit needs Python 3.11 or newer with its venv module: install it from python.org," \
			"or with 'sudo apt install python3-venv' on Debian and Ubuntu, then type make again." >&2; exit 1; \
	fi; \
	echo "Making .venv with $$python"; "$$python" -m venv --clear .venv
	@$(BIN)/python -m pip install -qq pip==26.3 || echo "pip could not be renewed: going on with the one there is."
	@echo "$$PWD" > $@

# A bare torch brings gigabytes of CUDA on Linux. Without an NVIDIA GPU take the CPU build, where its index can be reached.
.venv/constraints.txt: .venv/home $(VERSIONS)
	@echo "Installing MetaKit: about a minute, once"
	@if [ "$$(uname)" = Linux ] && ! nvidia-smi >/dev/null 2>&1 && $(BIN)/python -c \
		"from urllib.request import urlopen; urlopen('$(TORCH_CPU)/torch/', timeout=5)" 2>/dev/null; then \
		$(BIN)/pip install -qq --no-compile --no-deps --index-url $(TORCH_CPU) "$$(grep '^torch==' constraints.txt)"; \
	fi
	@$(BIN)/pip install -qq --no-compile --editable . --constraint constraints.txt
	@cp constraints.txt $@

.venv/course: .venv/constraints.txt
	@echo "Installing what a course is made with"
	@$(BIN)/pip install -qq --no-compile --editable '.[course]' --constraint constraints.txt
	@touch $@

who: # asked before minutes of installing; the hub asks again
	@! command -v python3 >/dev/null || python3 deploy/who.py

.venv/hub: .venv/constraints.txt
	@echo "Installing JupyterHub"
	@$(BIN)/pip install -qq --no-compile --editable '.[hub]' --constraint constraints.txt
	@touch $@

.venv/developer: .venv/constraints.txt
	@echo "Installing the tools for tests"
	@$(BIN)/pip install -qq --no-compile --editable '.[dev]' --constraint constraints.txt
	@touch $@

# JupyterHub's proxy is a program for Node.js, in a folder of its own. Without it the tests of the hub are skipped.
proxy: $(PROXY)
$(PROXY): | .venv/home
	@command -v npm >/dev/null || { echo "JupyterHub's proxy needs Node.js 18 or newer with npm: install it from" \
		"nodejs.org, or with 'sudo apt install npm' on Debian and Ubuntu, then type make again." >&2; exit 1; }
	@npm install --loglevel=error --no-audit --no-fund --prefix .venv/proxy configurable-http-proxy@5.1.0

again:
