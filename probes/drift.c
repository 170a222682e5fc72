// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drift - see drift.h.
 *
 * Not known here: what sets sysctls after the files were applied, such as
 * tuned, a container runtime or a boot script; and whether the module that a
 * key belongs to is loaded by then.
 */
#include "probes/drift.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/text.h"
#include "probes/registry.h"
#include "probes/sysctl.h"
#include "probes/sysctl_default.h"

#define CMDLINE_BYTES 8192

/* ---- comparing ---- */

static void copy_value(const struct sysctl_desc *desc,
                       const struct sysctl_value *value,
                       struct drift_value *ret)
{
	char raw[sizeof(ret->text)];

	ret->n = value->n;
	memcpy(ret->v, value->v, sizeof(ret->v));
	sysctl_value_format(desc, value, raw, sizeof(raw));
	(void)text_escape(ret->text, sizeof(ret->text), raw, strlen(raw));
}

static struct drift_line copy_line(const struct sysctl_line *line)
{
	struct drift_line copy = { .number = line->number };

	(void)snprintf(copy.path, sizeof(copy.path), "%s", line->file->path);
	return copy;
}

static enum drift_now compare_now(const struct sysctl_desc *desc,
                                  const struct sysctl_value *value,
                                  const struct drift_seen *seen)
{
	if (seen->fact->state != FACT_KNOWN || !seen->bytes)
		return DRIFT_NOW_UNKNOWN;
	return sysctl_value_is(desc, value, seen->bytes, seen->len)
	               ? DRIFT_NOW_SAME
	               : DRIFT_NOW_OTHER;
}

static void set_loser(const struct sysctl_outcome *outcome,
                      struct drift_set *ret)
{
	const struct sysctl_loser *chosen = NULL;

	for (size_t i = 0; i < outcome->n_losers && i < SYSCTL_LOSERS_MAX;
	     i++) {
		if (!chosen || outcome->losers[i].why > chosen->why)
			chosen = &outcome->losers[i];
	}
	if (!chosen)
		return;
	ret->lost = true;
	ret->lost_line = copy_line(&chosen->line);
	ret->lost_why = chosen->why;
}

static void set_by(const struct sysctl_desc *desc,
                   const struct sysctl_outcome *outcome,
                   const struct drift_seen *seen, struct drift_set *ret)
{
	ret->set = outcome->set;
	if (outcome->set) {
		copy_value(desc, &outcome->value, &ret->value);
		ret->line = copy_line(&outcome->line);
		ret->now = compare_now(desc, &outcome->value, seen);
	}
	set_loser(outcome, ret);
}

/* One that sets nothing leaves the default, where that is known. */
static bool loaders_differ(const struct sysctl_desc *desc,
                           const struct drift_seen *seen,
                           const struct sysctl_value *initial)
{
	const struct sysctl_outcome *a = seen->by[0];
	const struct sysctl_outcome *b = seen->by[1];
	const struct sysctl_value *left = a->set ? &a->value : initial;
	const struct sysctl_value *right = b->set ? &b->value : initial;

	if (!a->set && !b->set)
		return false;
	return !left || !right || !sysctl_value_equal(desc, left, right);
}

void drift_compare(enum sysctl_id id, const struct drift_seen *seen,
                   struct drift_key *ret)
{
	const struct sysctl_desc *desc = sysctl_desc(id);
	struct sysctl_value initial;

	*ret = (struct drift_key){ 0 };
	if (seen->fact->state == FACT_KNOWN) {
		const struct sysctl_value now =
			sysctl_value_of(desc, seen->fact);
		struct drift_value shown;

		copy_value(desc, &now, &shown);
		memcpy(ret->now, shown.text, sizeof(ret->now));
	}
	ret->default_known = sysctl_default(id, seen->release, &initial);
	if (ret->default_known)
		copy_value(desc, &initial, &ret->initial);
	for (unsigned int i = 0; i < SYSCTL_LOADER_COUNT; i++)
		set_by(desc, seen->by[i], seen, &ret->by[i]);
	ret->loaders_differ = loaders_differ(
		desc, seen, ret->default_known ? &initial : NULL);
	ret->kept = seen->on_cmdline || seen->fact->state != FACT_KNOWN ||
	            sysctl_may_be_default(id, seen->fact);
}

/* ---- the command line ---- */

/* Dots and slashes are one here: fs/proc/proc_sysctl.c:process_sysctl_arg() */
static bool same_key(struct span word, const char *key)
{
	const char *p = word.at;

	for (; *key && p < word.end; p++, key++) {
		if (*p != *key && !(*p == '/' && *key == '.'))
			return false;
	}
	return p < word.end && *p == '=';
}

bool drift_on_cmdline(const char *cmdline, size_t len, const char *key)
{
	static const char prefix[] = "sysctl.";
	struct span rest = span_of(cmdline, len);
	struct span word;

	while (span_word(&rest, &word)) {
		/* a parameter with a blank in its value is quoted */
		if (word.at < word.end && *word.at == '"')
			word.at++;
		if ((size_t)(word.end - word.at) < sizeof(prefix) - 1 ||
		    memcmp(word.at, "sysctl", 6) ||
		    (word.at[6] != '.' && word.at[6] != '/'))
			continue;
		word.at += sizeof(prefix) - 1;
		if (same_key(word, key))
			return true;
	}
	return false;
}

/* ---- reading ---- */

/* With the host's network namespace and files of its own. */
static bool is_container(int root_fd)
{
	static const char *const marks[] = {
		".dockerenv",
		"run/.containerenv",
		"run/systemd/container",
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!faccessat(root_fd, marks[i], F_OK, 0))
			return true;
	}
	return false;
}

/* What is in force is read again only for what a file sets. */
static int compare_one(const struct drift_source *source, enum sysctl_id id,
                       struct drift_seen *seen, struct drift_key *ret)
{
	char *bytes = NULL;
	int rc = 0;

	if (seen->by[0]->set || seen->by[1]->set)
		rc = source->read(source->from, id, &bytes, &seen->len);
	if (rc == -ENOMEM)
		return rc;
	seen->bytes = rc ? NULL : bytes;
	drift_compare(id, seen, ret);
	free(bytes);
	return 0;
}

static int compare_all(const struct drift_source *source,
                       const struct host *host, const struct netns_facts *ns,
                       const struct sysctl_outcomes *outcomes,
                       struct drift *ret)
{
	char cmdline[CMDLINE_BYTES];
	size_t len = 0;
	int rc = 0;

	(void)file_read(source->root_fd, "proc/cmdline", cmdline,
	                sizeof(cmdline), &len, NULL);
	if (len && cmdline[len - 1] == '\n')
		len--;
	for (enum sysctl_id id = 0; !rc && id < SYSCTL_COUNT; id++) {
		struct drift_seen seen = {
			.by = { &outcomes->by[0][id], &outcomes->by[1][id] },
			.fact = host_sysctl(host, ns, id),
			.release = host->kernel,
			.on_cmdline = drift_on_cmdline(cmdline, len,
			                               sysctl_desc(id)->key),
		};

		rc = compare_one(source, id, &seen, &ret->key[id]);
	}
	return rc;
}

static int fill(const struct drift_source *source, const struct host *host,
                const struct netns_facts *ns, struct drift *ret,
                struct err *err)
{
	struct sysctl_outcomes *outcomes = calloc(1, sizeof(*outcomes));
	struct sysctl_boot boot = sysctl_boot_read(source->root_fd);
	struct sysctl_files files = { 0 };
	int rc = -ENOMEM;

	boot.run &= !source->image;
	ret->boot = sysctl_boot_loader(&boot);
	if (outcomes)
		rc = sysctl_files_read(source->root_fd, &files, err);
	if (!rc)
		rc = sysctl_simulate_all(&files, outcomes, err);
	if (!rc)
		rc = compare_all(source, host, ns, outcomes, ret);
	memcpy(ret->unread, files.unread, sizeof(ret->unread));
	ret->unread_state = fact_state_from_errno(files.unread_code);
	sysctl_files_free(&files);
	free(outcomes);
	return rc;
}

int drift_read(const struct drift_source *source, const struct host *host,
               const struct netns_facts *ns, struct drift **ret,
               struct err *err)
{
	struct drift *drift;
	int rc;

	*ret = NULL;
	if (ns->initial.state != FACT_KNOWN || !ns->initial.value ||
	    is_container(source->root_fd))
		return 0;
	drift = calloc(1, sizeof(*drift));
	rc = drift ? fill(source, host, ns, drift, err) : -ENOMEM;
	if (rc) {
		free(drift);
		return err_set(err, rc,
		               "cannot compare the sysctl files: no memory");
	}
	*ret = drift;
	return 0;
}

static int read_proc(void *from, enum sysctl_id id, char **ret, size_t *ret_len)
{
	const int *root_fd = from;

	return sysctl_read_bytes(*root_fd, sysctl_desc(id), ret, ret_len);
}

/*
 * One namespace at the most is the initial one: no other thread writes to
 * the host's drift.
 */
static int run(const struct probe_env *env, struct host *host,
               struct netns_facts *ns, struct err *err)
{
	int root_fd = env->root_fd;
	const struct drift_source source = {
		.root_fd = root_fd,
		.read = read_proc,
		.from = &root_fd,
	};

	if (ns->initial.state != FACT_KNOWN || !ns->initial.value)
		return 0;
	return drift_read(&source, host, ns, &host->drift, err);
}

const struct probe probe_drift = {
	.name = "drift",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK,
	.run = run,
};
