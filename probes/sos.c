// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos - see sos.h. Where things are in a sosreport: sos/report/plugins of
 * its source, networking.py, kernel.py, system.py, memory.py, host.py, pam.py,
 * systemd.py.
 *
 * Each text is looked for in the order in which it is told here, and the first
 * that is there is taken. A text that is cut short says nothing.
 */
#include "probes/sos.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/drift.h"
#include "probes/facts.h"
#include "probes/kmsg.h"
#include "probes/memory.h"
#include "probes/sockstat.h"
#include "probes/sos_dir.h"
#include "probes/sos_netns.h"
#include "probes/sos_text.h"
#include "probes/sysctl.h"

#define LIMITS_DIR "etc/security/limits.d"
#define LIMITS_FILES_MAX 256

/* More named namespaces than this are not read. */
#define NETNS_MAX 4096

struct sos {
	struct sos_dir dir;
	const struct goal *goal;
	struct host *host;
	struct sos_netns own;
};

/* --- the host ---------------------------------------------------------- */

static void copy_word(struct span line, unsigned int skipped, char *buf,
                      size_t size)
{
	struct span word;

	do {
		if (!span_word(&line, &word))
			return;
	} while (skipped--);
	if ((size_t)(word.end - word.at) < size)
		memcpy(buf, word.at, (size_t)(word.end - word.at));
}

/* A word of a file's first line. */
static void read_name(struct sos *sos, const char *path, unsigned int skipped,
                      char *buf, size_t size)
{
	struct sos_file file;
	struct span line;

	if (!sos_dir_read(&sos->dir, path, &file))
		return;
	if (span_line(&file.span, "", &line))
		copy_word(line, skipped, buf, size);
	free(file.bytes);
}

static void read_memory(struct sos *sos)
{
	struct sos_file file;

	if (!sos_dir_read(&sos->dir, "proc/meminfo", &file))
		return;
	sos->host->memory.available_bytes =
		memory_parse(file.bytes, sos_file_len(&file));
	free(file.bytes);
}

static void read_softnet(struct sos *sos)
{
	struct sos_file file;

	if (!sos_dir_read(&sos->dir, "proc/net/softnet_stat", &file))
		return;
	softnet_parse(file.bytes, sos_file_len(&file), &sos->host->softnet);
	free(file.bytes);
}

static void read_limits_file(struct sos *sos, const char *path)
{
	struct sos_file file;

	if (!sos_dir_read(&sos->dir, path, &file))
		return;
	sos_limits(file.span, &sos->host->limits);
	free(file.bytes);
}

static int is_limits_file(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".conf");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of modules/pam_limits/pam_limits.c:pam_sm_open_session(). */
static void read_limits(struct sos *sos)
{
	struct dirent **entries = NULL;
	int n;

	read_limits_file(sos, "etc/security/limits.conf");
	n = scandirat(sos->dir.fd, LIMITS_DIR, &entries, is_limits_file,
	              by_name);
	for (int i = 0; i < n; i++) {
		char path[sizeof(LIMITS_DIR) + 1 + NAME_MAX];

		(void)snprintf(path, sizeof(path), "%s/%s", LIMITS_DIR,
		               entries[i]->d_name);
		if (i < LIMITS_FILES_MAX)
			read_limits_file(sos, path);
		free(entries[i]);
	}
	free(entries);
}

static void read_sockstat(struct sos *sos)
{
	static const struct {
		const char *prefix, *path;
	} sources[] = {
		{ "TCP:", "proc/net/sockstat" },
		{ "TCP6:", "proc/net/sockstat6" },
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct sos_file file;

		if (!sos_dir_read(&sos->dir, sources[i].path, &file))
			continue;
		sockstat_parse(sources[i].prefix, file.bytes,
		               sos_file_len(&file), &sos->host->ns[0].sockstat);
		free(file.bytes);
	}
}

/* Those whose file one namespace does not have to itself. */
static void read_sysctls(struct sos *sos)
{
	struct host *host = sos->host;

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);
		struct sos_file file;

		if (desc->scope == SYSCTL_SCOPE_NETNS ||
		    !sos_netns_sysctl(&sos->own, id, &file))
			continue;
		host->sysctl[id] =
			sysctl_parse(desc, file.span.at, sos_file_len(&file));
		free(file.bytes);
	}
	/* Its file exists in the initial namespace alone. */
	if (host->sysctl[SYSCTL_TCP_MEM].state == FACT_KNOWN)
		host->ns[0].initial = fact_known(1);
}

/* Without one line of the log in it, it holds why dmesg was not let read it. */
static void read_messages(struct sos *sos)
{
	struct kmsg_facts *kmsg = &sos->host->kmsg;
	struct sos_file file;

	if (!sos_dir_read(&sos->dir, "sos_commands/kernel/dmesg", &file))
		return;
	kmsg_parse_dmesg(file.bytes, sos_file_len(&file), kmsg);
	if (kmsg->records.value)
		kmsg->records.state = FACT_KNOWN;
	free(file.bytes);
}

/* --- the next boot ----------------------------------------------------- */

static int read_now(void *from, enum sysctl_id id, char **ret, size_t *ret_len)
{
	struct sos_netns *own = from;
	struct sos_file file;

	if (!sos_netns_sysctl(own, id, &file))
		return -ENOENT;
	*ret_len = sos_file_len(&file);
	*ret = file.bytes ? file.bytes : strndup(file.span.at, *ret_len);
	return *ret ? 0 : -ENOMEM;
}

/*
 * Which loader it is, is told by the units that there are; the files are
 * there with the plugin `kernel`. Of both, one without the other says nothing.
 */
static void read_drift(struct sos *sos)
{
	const struct drift_source source = {
		.root_fd = sos->dir.fd,
		.image = true,
		.read = read_now,
		.from = &sos->own,
	};

	if (!sysctl_boot_read(sos->dir.fd).unit ||
	    faccessat(sos->dir.fd, "etc/sysctl.d", F_OK, 0))
		return;
	if (drift_read(&source, sos->host, &sos->host->ns[0], &sos->host->drift,
	               NULL))
		sos->dir.no_memory = true;
}

/* --- all of it --------------------------------------------------------- */

static void read_host(struct sos *sos)
{
	struct host *host = sos->host;

	sos->own = sos_netns_open(&sos->dir, &host->ns[0], NULL);
	read_name(sos, "hostname", 0, host->name, sizeof(host->name));
	read_name(sos, "uname", 2, host->kernel, sizeof(host->kernel));
	read_memory(sos);
	read_softnet(sos);
	read_limits(sos);
	read_sockstat(sos);
	read_messages(sos);
	read_sysctls(sos);
	sos_netns_read(&sos->own, sos->goal);
	read_drift(sos);
	sos_netns_close(&sos->own);
}

static size_t count_named(struct span names)
{
	char name[SOS_NETNS_NAME_SIZE];
	size_t n = 0;

	while (n < NETNS_MAX && sos_netns_next(&names, name))
		n++;
	return n;
}

static void read_facts(struct sos *sos, bool all)
{
	struct sos_file names = { .bytes = NULL };
	char name[SOS_NETNS_NAME_SIZE];

	if (all)
		(void)sos_dir_read(&sos->dir,
		                   "sos_commands/networking/ip_netns", &names);
	sos->host = host_new(1 + count_named(names.span));
	if (sos->host)
		read_host(sos);
	for (size_t i = 1; sos->host && i < sos->host->n_ns; i++) {
		struct sos_netns netns;

		(void)sos_netns_next(&names.span, name);
		netns = sos_netns_open(&sos->dir, &sos->host->ns[i], name);
		sos_netns_read(&netns, sos->goal);
		sos_netns_close(&netns);
	}
	free(names.bytes);
}

static int open_dir(const char *dir, struct err *err)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char shown[128];
	int rc = 0;

	(void)text_escape(shown, sizeof(shown), dir, strlen(dir));
	if (fd < 0)
		rc = err_set(err, -errno, "cannot open %s: %s", shown,
		             strerror(errno));
	else if (faccessat(fd, "sos_commands", F_OK, 0))
		rc = err_set(
			err, -ENOENT,
			"%s: is no unpacked sosreport: it has no folder sos_commands",
			shown);
	if (!rc)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	err_hint(err, "unpack the archive with tar, and name the folder");
	return rc;
}

int sos_read(const char *dir, bool all, const struct goal *goal,
             struct host **ret, struct err *err)
{
	struct sos sos = { .goal = goal };

	sos.dir.fd = open_dir(dir, err);
	if (sos.dir.fd < 0)
		return sos.dir.fd;
	read_facts(&sos, all);
	(void)close(sos.dir.fd);
	if (!sos.host || sos.dir.no_memory) {
		host_free(sos.host);
		return err_set(err, -ENOMEM, "not enough memory for the facts");
	}
	*ret = sos.host;
	return 0;
}
