// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * persist_plan ROOT KEY=VALUE... - make sysctls last below ROOT, and set none
 *
 * Writes and removes the files that a fix would, and says so: "write PATH",
 * "remove PATH", and "skip WHY" for what does not last. For
 * tests/host/persist.sh, which asks the loaders.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/fix/persist.h"
#include "probes/base/err.h"

static struct fix_setting setting_of(const char *text)
{
	const char *equals = strchr(text, '=');

	for (enum sysctl_id id = 0; equals && id < SYSCTL_COUNT; id++) {
		const char *key = sysctl_desc(id)->key;

		if (strlen(key) == (size_t)(equals - text) &&
		    !strncmp(key, text, strlen(key)))
			return (struct fix_setting){ .id = id,
				                     .value = equals + 1 };
	}
	errx(2, "%s: no KEY=VALUE of a sysctl that kiloflow knows", text);
}

static void write_file(int root_fd, const char *path, const char *text)
{
	int fd;

	/* all of them are in one directory, which may not be there yet */
	(void)mkdirat(root_fd, "etc/sysctl.d", 0755);
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	            0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    close(fd))
		err(1, "%s", path);
}

static void make_step(int root_fd, const struct fix_step *step)
{
	const char *path = step->key + 1;

	if (step->skipped[0]) {
		printf("skip %s\n", step->skipped);
	} else if (step->to) {
		write_file(root_fd, path, step->to);
		printf("write %s\n", step->key);
	} else {
		if (unlinkat(root_fd, path, 0))
			err(1, "%s", path);
		printf("remove %s\n", step->key);
	}
}

int main(int argc, char **argv)
{
	struct fix_setting settings[SYSCTL_COUNT];
	const size_t n = argc > 2 ? (size_t)argc - 2 : 0;
	struct fix_steps steps = { 0 };
	struct sysctl_files files;
	struct err error = { 0 };
	int root_fd;

	if (!n || n > SYSCTL_COUNT)
		errx(2, "usage: persist_plan ROOT KEY=VALUE...");
	root_fd = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		err(1, "%s", argv[1]);
	for (size_t i = 0; i < n; i++)
		settings[i] = setting_of(argv[i + 2]);
	if (sysctl_files_read(root_fd, &files, &error) ||
	    fix_persist(&files, settings, n, &steps, &error))
		errx(1, "%s", error.what);
	for (size_t i = 0; i < steps.n; i++)
		make_step(root_fd, &steps.list[i]);
	fix_steps_free(&steps);
	sysctl_files_free(&files);
	(void)close(root_fd);
	return 0;
}
