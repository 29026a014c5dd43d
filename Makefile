# narrowgauge: the one Makefile.  `make help` lists the targets.
#
#   make BUILD=build/gcc-O0 CC=gcc CFLAGS=-O0     another flavour, in a folder of its own
#   make V=1                                      show whole commands

# --- Packages (Debian and Ubuntu names; a|b: either will do) --------------------------

# To build, run and test.
PACKAGES := gcc libc6-dev make pkg-config libhdf5-dev libgsl-dev libyaml-dev libjansson-dev \
            libmd-dev zlib1g-dev libzip-dev curl librandom123-dev gnuplot-nox|gnuplot-qt|gnuplot-x11 check libsubunit-dev procps
# Independent programs that tests compare with; a test skips what is absent.
ORACLES  := python3 python3-numpy python3-h5py python3-pip hdf5-tools clang clang-format \
            libmpfr-dev libclang-rt-14-dev|libclang-rt-dev mandoc shellcheck chromium locales \
            g++ gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static|qemu-user libsimde-dev

# --- Knobs ----------------------------------------------------------------------------

ifeq ($(origin CC),default)
CC      := gcc
endif
CFLAGS  ?= -O3 -g
BUILD   ?= build/release
PREFIX  ?= /usr/local
VERSION := 0.1.0

# Any of these would change results; flags that only follow cannot undo all they do.
UNSAFE := $(filter -Ofast -ffast-math -funsafe-math-optimizations -fassociative-math \
            -freciprocal-math -ffinite-math-only -fsingle-precision-constant \
            -mfpmath=387 -m32 -march=native, \
            $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS))
ifneq ($(UNSAFE),)
$(error CC, CFLAGS, CPPFLAGS or LDFLAGS contain $(UNSAFE), which changes the bits that \
  narrowgauge promises to keep; build without it)
endif

# --- Flags ----------------------------------------------------------------------------

# pkg-config is asked at first use, not while this file is read: `make deps` may have to
# install it first.
MODULES := hdf5 gsl yaml-0.1 jansson libmd zlib libzip
pkg      = $(shell pkg-config $(1) 2>/dev/null || echo MISSING)
need     = $(if $(filter MISSING,$(1)),$(error libraries are missing ($(MODULES)); \
             type `make deps` to install them),$(1))
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(call need,$$(call pkg,--cflags $(MODULES))))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(call need,$$(call pkg,--libs $(MODULES))))$(PKG_LIBS)
CHECK_LIBS = $(eval CHECK_LIBS := $$(call need,$$(call pkg,--libs check)))$(CHECK_LIBS)

WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
           -Wdouble-promotion -Wvla -Wno-format-truncation -Wno-unknown-warning-option \
           -Werror=implicit-function-declaration
# In continuous integration, of the compiler whose warnings the code is kept clear of.
ifneq ($(and $(CI),$(findstring gcc,$(CC))),)
WARN    += -Werror -Wno-error=maybe-uninitialized
endif
# These come last, so that CFLAGS cannot undo them.
# errno and traps are never looked at: knowing that, compilers vectorise; no value changes.
FPFLAGS := -std=c11 -ffp-contract=off -fno-fast-math -fno-math-errno -fno-trapping-math
COMPILE  = $(CC) -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -I. -I$(BUILD) $(WARN) $(PKG_CFLAGS) \
           -include $(BUILD)/flags.h $(STAMP) $(CPPFLAGS) $(CFLAGS) -pthread $(FPFLAGS)
STAMP   :=
LINK     = $(CC) $(CFLAGS) $(LDFLAGS) -pthread
LIBS     = $(PKG_LIBS) -lm

# --- Build ----------------------------------------------------------------------------

SOURCES := $(sort $(wildcard formats/*/*.c datasets/*.c datasets/*/*.c models/*.c models/*/*.c \
             experiments/*/*.c reports/*.c harness/*/*.c))
LIBRARY := $(patsubst %.c,$(BUILD)/%.o,$(filter-out harness/cli/main.c,$(SOURCES)))
UNITS   := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/unit/*.c)))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/bench/*.c)))
# The rooms behind narrowgauge.h; only what that header declares is visible outside.
PIC     := $(patsubst %.c,$(BUILD)/pic/%.o,$(sort $(wildcard formats/math/*.c formats/codec/*.c \
             formats/quant/*.c) $(patsubst %,formats/base/%.c,cpu error pool version)))
SO      := libnarrowgauge.so
SONAME  := $(SO).$(firstword $(subst ., ,$(VERSION)))
# Only these see version.h, so that a commit or another PREFIX recompiles little.
VERSIONED := $(foreach f,$(shell grep -lE 'NG_(VERSION|COMMIT|DATADIR)' $(SOURCES) /dev/null),\
               $(BUILD)/$(f:.c=.o) $(BUILD)/pic/$(f:.c=.o))

all: $(BUILD)/narrowgauge ## build the program (nothing is installed); the default
lib: $(BUILD)/libnarrowgauge.a $(BUILD)/$(SO).$(VERSION) ## build the C library, static and shared

$(BUILD)/narrowgauge: $(BUILD)/harness/cli/main.o $(BUILD)/libng.a
	$(call say,LINK,$(LINK) -o $@ $^ $(LIBS))
$(BUILD)/libng.a: $(LIBRARY) $(BUILD)/linked.txt
	$(call say,AR,rm -f $@ && $(AR) rcs $@ $(LIBRARY))
$(BUILD)/libnarrowgauge.a: $(PIC) $(BUILD)/linked.txt
	$(call say,AR,rm -f $@ && $(AR) rcs $@ $(PIC))
$(BUILD)/$(SO).$(VERSION): $(PIC) $(BUILD)/linked.txt
	$(call say,LINK,$(LINK) -shared -Xlinker -soname=$(SONAME) -o $@ $(PIC) -lm)
$(BUILD)/unit: $(UNITS) $(BUILD)/libng.a
	$(call say,LINK,$(LINK) -o $@ $^ $(CHECK_LIBS) $(LIBS))
$(BENCHES): %: %.o $(BUILD)/libng.a
	$(call say,LINK,$(LINK) -o $@ $^ $(LIBS))
$(BUILD)/%.o: %.c Makefile $(BUILD)/flags.h
	@mkdir -p $(@D)
	$(call say,CC,$(COMPILE) -MMD -MP -c -o $@ $<)
$(BUILD)/pic/%.o: %.c Makefile $(BUILD)/flags.h
	@mkdir -p $(@D)
	$(call say,CC,$(COMPILE) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<)
$(PIC): private PKG_CFLAGS :=
# Where NVIDIA's headers lie, if they are there: one comparison of speed is with them.
$(BUILD)/formats/native/%.o: private PKG_CFLAGS := -isystem $(or $(CUDA_HOME),/usr/local/cuda)/include
$(VERSIONED): $(BUILD)/version.h
$(VERSIONED): private STAMP := -include $(BUILD)/version.h
$(UNITS): | $(BUILD)/tests/unit/suites.h
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

say = $(if $(V),$(2),@printf '  %-5s %s\n' $(1) $@ && $(2))
# Writes stdin to the target only if that changes it.
if-changed = mkdir -p $(@D) && cat > $@.$$$$ && \
             { cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@; }

# Every file is compiled with this: it stops fast-math and records how the build was made.
$(BUILD)/flags.h: FORCE
	@{ echo '#ifdef __FAST_MATH__'; \
	   echo '#error "narrowgauge must not be compiled with fast-math: it changes results"'; \
	   echo '#endif'; \
	   echo '#define NG_COMPILER "'"$$($(CC) --version | sed 's/["\\]//g; q')"'"'; \
	   echo '#define NG_CFLAGS "'"$$(printf '%s' '$(strip $(CPPFLAGS) $(CFLAGS) $(FPFLAGS))' | \
	     sed 's/["\\]//g')"'"'; } | { $(if-changed); }
# A file that is gone, or other link flags, make a new archive and so a new program.
$(BUILD)/linked.txt: FORCE
	@echo '$(LIBRARY) $(LDFLAGS)' | { $(if-changed); }
$(BUILD)/version.h: FORCE
	@{ echo '#define NG_VERSION "$(VERSION)"'; \
	   echo '#define NG_COMMIT "'"$$({ test -e .git && git describe --always --dirty --abbrev=12 \
	     --exclude '*'; } 2>/dev/null || echo unknown)"'"'; \
	   echo '#define NG_DATADIR "$(PREFIX)/share/narrowgauge"'; } | { $(if-changed); }
# tests/unit/test_ROOM.c defines ng_suite_ROOM().
ROOMS := $(patsubst tests/unit/test_%.c,%,$(sort $(wildcard tests/unit/test_*.c)))
$(BUILD)/tests/unit/suites.h: FORCE
	@{ echo '#include <check.h>'; $(foreach r,$(ROOMS),echo 'Suite *ng_suite_$(r)(void);';) \
	   echo '#define NG_SUITES(X) $(foreach r,$(ROOMS),X($(r)))'; } | { $(if-changed); }

# --- Set up, run, check ---------------------------------------------------------------

# These targets may install pkg-config and the libraries first, so the build is a second
# make, on all cores unless -j was given.
BUILDING = +@$(MAKE) --no-print-directory BUILD=$(BUILD) \
             $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
TESTING  = @CC='$(CC)' CFLAGS='$(CFLAGS)' NG_BUILD='$(abspath $(BUILD))' \
           NG_LIBS='$(abspath $(BUILD))/libng.a $(LIBS)'

deps: ## install the packages that are missing (NO_INSTALL=1: only name them)
	@MODULES='$(MODULES) check' .ci/deps '$(PACKAGES)'
oracles: ## install the optional programs that tests compare with
	@OPTIONAL=1 .ci/deps '$(ORACLES)'
quickstart: deps ## deps, build, and the main job: five recipes compared on one data set
	$(BUILDING) all
	@$(BUILD)/narrowgauge run quickstart
test: deps ## deps, build, and all tests; some minutes
	$(BUILDING) all lib $(BUILD)/unit
	$(TESTING) tests/run
test-long: deps ## the tests, the long ones, and the tests again under sanitizers
	$(BUILDING) all lib $(BUILD)/unit
	$(TESTING) NG_LONG=1 NG_TEST_SECONDS=14400 tests/run
	$(MAKE) --no-print-directory BUILD=build/asan \
	  CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all' test
bench: deps ## build and run the benchmarks
	$(BUILDING) all $(BENCHES)
	@for b in $(abspath $(BENCHES)); do $$b || exit 1; done
lint: ## check floors, formatting, sizes, words, the man page and the scripts
	@tests/lint/lint

# --- Install --------------------------------------------------------------------------

SHARED := $(wildcard experiments/named/*.yaml experiments/recipes/*.yaml datasets/*.yaml)
BIN    := $(DESTDIR)$(PREFIX)/bin
MAN    := $(DESTDIR)$(PREFIX)/share/man/man1
SHARE  := $(DESTDIR)$(PREFIX)/share/narrowgauge
LIBDIR := $(DESTDIR)$(PREFIX)/lib
HEADER := $(DESTDIR)$(PREFIX)/include

install: all install-lib ## install under PREFIX (default /usr/local), staged in DESTDIR
	install -d '$(BIN)' '$(MAN)'
	install -m 755 $(BUILD)/narrowgauge '$(BIN)/narrowgauge'
	install -m 644 harness/cli/narrowgauge.1 '$(MAN)/narrowgauge.1'
	for f in $(SHARED); do install -D -m 644 "$$f" '$(SHARE)'/"$$f" || exit 1; done
install-lib: lib ## install only the C library: header, static, shared, pkg-config file
	install -d '$(HEADER)' '$(LIBDIR)/pkgconfig'
	install -m 644 formats/narrowgauge.h '$(HEADER)/narrowgauge.h'
	install -m 644 $(BUILD)/libnarrowgauge.a '$(LIBDIR)/libnarrowgauge.a'
	install -m 755 $(BUILD)/$(SO).$(VERSION) '$(LIBDIR)/$(SO).$(VERSION)'
	ln -sf $(SO).$(VERSION) '$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(LIBDIR)/$(SO)'
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' formats/narrowgauge.pc.in \
	  >'$(LIBDIR)/pkgconfig/narrowgauge.pc'
uninstall: ## remove what install put there
	rm -f '$(BIN)/narrowgauge' '$(MAN)/narrowgauge.1' '$(HEADER)/narrowgauge.h' \
	  '$(LIBDIR)/libnarrowgauge.a' '$(LIBDIR)/$(SO)' '$(LIBDIR)/$(SONAME)' \
	  '$(LIBDIR)/$(SO).$(VERSION)' '$(LIBDIR)/pkgconfig/narrowgauge.pc'
	rm -rf '$(SHARE)'
clean: ## remove build/
	rm -rf build
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
FORCE:
.DELETE_ON_ERROR:
.PHONY: all lib install-lib deps oracles quickstart test test-long bench lint install uninstall clean help FORCE
