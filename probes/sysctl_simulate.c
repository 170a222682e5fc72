// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl_simulate - see sysctl_simulate.h.
 *
 * What is not obvious is where the loaders differ once a line is understood.
 * systemd keeps one entry a key, as it is spelled: a later line replaces an
 * earlier one, moves to the end if its value is another, and is the only one
 * that is written. procps keeps all lines and writes each in turn, so that
 * the one before wins where the kernel refuses the last.
 *
 * Only lines that may concern a wanted key are kept.
 */
#include "probes/sysctl_simulate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/err.h"
#include "probes/base/vec.h"

/* One line, understood. */
struct entry {
	struct sysctl_conf_key key;
	struct span value;
	bool exclude;
	bool replaced;
	struct sysctl_line line;
};

/* How a wanted key is named by lines without a glob. */
enum named {
	NAMED_NEVER,
	NAMED_EXCLUDED, /* "-key" alone */
	NAMED_SET,
};

struct target {
	const struct sysctl_desc *desc;
	char path[SYSCTL_CONF_KEY_SIZE];
	enum named named;
	struct sysctl_outcome *outcome;
};

struct run {
	enum sysctl_loader loader;
	struct target *targets;
	size_t n_targets;
	struct entry *entries;
	size_t n_entries, max_entries;
};

/* ---- outcomes ---- */

static bool same_line(const struct sysctl_line *a, const struct sysctl_line *b)
{
	const bool same_file = a->file == b->file ||
	                       (a->file->ino && a->file->ino == b->file->ino &&
	                        a->file->dev == b->file->dev);

	return same_file && a->number == b->number;
}

/* A file may be read by two names; its line does not lose to itself. */
static void add_loser(struct sysctl_outcome *outcome,
                      const struct sysctl_line *line, enum sysctl_lost why)
{
	if (outcome->set && same_line(&outcome->line, line))
		return;
	if (outcome->n_losers < SYSCTL_LOSERS_MAX)
		outcome->losers[outcome->n_losers] =
			(struct sysctl_loser){ .line = *line, .why = why };
	outcome->n_losers++;
}

static void add_losers(const struct run *run, const struct entry *entry,
                       enum sysctl_lost why)
{
	for (size_t i = 0; i < run->n_targets; i++) {
		const struct target *target = &run->targets[i];

		if (sysctl_conf_matches(run->loader, &entry->key, target->path))
			add_loser(target->outcome, &entry->line, why);
	}
}

/* ---- reading a file ---- */

static bool is_wanted(const struct run *run, const struct sysctl_conf_key *key)
{
	for (size_t i = 0; i < run->n_targets; i++) {
		if (sysctl_conf_matches(run->loader, key, run->targets[i].path))
			return true;
	}
	return false;
}

/* Take the next line that concerns a wanted key. */
static bool next_entry(const struct run *run, const struct sysctl_file *file,
                       struct sysctl_conf_reader *reader, struct entry *ret)
{
	struct sysctl_conf_assignment said;
	struct span line;

	while (sysctl_conf_line(run->loader, reader, &line)) {
		if (!sysctl_conf_assignment(run->loader, line, &said) ||
		    !sysctl_conf_key(run->loader, said.key, &ret->key) ||
		    !is_wanted(run, &ret->key))
			continue;
		ret->value = said.value;
		ret->exclude = said.exclude;
		ret->replaced = false;
		ret->line.file = file;
		ret->line.number = reader->number;
		return true;
	}
	return false;
}

static struct sysctl_conf_reader reader_of(const struct sysctl_file *file)
{
	return (struct sysctl_conf_reader){
		.rest = span_of(file->bytes, file->len),
	};
}

static bool same_value(const struct entry *a, const struct entry *b)
{
	const size_t len = (size_t)(a->value.end - a->value.at);

	if (a->exclude || b->exclude)
		return a->exclude == b->exclude;
	return len == (size_t)(b->value.end - b->value.at) &&
	       !memcmp(a->value.at, b->value.at, len);
}

static struct entry *find_entry(const struct run *run,
                                const struct sysctl_conf_key *key)
{
	for (size_t i = run->n_entries; i-- > 0;) {
		struct entry *entry = &run->entries[i];

		if (!entry->replaced && !strcmp(entry->key.path, key->path))
			return entry;
	}
	return NULL;
}

/*
 * systemd's one entry a key. A line that says the same again takes the place
 * of the earlier one, without moving it: to change the outcome, it is the one
 * to be changed.
 *
 * Return: whether @new is still to be added.
 */
static bool replace_entry(struct run *run, const struct entry *new)
{
	struct entry *old = find_entry(run, &new->key);

	if (!old)
		return true;
	if (!old->exclude)
		add_losers(run, old,
		           new->exclude ? SYSCTL_LOST_EXCLUDED
		                        : SYSCTL_LOST_LATER);
	if (same_value(old, new)) {
		old->line = new->line;
		return false;
	}
	old->replaced = true;
	return true;
}

static int add_entry(struct run *run, const struct entry *entry)
{
	struct entry *entries =
		vec_grow(run->entries, run->n_entries, &run->max_entries,
	                 sizeof(*run->entries));

	if (!entries)
		return -ENOMEM;
	run->entries = entries;
	entries[run->n_entries++] = *entry;
	return 0;
}

static int load_file(struct run *run, const struct sysctl_file *file)
{
	struct sysctl_conf_reader reader = reader_of(file);
	struct entry entry;

	while (next_entry(run, file, &reader, &entry)) {
		if (run->loader == SYSCTL_LOADER_SYSTEMD &&
		    !replace_entry(run, &entry))
			continue;
		if (add_entry(run, &entry))
			return -ENOMEM;
	}
	return 0;
}

/* The assignments of a file that is not read. */
static void lose_file(struct run *run, const struct sysctl_file *file,
                      enum sysctl_lost why)
{
	struct sysctl_conf_reader reader = reader_of(file);
	struct entry entry;

	while (next_entry(run, file, &reader, &entry)) {
		if (!entry.exclude)
			add_losers(run, &entry, why);
	}
}

/* ---- which files, in which order ---- */

static bool is_read(enum sysctl_loader loader, const struct sysctl_file *file)
{
	if (loader == SYSCTL_LOADER_PROCPS)
		return true;
	/* src/basic/path-util.c:hidden_or_backup_file() */
	return strcmp(file->path, SYSCTL_FILES_CONF) && file->name[0] != '.';
}

/* By name whatever the directory; but sysctl.conf, which procps reads last. */
static int load_order(const void *a, const void *b)
{
	const struct sysctl_file *x = *(const struct sysctl_file *const *)a;
	const struct sysctl_file *y = *(const struct sysctl_file *const *)b;
	const int x_last = !strcmp(x->path, SYSCTL_FILES_CONF);
	const int y_last = !strcmp(y->path, SYSCTL_FILES_CONF);
	const int names = strcmp(x->name, y->name);

	if (x_last || y_last)
		return x_last - y_last;
	if (names)
		return names;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static bool is_masked(const struct sysctl_file *file,
                      const struct sysctl_file *before)
{
	return before && !strcmp(before->name, file->name) &&
	       strcmp(file->path, SYSCTL_FILES_CONF);
}

/* @sorted: room for as many pointers as there are files */
static int load_files(struct run *run, const struct sysctl_files *files,
                      const struct sysctl_file **sorted)
{
	int rc = 0;

	for (size_t i = 0; i < files->n; i++)
		sorted[i] = &files->list[i];
	qsort(sorted, files->n, sizeof(*sorted), load_order);
	for (size_t i = 0; !rc && i < files->n; i++) {
		if (is_read(run->loader, sorted[i]) &&
		    !is_masked(sorted[i], i ? sorted[i - 1] : NULL))
			rc = load_file(run, sorted[i]);
	}
	return rc;
}

static void lose_files(struct run *run, size_t n,
                       const struct sysctl_file *const *sorted)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_read(run->loader, sorted[i]))
			lose_file(run, sorted[i], SYSCTL_LOST_NOT_READ);
		else if (is_masked(sorted[i], i ? sorted[i - 1] : NULL))
			lose_file(run, sorted[i], SYSCTL_LOST_MASKED);
	}
}

/* ---- writing ---- */

/* What the kernel begins with; the last port was 61000 before 4.2. */
#define RANGE_LOW 32768
#define RANGE_HIGH 60999
#define PRIVILEGED_END 1024

/*
 * Unprivileged programs must not get a privileged port by chance: since 4.11
 * net/ipv4/sysctl_net_ipv4.c refuses a range of ports that begins below
 * ip_unprivileged_port_start, and a start above that.
 */
static bool ports_agree(const struct run *run, const struct target *target,
                        const struct sysctl_value *new)
{
	const bool is_range = target->desc == sysctl_desc(SYSCTL_PORT_RANGE);
	const struct sysctl_desc *other = sysctl_desc(
		is_range ? SYSCTL_UNPRIVILEGED_PORT_START : SYSCTL_PORT_RANGE);
	int64_t others = is_range ? PRIVILEGED_END : RANGE_LOW;

	if (!is_range &&
	    target->desc != sysctl_desc(SYSCTL_UNPRIVILEGED_PORT_START))
		return true;
	for (size_t i = 0; i < run->n_targets; i++) {
		const struct target *t = &run->targets[i];

		if (t->desc == other && t->outcome->set)
			others = t->outcome->value.v[0];
	}
	if (!is_range)
		return new->v[0] <= others;
	return new->v[0] >= others && (new->n > 1 || new->v[0] <= RANGE_HIGH);
}

static void write_value(const struct run *run, const struct target *target,
                        const struct entry *entry)
{
	struct sysctl_outcome *outcome = target->outcome;
	const struct sysctl_line before = outcome->line;
	const bool was_set = outcome->set;
	struct sysctl_value value = outcome->value;

	if (!sysctl_value_write(target->desc, entry->value, &value) ||
	    !ports_agree(run, target, &value)) {
		add_loser(outcome, &entry->line, SYSCTL_LOST_REFUSED);
		return;
	}
	outcome->set = true;
	outcome->value = value;
	outcome->line = entry->line;
	if (was_set)
		add_loser(outcome, &before, SYSCTL_LOST_LATER);
}

static void find_named(struct run *run)
{
	for (size_t i = 0; i < run->n_entries; i++) {
		const struct entry *entry = &run->entries[i];
		const enum named named =
			entry->exclude ? NAMED_EXCLUDED : NAMED_SET;

		/* procps compares the keys as they are spelled */
		if (entry->replaced || entry->key.glob || !entry->key.plain)
			continue;
		for (size_t j = 0; j < run->n_targets; j++) {
			struct target *target = &run->targets[j];

			if (strcmp(entry->key.path, target->path))
				continue;
			if (target->named < named)
				target->named = named;
			if (entry->exclude)
				target->outcome->without = entry->line;
		}
	}
}

static void apply_entry(const struct run *run, const struct entry *entry)
{
	const bool yields = entry->key.glob && entry->key.plain;

	for (size_t i = 0; i < run->n_targets; i++) {
		const struct target *target = &run->targets[i];

		if (!sysctl_conf_matches(run->loader, &entry->key,
		                         target->path))
			continue;
		if (yields && target->named != NAMED_NEVER)
			add_loser(target->outcome, &entry->line,
			          target->named == NAMED_SET
			                  ? SYSCTL_LOST_EXPLICIT
			                  : SYSCTL_LOST_EXCLUDED);
		else
			write_value(run, target, entry);
	}
}

static void apply(struct run *run)
{
	find_named(run);
	for (size_t i = 0; i < run->n_entries; i++) {
		const struct entry *entry = &run->entries[i];

		if (!entry->replaced && !entry->exclude)
			apply_entry(run, entry);
	}
}

/* ---- all of it ---- */

static void add_target(struct run *run, const char *key,
                       const struct sysctl_desc *desc,
                       struct sysctl_outcome *outcome)
{
	struct target *target = &run->targets[run->n_targets++];
	struct sysctl_conf_key plain = { .path = "" };

	(void)sysctl_conf_key(SYSCTL_LOADER_SYSTEMD, span_of(key, strlen(key)),
	                      &plain);
	(void)snprintf(target->path, sizeof(target->path), "%s", plain.path);
	target->desc = desc;
	target->outcome = outcome;
}

/* A sysctl that has two names is two targets with one outcome. */
static int find_targets(struct run *run,
                        const struct sysctl_desc *const wanted[], size_t n,
                        struct sysctl_outcome outcomes[])
{
	run->targets = calloc(2 * n + 1, sizeof(*run->targets));
	if (!run->targets)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		outcomes[i] = (struct sysctl_outcome){ 0 };
		add_target(run, wanted[i]->key, wanted[i], &outcomes[i]);
		/* net/netfilter/nf_conntrack_standalone.c */
		if (wanted[i] == sysctl_desc(SYSCTL_CONNTRACK_MAX))
			add_target(run, "net.nf_conntrack_max", wanted[i],
			           &outcomes[i]);
	}
	return 0;
}

int sysctl_simulate(const struct sysctl_files *files, enum sysctl_loader loader,
                    const struct sysctl_desc *const wanted[], size_t n,
                    struct sysctl_outcome ret[], struct err *err)
{
	const struct sysctl_file **sorted =
		calloc(files->n ? files->n : 1, sizeof(const void *));
	struct run run = { .loader = loader };
	int rc = -ENOMEM;

	if (sorted)
		rc = find_targets(&run, wanted, n, ret);
	if (!rc)
		rc = load_files(&run, files, sorted);
	if (!rc) {
		apply(&run);
		lose_files(&run, files->n, sorted);
	}
	free(run.entries);
	free(run.targets);
	free(sorted);
	return rc ? err_set(err, rc,
	                    "cannot tell what the sysctl files set: no memory")
	          : 0;
}

int sysctl_simulate_all(const struct sysctl_files *files,
                        struct sysctl_outcomes *ret, struct err *err)
{
	const struct sysctl_desc *wanted[SYSCTL_COUNT];
	int rc = 0;

	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++)
		wanted[id] = sysctl_desc(id);
	for (unsigned int i = 0; !rc && i < SYSCTL_LOADER_COUNT; i++)
		rc = sysctl_simulate(files, i, wanted, SYSCTL_COUNT, ret->by[i],
		                     err);
	return rc;
}
