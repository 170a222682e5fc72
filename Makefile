# SPDX-License-Identifier: GPL-2.0-or-later
#
# kiloflow. Two commands are enough on a fresh machine, and both install what
# they miss where apt-get can: `make run` builds kiloflow and judges this host,
# `make test` passes every test. The rest is for developers.
#
# One build directory holds the objects of one set of flags: with another CC
# or CFLAGS, give another BUILD.

VERSION := 0.1.0
BUILD ?= build
# One name, however it is given: what *.d files say of it holds for that one.
override BUILD := $(patsubst $(CURDIR)/%,%,$(BUILD))
PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share/kiloflow
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
PKG_CONFIG ?= pkg-config
ifeq ($(origin CC),default)
CC := gcc
endif

# A library's name for pkg-config, and the Debian package that brings it.
LIBRARIES := libmnl:libmnl-dev libnl-3.0:libnl-3-dev \
	libnl-route-3.0:libnl-route-3-dev jansson:libjansson-dev
package_names = $(foreach l,$(1),$(firstword $(subst :, ,$(l))))
lacking = $(strip $(foreach p,$(call package_names,$(1)),\
	$(shell $(PKG_CONFIG) --exists $(p) || echo $(p))))
# The same for what tests between hosts need, and for trace events; without
# all of a part, that part is not built.
SERVE_LIBRARIES := libsodium:libsodium-dev libseccomp:libseccomp-dev \
	libcap:libcap-dev
SERVE_LACKS := $(call lacking,$(SERVE_LIBRARIES))
TRACE_LIBRARIES := libtracefs:libtracefs-dev libtraceevent:libtraceevent-dev
TRACE_LACKS := $(call lacking,$(TRACE_LIBRARIES))
ALL_LIBRARIES := $(LIBRARIES) + $(SERVE_LIBRARIES) $(TRACE_LIBRARIES)
PACKAGES := $(call package_names,$(LIBRARIES) \
	$(if $(SERVE_LACKS),,$(SERVE_LIBRARIES)) \
	$(if $(TRACE_LACKS),,$(TRACE_LIBRARIES)))
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wcast-qual -Wformat=2 -Wundef -Wpointer-arith
CFLAGS ?= -O2 -g
COMPILE = $(CC) -std=gnu11 -D_GNU_SOURCE -DKILOFLOW_VERSION='"$(VERSION)"' \
	$(if $(SERVE_LACKS),-DKILOFLOW_MISSING='"$(SERVE_LACKS)"') \
	-I. $(WARNINGS) $(PKG_CFLAGS) -pthread $(CPPFLAGS) $(CFLAGS) -MMD -MP
LINK = $(CC) -pthread $(CFLAGS) $(LDFLAGS)
LIBS = $(PKG_LIBS) -lm

SERVE_SOURCES := $(patsubst %,probes/load/%.c,control remote sandbox secret \
	serve session)
TRACE_SOURCES := probes/observe/trace.c probes/observe/trace_parse.c
SOURCES := $(filter-out \
	$(if $(SERVE_LACKS),$(SERVE_SOURCES),probes/load/hosts_missing.c) \
	$(if $(TRACE_LACKS),$(TRACE_SOURCES),probes/observe/trace_missing.c),\
	$(sort $(shell find probes rules checker -name '*.c')))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
# A file with a main() is a program; all other files are one library.
MAINS := $(shell grep -l '^int main\>' $(SOURCES) tests/support/*.c)
LIBRARY_OBJECTS := $(filter-out $(MAINS:%.c=$(BUILD)/%.o),$(OBJECTS))
SUPPORT := $(wildcard tests/support/*.c)
SUPPORT_OBJECTS := \
	$(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAINS),$(SUPPORT)))
SUPPORT_PROGRAMS := \
	$(patsubst %.c,$(BUILD)/%,$(filter $(MAINS),$(SUPPORT)))
# What is printed from the tables of commands and options: by gen-man the man
# page, by gen-bash, gen-zsh and gen-fish the shells' completions.
GENERATED := $(patsubst checker/dist/gen_%.c,$(BUILD)/kiloflow.%,\
	$(wildcard checker/dist/gen_*.c))
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(filter-out \
	$(if $(SERVE_LACKS),$(patsubst %,tests/unit/test_load_%.c,control \
		secret)) \
	$(if $(TRACE_LACKS),tests/unit/test_trace_parse.c),\
	$(wildcard tests/unit/test_*.c)))
# The scenes that tests/host/incidents.sh has played.
INCIDENT := $(BUILD)/tests/host/incidents/incident
INCIDENT_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,\
	$(wildcard tests/host/incidents/*.c))
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))

# V=1 shows the commands, -s shows nothing.
ifeq ($(findstring 1,$(V))$(findstring s,$(firstword -$(MAKEFLAGS))),)
SAY = @echo "  $(1)	$@";
endif

all: $(BUILD)/kiloflow $(GENERATED)

$(BUILD)/kiloflow: $(BUILD)/checker/cli/main.o $(BUILD)/libkiloflow.a
	$(call SAY,LD)$(LINK) -o $@ $^ $(LIBS)

$(BUILD)/gen-%: $(BUILD)/checker/dist/gen_%.o $(BUILD)/libkiloflow.a
	$(call SAY,LD)$(LINK) -o $@ $^ $(LIBS)

$(GENERATED): $(BUILD)/kiloflow.%: $(BUILD)/gen-%
	$(call SAY,GEN)$< >$@.new && mv $@.new $@

$(BUILD)/libkiloflow.a: $(LIBRARY_OBJECTS)
	$(call SAY,AR)rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(call SAY,CC)$(COMPILE) -c -o $@ $<

libraries:
	@tests/support/deps.sh check $(LIBRARIES)

# --- running ---------------------------------------------------------------

run:
	@tests/support/deps.sh build $(ALL_LIBRARIES)
	@$(MAKE) --no-print-directory all
	@$(BUILD)/kiloflow check; status=$$?; case $$status in \
	0) echo "make run: kiloflow's verdict on this host: ready" ;; \
	1) echo "make run: kiloflow's verdict on this host: not ready" ;; \
	*) echo "make run: kiloflow gave no verdict (exit $$status)" >&2; \
		exit $$status ;; \
	esac

INSTALLED_MAN = $(DESTDIR)$(MANDIR)/man8/kiloflow.8
INSTALLED_BASH = $(DESTDIR)$(BASHDIR)/kiloflow
INSTALLED_ZSH = $(DESTDIR)$(ZSHDIR)/_kiloflow
INSTALLED_FISH = $(DESTDIR)$(FISHDIR)/kiloflow.fish

install: all
	install -D -m 0755 $(BUILD)/kiloflow $(DESTDIR)$(BINDIR)/kiloflow
	install -D -m 0644 -t $(DESTDIR)$(DATADIR) \
		checker/report/kiloflow.report.schema.json \
		checker/report/kiloflow.snapshot.schema.json \
		checker/report/kiloflow.watch.schema.json
	install -D -m 0644 $(BUILD)/kiloflow.man $(INSTALLED_MAN)
	install -D -m 0644 $(BUILD)/kiloflow.bash $(INSTALLED_BASH)
	install -D -m 0644 $(BUILD)/kiloflow.zsh $(INSTALLED_ZSH)
	install -D -m 0644 $(BUILD)/kiloflow.fish $(INSTALLED_FISH)

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/kiloflow $(INSTALLED_MAN) \
		$(INSTALLED_BASH) $(INSTALLED_ZSH) $(INSTALLED_FISH)
	rm -rf $(DESTDIR)$(DATADIR)

# A Debian package below BUILD, built in a directory of its own with
# Debian's flags.
deb:
	@tests/support/deps.sh deb $(ALL_LIBRARIES)
	+@BUILD='$(BUILD)' MAKE='$(MAKE)' VERSION='$(VERSION)' \
		checker/dist/deb.sh

clean:
	rm -rf $(BUILD)

# --- testing ---------------------------------------------------------------

SUITES := unit host lint asan tsan fuzz
RUN_SUITES = +@BUILD='$(BUILD)' MAKE='$(MAKE)' FUZZ_SECONDS='$(SECONDS)' \
	tests/support/run.sh
SECONDS ?= 120

test:
	@tests/support/deps.sh test $(ALL_LIBRARIES)
	$(RUN_SUITES) $(SUITES)

$(SUITES):
	$(RUN_SUITES) $@

bench: all $(addprefix $(BUILD)/tests/support/,bounds many_flows many_netns)
	@BUILD='$(BUILD)' tests/bench/bench.sh

# How much of rules/ the unit tests reach, file by file; a gate of lint.
coverage:
	@BUILD='$(BUILD)' MAKE='$(MAKE)' tests/gates/coverage.sh -v

# What a suite is made of; run.sh builds these with each suite's own flags.
programs: all $(SUPPORT_PROGRAMS) $(UNIT_TESTS) $(INCIDENT)
fuzzers: $(FUZZERS)

# Functions that a unit test has its own of: what calls x() calls __wrap_x().
$(BUILD)/tests/unit/test_load_limit: WRAPPED := load_run
$(BUILD)/tests/unit/test_load_faults: WRAPPED := socket bind listen connect \
	accept4 getsockname getsockopt setsockopt send recv sendmsg recvmsg \
	shutdown socketpair unshare epoll_create1 epoll_ctl epoll_wait eventfd \
	poll malloc calloc realloc pthread_create clock_gettime getrlimit \
	setrlimit
$(UNIT_TESTS): LDFLAGS += $(WRAPPED:%=-Wl,--wrap=%)

$(UNIT_TESTS): $(BUILD)/%: $(BUILD)/%.o $(SUPPORT_OBJECTS) \
		$(BUILD)/libkiloflow.a
	$(call SAY,LD)$(LINK) -o $@ $^ $(LIBS) -lcmocka

$(SUPPORT_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libkiloflow.a
	$(call SAY,LD)$(LINK) -o $@ $^ $(LIBS)

$(INCIDENT): $(INCIDENT_OBJECTS)
	$(call SAY,LD)$(LINK) -o $@ $^

$(FUZZERS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libkiloflow.a
	$(call SAY,LD)$(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PHONY: all libraries run install uninstall deb clean test $(SUITES) bench \
	coverage programs fuzzers
.DELETE_ON_ERROR:
.SECONDARY:

-include $(OBJECTS:.o=.d) $(SUPPORT:%.c=$(BUILD)/%.d) \
	$(INCIDENT_OBJECTS:.o=.d) $(addsuffix .d,$(UNIT_TESTS) $(FUZZERS))
