# How every layer is built: dependencies from its hashed lock, our own package, no tests, bytecode.
#
# `sam build` calls this in the layer's own folder (build_in_source, see samconfig.toml). No Docker and no target
# interpreter: uv takes the wheels of the target platform. Shared objects are never stripped, which breaks OpenBLAS.
#   ARCHITECTURE  arm64 (as in template.yaml) or x86_64, from the same lock
#   UV            uv; the project's own where it is set up
#   PYTHON313     an interpreter that writes the bytecode; without one the layer works and imports take twice as long
ARCHITECTURE ?= arm64
UV ?= $(firstword $(wildcard $(CURDIR)/../../.venv/bin/uv) uv)
PYTHON313 ?= $(shell python3.13 -c 'import sys; print(sys.executable)' 2>/dev/null)
PLATFORM_arm64 := aarch64-manylinux_2_34
PLATFORM_x86_64 := x86_64-manylinux_2_34
INTO = $(ARTIFACTS_DIR)/python

# Called with the name of our own package in this folder.
define build_layer
	$(UV) pip install --quiet --no-config --target "$(INTO)" --python-version 3.13 \
	  --python-platform $(PLATFORM_$(ARCHITECTURE)) --only-binary :all: --require-hashes -r requirements.txt
	cp -R $(1) "$(INTO)/"
	rm -rf "$(INTO)/bin" "$(INTO)/.lock"
	find "$(INTO)" -type d \( -name tests -o -name __pycache__ \) -prune -exec rm -rf {} +
	$(if $(PYTHON313),\
	  $(PYTHON313) -m compileall -q -j 0 --invalidation-mode unchecked-hash -s "$(INTO)" "$(INTO)",\
	  @echo "bytecode skipped: no Python 3.13 here, imports in Lambda take about twice as long")
endef
