/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools - which load tools are installed here, and their versions: asked by
 * running each with -v.
 */
#ifndef KILOFLOW_PROBES_TOOLS_H
#define KILOFLOW_PROBES_TOOLS_H

#include <stddef.h>
#include <stdint.h>

#include "probes/fact.h"

enum tool_kind { TOOL_IPERF2, TOOL_IPERF3, TOOL_KIND_COUNT };

/* In the order of releases when compared as numbers. */
#define TOOL_VERSION(major, minor, patch)                                      \
	((uint64_t)(major) << 32 | (uint64_t)(minor) << 16 |                   \
	 (uint64_t)(patch) << 1 | 1)

/* An alpha, beta or release candidate: just below what it will become. */
#define TOOL_VERSION_BEFORE(major, minor, patch)                               \
	(TOOL_VERSION(major, minor, patch) - 1)

struct tool_facts {
	char program[16];        /* as it is looked for: "iperf", "iperf3" */
	enum tool_kind kind;     /* what it says it is, whatever its name */
	struct fact_u64 version; /* TOOL_VERSION(); absent: not installed */
	char text[32];           /* the same, as it says it; printable */
	char path[256];          /* the first on PATH, "" when there is none */
};

#define TOOLS_MAX 2

struct tools_facts {
	struct tool_facts tool[TOOLS_MAX];
};

/**
 * tools_parse - what a tool answered to -v. Pure.
 * @bytes: @len bytes of what it wrote, "iperf version 2.1.8 (12 August 2022)
 * pthreads" or "iperf 3.12 (cJSON 1.7.15)" somewhere in them
 * @ret: kind, version and text are set; broken when it did not say
 */
void tools_parse(const char *bytes, size_t len, struct tool_facts *ret);

/**
 * tools_read - look for the tools and ask each
 * @search: a list of directories as in PATH; those that are not absolute
 * are passed over. NULL: none
 *
 * Each is run at most for 2 s and read up to 4 KiB, without a shell, with
 * nothing to read, and is then killed if need be.
 */
void tools_read(const char *search, struct tools_facts *ret);

#endif
