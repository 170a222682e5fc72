// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tools - see tools.h. To add one: a row. `verified` is for what was read in
 * the tool's source or its release notes; what was only reported by users is
 * told as such.
 *
 * Left out is what bites with UDP alone, and that iperf 2 has no bound on -P:
 * what bounds its threads is judged by threads.tool.
 */
#include "rules/tools.h"

#include <stddef.h>

#define EVERY UINT64_MAX

/* 3.3 and its corrections, up to what comes before 3.4 */
#define EVERY_PATCH 0x7fff

/* A queue of 5 holds 6: listen(5), and include/net/sock.h. */
#define BACKLOG_5 7

/* clang-format off */
const struct tool_defect tool_defects_table[] = {
	{ TOOL_IPERF2, 0, TOOL_VERSION(2, 0, 12), BACKLOG_5,
	  "its server listens with a backlog of 5",
	  "connections stall and are reset (\"write failed: Connection reset by peer\")",
	  "2.0.13", true, "iperf2 src/Listener.cpp, commit 4565c2ce" },
	{ TOOL_IPERF2, 0, TOOL_VERSION(2, 0, 13), 128,
	  "a signed char counts the threads",
	  "from -P 128 on there is no [SUM] line",
	  "2.1.0", true, "iperf2 src/Reporter.c, commit be417e3b" },
	{ TOOL_IPERF2, TOOL_VERSION(2, 0, 10), TOOL_VERSION(2, 0, 10), 1,
	  "bytes of a failed write are counted wrongly",
	  "totals are wrong just when connections are reset",
	  "2.0.11", true, "iperf2 RELEASE_NOTES" },
	{ TOOL_IPERF2, 0, TOOL_VERSION_BEFORE(2, 1, 0), 128,
	  "races at the end of many threads, and bounds on their sums",
	  "it hangs, or lines are missing",
	  "2.1.0", true, "iperf2 commits 162e91d8, 53605a46, 64bdcb01" },
	{ TOOL_IPERF2, 0, TOOL_VERSION(2, 0, 13), BACKLOG_5,
	  "a connect that fails is not tried again",
	  "a thread ends, and fewer flows run than were asked for",
	  "2.1.0 (--connect-retries)", true, "iperf2 commit 76fbc58d" },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 0), TOOL_VERSION(2, 1, 8), 2,
	  "with --permit-key its server listens with its own -P as backlog, 0 without",
	  "the queue overflows with two flows",
	  "2.1.9", true, "iperf2 commit 26d158e3" },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 0), EVERY, 2,
	  "with -1 (--singleclient) its server listens with its own -P as backlog, 0 without",
	  "the queue overflows with two flows, unless the server gets -P too",
	  "", true, "iperf2 src/Listener.cpp:my_listen" },
	{ TOOL_IPERF2, TOOL_VERSION(2, 1, 0), TOOL_VERSION_BEFORE(2, 2, 0), 2,
	  "interval sums are put together by events",
	  "they are wrong under load",
	  "2.2.0", true, "iperf2 RELEASE_NOTES" },

	{ TOOL_IPERF3, 0, TOOL_VERSION(3, 3, EVERY_PATCH), BACKLOG_5,
	  "its server listens with a backlog of 5",
	  "connections of -P overflow the queue",
	  "3.4", true, "iperf3 pull request 693" },
	{ TOOL_IPERF3, TOOL_VERSION_BEFORE(3, 4, 0), TOOL_VERSION(3, 6, EVERY_PATCH), BACKLOG_5,
	  "where an option makes its server listen anew, it does so with a backlog of 5",
	  "connections of -P overflow the queue",
	  "3.7", true, "iperf3 pull request 827" },
	{ TOOL_IPERF3, 0, EVERY, 129,
	  "MAX_STREAMS is 128",
	  "it refuses more than -P 128: it takes several servers and clients, and their sums by hand",
	  "", true, "iperf3 src/iperf.h" },
	{ TOOL_IPERF3, TOOL_VERSION(3, 2, 0), TOOL_VERSION(3, 3, EVERY_PATCH), 1,
	  "the client closes its control connection too early",
	  "results are lost at the end",
	  "3.4", true, "iperf3 RELNOTES, issue 677" },
	{ TOOL_IPERF3, 0, TOOL_VERSION(3, 3, EVERY_PATCH), 2,
	  "the server crashes on -V with -P",
	  "all flows end",
	  "3.4", true, "iperf3 RELNOTES, issue 686" },
	{ TOOL_IPERF3, 0, TOOL_VERSION(3, 15, EVERY_PATCH), 2,
	  "one thread serves all streams",
	  "one CPU bounds the total, and -P 128 times out",
	  "3.16", true, "iperf3 pull request 1591, issues 408, 289, 606" },
	{ TOOL_IPERF3, TOOL_VERSION_BEFORE(3, 16, 0), TOOL_VERSION(3, 17, 1), 2,
	  "threads end in the wrong order",
	  "it crashes at the end",
	  "3.18", true, "iperf3 RELNOTES, issues 1750, 1760, 1801" },
	{ TOOL_IPERF3, TOOL_VERSION_BEFORE(3, 17, 2), TOOL_VERSION_BEFORE(3, 18, 0), 55,
	  "builds from git of a month in 2024 bound the size of a result",
	  "from -P 55 on the result is lost",
	  "3.18", false, "iperf3 issues 1776, 1782, 1786" },
	{ TOOL_IPERF3, TOOL_VERSION_BEFORE(3, 16, 0), TOOL_VERSION(3, 20, EVERY_PATCH), 2,
	  "threads are cancelled asynchronously, and a close races with them",
	  "it hangs or crashes at the end",
	  "3.21", true, "iperf3 RELNOTES, issues 1991, 2003" },
	{ TOOL_IPERF3, TOOL_VERSION(3, 10, 0), EVERY, 2,
	  "flows that run already keep those that begin from being set up, on a shaped link",
	  "it hangs while it begins",
	  "", false, "iperf3 issue 1989" },
	{ TOOL_IPERF3, 0, EVERY, 100,
	  "streams are set up one after the other",
	  "it takes a round trip for each before data flows",
	  "", false, "iperf3 issue 254" },
	{ .defect = NULL },
};
/* clang-format on */

const char *tool_name(enum tool_kind tool)
{
	static const char *const names[] = {
		[TOOL_IPERF2] = "iperf",
		[TOOL_IPERF3] = "iperf3",
	};

	return names[tool];
}

void tool_defects(enum tool_kind tool, uint64_t version, uint64_t flows,
                  void (*emit)(void *to, const struct tool_defect *defect),
                  void *to)
{
	for (const struct tool_defect *row = tool_defects_table; row->defect;
	     row++) {
		if (row->tool == tool && version >= row->from &&
		    version <= row->to && flows >= row->flows)
			emit(to, row);
	}
}
