// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * simulate_sysctl LOADER KEY... - what LOADER (systemd or procps) would set
 * from the sysctl files of this host, without setting anything
 *
 * One line a key: the key, its value ("-" for what no line sets), and the
 * file and line that wins; separated by "|". A key that kiloflow does not
 * know is taken for one number. For tests/host/drift.sh, which asks the
 * loader itself.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/sysctl_simulate.h"

#define KEYS_MAX 64

static const struct sysctl_desc *desc_of(const char *key,
                                         struct sysctl_desc *unknown)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		if (!strcmp(sysctl_desc(id)->key, key))
			return sysctl_desc(id);
	}
	*unknown = (struct sysctl_desc){
		.key = key,
		.type = SYSCTL_TYPE_INT,
		.min = INT32_MIN,
		.max = INT32_MAX,
	};
	return unknown;
}

static void print_outcome(const struct sysctl_desc *desc,
                          const struct sysctl_outcome *outcome)
{
	char value[256] = "-";

	if (outcome->set)
		sysctl_value_format(desc, &outcome->value, value,
		                    sizeof(value));
	printf("%s|%s|%s:%u\n", desc->key, value,
	       outcome->set ? outcome->line.file->path : "",
	       outcome->line.number);
}

int main(int argc, char **argv)
{
	const struct sysctl_desc *wanted[KEYS_MAX];
	struct sysctl_desc unknown[KEYS_MAX];
	struct sysctl_outcome outcomes[KEYS_MAX];
	const int n = argc - 2;
	struct sysctl_files files;
	struct err error = { 0 };
	enum sysctl_loader loader;
	int root_fd;

	if (n < 1 || n > KEYS_MAX)
		errx(2, "usage: simulate_sysctl systemd|procps KEY...");
	loader = strcmp(argv[1], "procps") ? SYSCTL_LOADER_SYSTEMD
	                                   : SYSCTL_LOADER_PROCPS;
	root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		err(1, "/");
	for (int i = 0; i < n; i++)
		wanted[i] = desc_of(argv[i + 2], &unknown[i]);
	if (sysctl_files_read(root_fd, &files, &error) ||
	    sysctl_simulate(&files, loader, wanted, (size_t)n, outcomes,
	                    &error))
		errx(1, "%s", error.what);
	for (int i = 0; i < n; i++)
		print_outcome(wanted[i], &outcomes[i]);
	sysctl_files_free(&files);
	(void)close(root_fd);
	return 0;
}
