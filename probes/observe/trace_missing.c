// SPDX-License-Identifier: GPL-2.0-or-later
/* trace_missing - trace.h, where the libraries for it are not installed. */
#include "probes/observe/trace.h"

#include <errno.h>

#include "probes/base/err.h"

int trace_open(int root_fd, struct trace **ret, struct err *err)
{
	(void)root_fd;
	(void)ret;
	return err_set(
		err, -ENOENT,
		"kiloflow was built without libtracefs and libtraceevent");
}

void trace_close(struct trace *trace)
{
	(void)trace;
}

int trace_drain(struct trace *trace, const struct trace_sink *sink)
{
	(void)trace;
	(void)sink;
	return 0;
}

uint64_t trace_lost(const struct trace *trace)
{
	(void)trace;
	return 0;
}

bool trace_has_reasons(const struct trace *trace)
{
	(void)trace;
	return false;
}
