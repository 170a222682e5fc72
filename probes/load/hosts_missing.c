// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hosts_missing - tests between hosts, where the libraries that they need
 * were not there when kiloflow was built: they say so, and nothing else.
 */
#include <errno.h>

#include "probes/base/err.h"
#include "probes/load/engine.h"
#include "probes/load/serve.h"

const char *serve_missing(void)
{
	return KILOFLOW_MISSING;
}

static int refuse(struct err *err)
{
	err_hint(err, "install them and build again");
	return err_set(err, -ENOTSUP,
	               "tests between hosts are not built in: %s was missing",
	               KILOFLOW_MISSING);
}

int serve_check(const struct serve_options *options, struct err *err)
{
	(void)options;
	return refuse(err);
}

int serve_run(const struct serve_options *options, struct err *err)
{
	(void)options;
	return refuse(err);
}

int load_check_far(const struct load_far *far, struct err *err)
{
	(void)far;
	return refuse(err);
}

int remote_run(struct engine *engine, uint64_t began_ns, struct err *err)
{
	(void)engine;
	(void)began_ns;
	return refuse(err);
}
