// SPDX-License-Identifier: GPL-2.0-or-later
/* offline - see offline.h. One row a source; both exclude each other. */
#include "checker/cli/offline.h"

#include <errno.h>
#include <stddef.h>

#include "checker/cli/command.h"
#include "checker/cli/options.h"
#include "probes/snapshot.h"
#include "probes/sos.h"

static int read_snapshot(const char *name, const struct options *options,
                         struct host **ret, struct err *err)
{
	return snapshot_read(name, &options->goal, ret, err);
}

static int read_sos(const char *name, const struct options *options,
                    struct host **ret, struct err *err)
{
	return sos_read(name, options->netns_all, &options->goal, ret, err);
}

static const struct source {
	const char *option;
	size_t at; /* of its argument in struct options */
	const char *why;
	int (*read)(const char *name, const struct options *options,
	            struct host **ret, struct err *err);
} sources[] = {
	{ "from", offsetof(struct options, from), "the facts are a snapshot's",
	  read_snapshot },
	{ "sos", offsetof(struct options, sos), "the facts are a sosreport's",
	  read_sos },
};

static const char *argument(const struct source *source,
                            const struct options *options)
{
	const char *at = (const char *)options + source->at;

	return *(const char *const *)(const void *)at;
}

static const struct source *source_of(const struct options *options)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (argument(&sources[i], options))
			return &sources[i];
	}
	return NULL;
}

const char *offline_option(const struct options *options)
{
	const struct source *source = source_of(options);

	return source ? source->option : NULL;
}

const char *offline_why(const struct options *options)
{
	const struct source *source = source_of(options);

	return source ? source->why : NULL;
}

int offline_read(const struct options *options, struct host **ret,
                 struct err *err)
{
	const struct source *source = source_of(options);
	const int rc =
		source->read(argument(source, options), options, ret, err);

	if (!rc)
		return STATUS_READY;
	return rc == -ENOMEM ? STATUS_UNKNOWN : STATUS_USAGE;
}
