// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fix_persist - which file is written so that a sysctl lasts, what stands
 * in it, and what is said of one that does not. tests/host/persist.sh asks
 * the loaders themselves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/fix/persist.h"
#include "checker/fix/persist_text.h"
#include "probes/base/err.h"
#include "probes/sysctl_simulate.h"
#include "tests/support/fdcheck.h"

#define N_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FILES_MAX 5
#define SETTINGS_MAX 3

#define ETC "/etc/sysctl.d/"
#define RUN "/run/sysctl.d/"
#define USR "/usr/lib/sysctl.d/"
#define CONF "/etc/sysctl.conf"

#define CAP "net.core.somaxconn"
#define RANGE "net.ipv4.ip_local_port_range"
#define START "net.ipv4.ip_unprivileged_port_start"
#define TRACK "net.netfilter.nf_conntrack_max"
#define QDISC "net.core.default_qdisc"

/* What each file of ours begins with; @ in the tables below. */
#define OURS "# Written by kiloflow, once\n"

struct file {
	const char *path, *content;
};

struct layout {
	const char *what;
	struct file files[FILES_MAX];
	struct fix_setting settings[SETTINGS_MAX];
	const char *steps;
};

/* ---- helpers ---- */

static void put(struct sysctl_files *files, const char *path,
                const char *content)
{
	assert_int_equal(sysctl_files_put(files, path, content, strlen(content),
	                                  NULL),
	                 0);
}

static size_t n_settings(const struct fix_setting settings[])
{
	size_t n = 0;

	while (n < SETTINGS_MAX && settings[n].value)
		n++;
	return n;
}

/* A text with @ for what it begins with, when that is a head of ours. */
static void print_text(FILE *out, const char *text)
{
	static const char *const heads[] = { persist_head, OURS };

	for (size_t i = 0; i < N_OF(heads); i++) {
		if (strncmp(text, heads[i], strlen(heads[i])) != 0)
			continue;
		fputc(i ? '@' : '*', out);
		text += strlen(heads[i]);
	}
	fputs(text, out);
}

/*
 * "write PATH:" and its text, "remove PATH", "PATH? why it is skipped"; "*"
 * is the head of a new file
 */
static char *describe(const struct fix_steps *steps)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];
		const char *name = strrchr(step->key, '/') + 1;

		assert_int_equal(step->kind, FIX_FILE);
		assert_false(step->live);
		assert_int_equal(strncmp(step->key, ETC, strlen(ETC)), 0);
		if (step->skipped[0]) {
			assert_null(step->to);
			fprintf(out, "%s? %s\n", name, step->skipped);
		} else if (step->to) {
			fprintf(out, "write %s:", name);
			print_text(out, step->to);
		} else {
			fprintf(out, "remove %s\n", name);
		}
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static const char *content_of(const struct sysctl_files *files,
                              const char *path)
{
	for (size_t i = 0; i < files->n; i++) {
		if (!strcmp(files->list[i].path, path))
			return files->list[i].bytes;
	}
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const struct fix_step *made(const struct fix_steps *steps,
                                   const char *path)
{
	for (size_t i = 0; i < steps->n; i++) {
		if (!steps->list[i].skipped[0] &&
		    !strcmp(steps->list[i].key, path))
			return &steps->list[i];
	}
	return NULL;
}

/* The steps lead from what was there to what is said to be there. */
static void check_steps(const struct sysctl_files *before,
                        const struct sysctl_files *after,
                        const struct fix_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct fix_step *step = &steps->list[i];

		if (step->skipped[0])
			continue;
		assert_ptr_equal(made(steps, step->key), step);
		assert_false(same_text(step->from, step->to));
		assert_true(
			same_text(step->from, content_of(before, step->key)));
		assert_true(same_text(step->to, content_of(after, step->key)));
	}
	for (size_t i = 0; i < before->n; i++) {
		if (!made(steps, before->list[i].path))
			assert_string_equal(before->list[i].bytes,
			                    content_of(after,
			                               before->list[i].path));
	}
	for (size_t i = 0; i < after->n; i++)
		assert_true(made(steps, after->list[i].path) ||
		            content_of(before, after->list[i].path));
}

static void copy_files(const struct sysctl_files *from, struct sysctl_files *to)
{
	*to = (struct sysctl_files){ 0 };
	for (size_t i = 0; i < from->n; i++)
		assert_int_equal(sysctl_files_put(to, from->list[i].path,
		                                  from->list[i].bytes,
		                                  from->list[i].len, NULL),
		                 0);
}

/* All again: nothing is left to be made, and the same is said. */
static void check_again(struct sysctl_files *files,
                        const struct fix_setting *settings, size_t n,
                        const struct fix_steps *first)
{
	struct fix_steps again = { 0 };
	size_t at = 0;

	assert_int_equal(fix_persist(files, settings, n, &again, NULL), 0);
	assert_int_equal(fix_steps_made(&again), 0);
	for (size_t i = 0; i < first->n; i++) {
		if (!first->list[i].skipped[0])
			continue;
		assert_true(at < again.n);
		assert_string_equal(again.list[at++].skipped,
		                    first->list[i].skipped);
	}
	assert_int_equal(at, again.n);
	fix_steps_free(&again);
}

static void check_layout(const struct layout *layout)
{
	const size_t n = n_settings(layout->settings);
	struct sysctl_files before = { 0 };
	struct sysctl_files files;
	struct fix_steps steps = { 0 };
	struct err err = { 0 };
	char *got;

	for (size_t i = 0; i < FILES_MAX && layout->files[i].path; i++)
		put(&before, layout->files[i].path, layout->files[i].content);
	copy_files(&before, &files);
	assert_int_equal(fix_persist(&files, layout->settings, n, &steps, &err),
	                 0);
	got = describe(&steps);
	if (strcmp(got, layout->steps) != 0)
		print_error("%s\n", layout->what);
	assert_string_equal(got, layout->steps);
	check_steps(&before, &files, &steps);
	check_again(&files, layout->settings, n, &steps);
	free(got);
	fix_steps_free(&steps);
	sysctl_files_free(&files);
	sysctl_files_free(&before);
}

/* ---- layouts ---- */

#define SET(id, value)                                                         \
	{                                                                      \
		SYSCTL_##id, value, { NULL }, 0                                \
	}

/* clang-format off */
static const struct layout layouts[] = {
{ "nothing there", { { 0 } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" },
{ "nothing asked", { { ETC "a.conf", CAP "=5" } }, { { 0 } }, "" },
{ "several, of one number, two, and a word", { { 0 } },
  { SET(SOMAXCONN, "4096"), SET(PORT_RANGE, "1024 65535"), SET(DEFAULT_QDISC, "fq") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" RANGE " = 1024 65535\n" QDISC " = fq\n" },

/* what holds already */
{ "a file says it", { { USR "50.conf", CAP "=4096" } }, { SET(SOMAXCONN, "4096") }, "" },
{ "in another way", { { USR "50.conf", "net/core/somaxconn = 0x1000 # yes" } },
  { SET(SOMAXCONN, "4096") }, "" },
{ "a glob says it", { { USR "50.conf", "net.core.somax*=4096" } }, { SET(SOMAXCONN, "4096") }, "" },
{ "our file says it", { { ETC "99-kiloflow.conf", OURS CAP "=4096\n" } }, { SET(SOMAXCONN, "4096") }, "" },
{ "more of it", { { USR "50.conf", CAP "=65535" } }, { SET(SOMAXCONN, "4096") }, "" },
{ "more of it, by one loader", { { CONF, CAP "=65535" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 65535\n" },
{ "a wider range at one end", { { USR "50.conf", RANGE "=2000 65535" } }, { SET(PORT_RANGE, "1024 60000") },
  "write 99-kiloflow.conf:*" RANGE " = 1024 65535\n" },
{ "more of one of three", { { USR "50.conf", "net.ipv4.tcp_rmem=4096 131072 33554432" } }, { SET(TCP_RMEM, "8192 131072 6291456") },
  "write 99-kiloflow.conf:*net.ipv4.tcp_rmem = 8192 131072 33554432\n" },
{ "a switch is no amount", { { USR "50.conf", "net.ipv4.tcp_syncookies=2" } }, { SET(SYNCOOKIES, "1") },
  "write 99-kiloflow.conf:*net.ipv4.tcp_syncookies = 1\n" },
{ "nor is a list", { { USR "50.conf", "net.ipv4.ip_local_reserved_ports=80-90" } }, { SET(RESERVED_PORTS, "8080") },
  "write 99-kiloflow.conf:*net.ipv4.ip_local_reserved_ports = 8080\n" },
{ "one of two", { { USR "50.conf", CAP "=4096" } },
  { SET(SOMAXCONN, "4096"), SET(PORT_RANGE, "1024 65535") },
  "write 99-kiloflow.conf:*" RANGE " = 1024 65535\n" },
{ "only one of the loaders reads it", { { CONF, CAP "=4096" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" },

/* which name */
{ "before ours", { { ETC "99-a.conf", CAP "=5" }, { USR "10.conf", CAP "=6" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" },
{ "between the first names", { { USR "99-sysctl.conf", CAP "=5" } }, { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n" },
{ "a word", { { ETC "local.conf", CAP "=5" } }, { SET(SOMAXCONN, "4096") },
  "write zz-kiloflow.conf:*" CAP " = 4096\n" },
{ "one that wants to be the last", { { RUN "zz-local.conf", CAP "=5" } }, { SET(SOMAXCONN, "4096") },
  "write zzzz-kiloflow.conf:*" CAP " = 4096\n" },
{ "one that is", { { RUN "zzzzz.conf", "#\n" CAP "=5" } }, { SET(SOMAXCONN, "4096") },
  "99-kiloflow.conf? " CAP " = 4096 does not last: " RUN "zzzzz.conf:2 sets it to 5; change or delete that line\n" },
{ "one that is, for one of two", { { RUN "zzzzz.conf", CAP "=5" }, { USR "a.conf", RANGE "=2000 3000" } },
  { SET(SOMAXCONN, "4096"), SET(PORT_RANGE, "1024 65535") },
  "write zz-kiloflow.conf:*" RANGE " = 1024 65535\n"
  "zz-kiloflow.conf? " CAP " = 4096 does not last: " RUN "zzzzz.conf:1 sets it to 5; change or delete that line\n" },
{ "masked: it does not count", { { USR "zzzzz.conf", CAP "=5" }, { ETC "zzzzz.conf", "" } },
  { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" },
{ "a glob: a line that names the key beats it", { { ETC "zzzzz.conf", "net.core.somax*=5" } },
  { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" },
{ "a later one that says the same", { { ETC "zzzzz.conf", CAP "=4096" }, { ETC "zz.conf", CAP "=5" } },
  { SET(SOMAXCONN, "4096") }, "" },

/* sysctl.conf */
{ "not linked", { { CONF, "# x\n" CAP " = 5\n" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n"
  "99-kiloflow.conf? " CAP " = 4096 does not last under `sysctl --system`: " CONF ":2 sets it to 5; change or delete that line\n" },
{ "linked", { { CONF, CAP " = 5\n" }, { ETC "99-sysctl.conf", CAP " = 5\n" } }, { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n"
  "99-zz-kiloflow.conf? " CAP " = 4096 does not last under `sysctl --system`: " CONF ":1 sets it to 5; change or delete that line\n" },
{ "another key", { { CONF, RANGE " = 2000 3000\n" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" },
{ "each loader has a line in the way", { { CONF, CAP "=5" }, { ETC "zzzzz.conf", CAP "=6" } }, { SET(SOMAXCONN, "4096") },
  "99-kiloflow.conf? " CAP " = 4096 does not last under systemd-sysctl: " ETC "zzzzz.conf:1 sets it to 6; change or delete that line\n"
  "99-kiloflow.conf? " CAP " = 4096 does not last under `sysctl --system`: " CONF ":1 sets it to 5; change or delete that line\n" },
{ "one loader is won already, the other cannot be", { { CONF, CAP "=5" }, { ETC "zz.conf", CAP "=4096" } }, { SET(SOMAXCONN, "4096") },
  "99-kiloflow.conf? " CAP " = 4096 does not last under `sysctl --system`: " CONF ":1 sets it to 5; change or delete that line\n" },

/* other obstacles */
{ "taken out before ours", { { ETC "10.conf", "-" CAP } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n" },
{ "taken out after ours", { { ETC "zzzzz.conf", "#\n#\n-" CAP } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:*" CAP " = 4096\n"
  "99-kiloflow.conf? " CAP " = 4096 does not last under systemd-sysctl: " ETC "zzzzz.conf:3 takes it out; delete that line\n" },
{ "a start above the range", { { ETC "a.conf", START "=30000" } }, { SET(PORT_RANGE, "1024 65535") },
  "99-kiloflow.conf? " RANGE " = 1024 65535 does not last: " ETC "a.conf:1 sets " START " to 30000; change or delete that line\n" },
{ "the alias", { { ETC "zz.conf", "net.nf_conntrack_max=5" } }, { SET(CONNTRACK_MAX, "262144") },
  "write zzzz-kiloflow.conf:*" TRACK " = 262144\n" },
{ "a value that no kernel takes", { { 0 } }, { SET(SOMAXCONN, "4096k"), SET(PORT_RANGE, "9 1\n" CAP "=0") },
  "99-kiloflow.conf? " CAP " = 4096k does not last: no kernel accepts that value\n"
  "99-kiloflow.conf? " RANGE " = 9 1\\x0a" CAP "=0 does not last: no kernel accepts that value\n" },
{ "a name that is not for terminals", { { ETC "zzzzz\x1b[2J.conf", CAP "=5" } }, { SET(SOMAXCONN, "4096") },
  "99-kiloflow.conf? " CAP " = 4096 does not last: " ETC "zzzzz\\x1b[2J.conf:1 sets it to 5; change or delete that line\n" },

/* what stands in our file */
{ "a line is added", { { ETC "99-kiloflow.conf", OURS RANGE " = 1024 65535\n" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:@" RANGE " = 1024 65535\n" CAP " = 4096\n" },
{ "the last line was not ended", { { ETC "99-kiloflow.conf", OURS RANGE "=1024 65535" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:@" RANGE "=1024 65535\n" CAP " = 4096\n" },
{ "a value is replaced, and nothing else",
  { { ETC "99-kiloflow.conf", OURS "; a\n\n  -net/core/somaxconn =\t128 # b\r\n" RANGE "=1024 65535\n#" CAP "=1\nx" } },
  { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:@; a\n\n  -net/core/somaxconn =\t4096\r\n" RANGE "=1024 65535\n#" CAP "=1\nx" },
{ "that of the last line", { { ETC "99-kiloflow.conf", OURS CAP "=1\n" CAP "=2\n" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:@" CAP "=1\n" CAP "=4096\n" },
{ "an empty one", { { ETC "99-kiloflow.conf", OURS CAP "=" } }, { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:@" CAP "=4096" },
{ "globs and odd spellings are not ours to change",
  { { ETC "99-kiloflow.conf", OURS "net.core.*=1\nnet/core/../core/somaxconn=2\n" } },
  { SET(SOMAXCONN, "4096") },
  "write 99-kiloflow.conf:@net.core.*=1\nnet/core/../core/somaxconn=2\n" CAP " = 4096\n" },
{ "a line of our own file is in the way", { { ETC "99-kiloflow.conf", OURS CAP "=1\n-" CAP "\n" } },
  { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n" },

/* files of others by our names */
{ "no head of ours", { { ETC "99-kiloflow.conf", CAP "=5" } }, { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n" },
{ "empty: somebody masks it", { { ETC "99-kiloflow.conf", "" } }, { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n" },
{ "one that ours would mask", { { USR "99-kiloflow.conf", OURS RANGE "=1024 65535" } }, { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n" },
{ "all names", { { ETC "99-kiloflow.conf", "" }, { ETC "99-zz-kiloflow.conf", "" }, { ETC "zz-kiloflow.conf", "" }, { RUN "zzzz-kiloflow.conf", "" } },
  { SET(SOMAXCONN, "4096") },
  "99-kiloflow.conf? " CAP " = 4096 does not last: this file is not kiloflow's, and other names are taken too; rename or delete it\n" },
{ "bytes that the journal cannot keep", { { ETC "99-kiloflow.conf", OURS "# \xff\n" CAP "=5\n" } }, { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n" },

/* from one name to another */
{ "to a later one", { { ETC "99-kiloflow.conf", OURS RANGE "=1024 65535\n" CAP "=128\n" }, { ETC "zz.conf", CAP "=5" } },
  { SET(SOMAXCONN, "4096") },
  "write zzzz-kiloflow.conf:@" RANGE "=1024 65535\n" CAP "=4096\n"
  "remove 99-kiloflow.conf\n" },
{ "never to an earlier one", { { ETC "zz-kiloflow.conf", OURS RANGE "=1024 65535\n" } }, { SET(SOMAXCONN, "4096") },
  "write zz-kiloflow.conf:@" RANGE "=1024 65535\n" CAP " = 4096\n" },
{ "two become one", { { ETC "99-kiloflow.conf", OURS QDISC "=fq\n" }, { ETC "zz-kiloflow.conf", OURS RANGE "=1024 65535\n" } },
  { SET(SOMAXCONN, "4096") },
  "write zz-kiloflow.conf:@" QDISC "=fq\n" OURS RANGE "=1024 65535\n" CAP " = 4096\n"
  "remove 99-kiloflow.conf\n" },
{ "but not when all is well", { { ETC "99-kiloflow.conf", OURS CAP "=4096\n" }, { ETC "zz-kiloflow.conf", OURS } },
  { SET(SOMAXCONN, "4096") }, "" },
{ "what had lost stays behind",
  { { ETC "99-kiloflow.conf", OURS QDISC "=fq\n" CAP "=128\n" }, { ETC "99-mine.conf", QDISC "=fq_codel\n" CAP "=5" } },
  { SET(SOMAXCONN, "4096") },
  "write 99-zz-kiloflow.conf:*" CAP " = 4096\n" },
{ "and what is not known", { { ETC "99-kiloflow.conf", OURS "vm.swappiness=1\n" }, { ETC "a.conf", CAP "=5" } },
  { SET(SOMAXCONN, "4096") },
  "write zz-kiloflow.conf:*" CAP " = 4096\n" },
{ "and what masks", { { ETC "99-kiloflow.conf", OURS CAP "=128\n" }, { USR "99-kiloflow.conf", RANGE "=5 6" }, { ETC "a.conf", CAP "=5" } },
  { SET(SOMAXCONN, "4096") },
  "write zz-kiloflow.conf:*" CAP " = 4096\n" },
};
/* clang-format on */

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(layouts); i++)
		check_layout(&layouts[i]);
}

static void the_head(void **state)
{
	(void)state;
	assert_true(persist_text_is_ours(persist_head, strlen(persist_head)));
	assert_non_null(strstr(persist_head, "`kiloflow undo`"));
	for (const char *p = persist_head; *p; p = strchr(p, '\n') + 1)
		assert_int_equal(*p, '#');
	assert_true(persist_text_is_ours(OURS, strlen(OURS)));
	assert_false(persist_text_is_ours(OURS "\xff", strlen(OURS) + 1));
	assert_false(persist_text_is_ours(OURS, strlen(OURS) + 1));
	assert_false(persist_text_is_ours("# Written", 9));
	assert_false(persist_text_is_ours("\n" OURS, strlen(OURS) + 1));
	assert_false(persist_text_is_ours("", 0));
}

/* Two of ours become one with one head. */
static void one_head(void **state)
{
	char *text = strdup(persist_head);
	char more[1024];

	(void)state;
	(void)snprintf(more, sizeof(more), "%s%s", persist_head, CAP "=5\n");
	assert_non_null(text);
	assert_int_equal(persist_text_join(&text, more), 0);
	assert_string_equal(text, more);
	free(text);
}

static void answers(void **state)
{
	static const struct fix_setting settings[] = {
		{ SYSCTL_SOMAXCONN, "4096", { "a", "b" }, 2 },
		{ SYSCTL_PORT_RANGE, "1024 65535", { "b", "c" }, 2 },
		{ SYSCTL_DEFAULT_QDISC, "fq", { "d" }, 1 },
	};
	struct sysctl_files files = { 0 };
	struct fix_steps steps = { 0 };

	(void)state;
	put(&files, CONF, RANGE "=2000 3000\n");
	put(&files, ETC "zzzzz.conf", QDISC "=sfq\n");
	assert_int_equal(fix_persist(&files, settings, 3, &steps, NULL), 0);
	assert_int_equal(steps.n, 3);
	assert_int_equal(steps.list[0].n_answers, 3);
	assert_string_equal(steps.list[0].answers[0], "a");
	assert_string_equal(steps.list[0].answers[1], "b");
	assert_string_equal(steps.list[0].answers[2], "c");
	assert_int_equal(steps.list[1].n_answers, 2);
	assert_string_equal(steps.list[1].answers[0], "b");
	assert_int_equal(steps.list[2].n_answers, 1);
	assert_string_equal(steps.list[2].answers[0], "d");
	fix_steps_free(&steps);
	sysctl_files_free(&files);
}

static void unread(void **state)
{
	static const struct fix_setting setting = SET(SOMAXCONN, "4096");
	struct sysctl_files files = { .unread = ETC "a\x1b.conf",
		                      .unread_code = -EACCES };
	struct fix_steps steps = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(fix_persist(&files, &setting, 1, &steps, &err),
	                 -EPERM);
	assert_int_equal(steps.n, 0);
	assert_int_equal(err.code, -EPERM);
	assert_string_equal(err.what,
	                    "cannot tell which sysctls the next boot sets: " ETC
	                    "a\\x1b.conf: EACCES");
	assert_string_equal(err.hint,
	                    "run kiloflow as root, or with --no-persist");
}

/* ---- generated layouts ---- */

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#define PICK(state, list) ((list)[next_random(state) % N_OF(list)])

static const enum sysctl_id some_ids[] = {
	SYSCTL_SOMAXCONN,     SYSCTL_PORT_RANGE, SYSCTL_UNPRIVILEGED_PORT_START,
	SYSCTL_DEFAULT_QDISC, SYSCTL_TCP_RMEM,   SYSCTL_CONNTRACK_MAX,
};

static const char *some_value(uint32_t *random, enum sysctl_id id)
{
	static const char *const ints[] = { "1000", "4096", "2000" };
	static const char *const pairs[] = { "1024 65535", "2000 3000",
		                             "4096 60000" };
	static const char *const triples[] = { "1 2 3", "4096 8192 16384" };
	static const char *const words[] = { "fq", "pfifo_fast" };

	switch (sysctl_desc(id)->type) {
	case SYSCTL_TYPE_PAIR:
		return PICK(random, pairs);
	case SYSCTL_TYPE_TRIPLE:
		return PICK(random, triples);
	case SYSCTL_TYPE_WORD:
		return PICK(random, words);
	default:
		return PICK(random, ints);
	}
}

/* One line of a file, or a few words that are none. */
static void print_line(FILE *out, uint32_t *random)
{
	static const char *const rest[] = {
		"# a comment",
		"net.core.som*=77",
		"-" CAP,
		"garbage",
		"",
		"net.ipv4.*_range=5000 6000",
		"vm.swappiness=10",
		"net//core/somaxconn=99",
		CAP "=not a number",
		"net.nf_conntrack_max=7",
		RANGE "=9000 # first",
	};
	const enum sysctl_id id = PICK(random, some_ids);

	if (next_random(random) % 4)
		fprintf(out, "%s = %s", sysctl_desc(id)->key,
		        some_value(random, id));
	else
		fputs(PICK(random, rest), out);
	fputs(next_random(random) % 9 ? "\n" : "\r\n", out);
}

static void some_file(struct sysctl_files *files, uint32_t *random)
{
	static const char *const dirs[] = { ETC, ETC, RUN, USR };
	static const char *const names[] = {
		"10-a.conf",        "99-kiloflow.conf",   "99-zz-kiloflow.conf",
		"zz-kiloflow.conf", "zzzz-kiloflow.conf", "99-sysctl.conf",
		"zz.conf",          "zzzzz.conf",         ".hidden.conf",
		"a.conf",
	};
	const char *name = PICK(random, names);
	char *text = NULL;
	char path[64] = CONF;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (next_random(random) % 5)
		(void)snprintf(path, sizeof(path), "%s%s", PICK(random, dirs),
		               name);
	if (strstr(path, "kiloflow") && next_random(random) % 3)
		fputs(persist_head, out);
	for (uint32_t n = next_random(random) % 5; n; n--)
		print_line(out, random);
	assert_int_equal(fclose(out), 0);
	put(files, path, text);
	free(text);
}

static size_t some_settings(struct fix_setting settings[], uint32_t *random)
{
	size_t n = 0;

	for (size_t i = 0; i < N_OF(some_ids); i++) {
		/* no rule asks for it: it is only in a range's way */
		if (some_ids[i] == SYSCTL_UNPRIVILEGED_PORT_START ||
		    next_random(random) % 2)
			continue;
		settings[n++] = (struct fix_setting){
			.id = some_ids[i],
			.value = some_value(random, some_ids[i]),
		};
	}
	return n;
}

/* @b is no less than @a */
static bool covers(const struct sysctl_desc *desc, const struct sysctl_value *b,
                   const struct sysctl_value *a)
{
	const struct sysctl_value more = sysctl_value_more(desc, b, a);

	return sysctl_value_equal(desc, &more, b);
}

static bool ends_at(const struct fix_setting *setting,
                    const struct sysctl_outcome *outcome)
{
	const struct sysctl_desc *desc = sysctl_desc(setting->id);
	struct sysctl_value value = { 0 };

	assert_true(sysctl_value_write(
		desc, span_of(setting->value, strlen(setting->value)), &value));
	return outcome->set && covers(desc, &outcome->value, &value);
}

/* Both, or it was said. */
static void check_promises(const struct sysctl_outcomes *outcomes,
                           const struct fix_setting *settings, size_t n,
                           const struct fix_steps *steps)
{
	for (size_t i = 0; i < n; i++) {
		const char *key = sysctl_desc(settings[i].id)->key;
		bool last = true;
		bool said = false;

		for (unsigned int l = 0; l < SYSCTL_LOADER_COUNT; l++)
			last &= ends_at(&settings[i],
			                &outcomes->by[l][settings[i].id]);
		for (size_t s = 0; s < steps->n; s++)
			said |= !strncmp(steps->list[s].skipped, key,
			                 strlen(key));
		assert_int_equal(last, !said);
	}
}

/* What nobody asked for stays as it was. */
static void check_others(const struct sysctl_outcomes *before,
                         const struct sysctl_outcomes *after,
                         const struct fix_setting *settings, size_t n)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		bool asked = false;

		for (size_t i = 0; i < n; i++)
			asked |= settings[i].id == id;
		for (unsigned int l = 0; !asked && l < SYSCTL_LOADER_COUNT;
		     l++) {
			const struct sysctl_outcome *a = &before->by[l][id];
			const struct sysctl_outcome *b = &after->by[l][id];

			assert_int_equal(a->set, b->set);
			assert_true(!a->set ||
			            sysctl_value_equal(sysctl_desc(id),
			                               &a->value, &b->value));
		}
	}
}

/* Neither loader sets less of what is asked than it would have set. */
static void check_amounts(const struct sysctl_outcomes *before,
                          const struct sysctl_outcomes *after,
                          const struct fix_setting *settings, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct sysctl_desc *desc = sysctl_desc(settings[i].id);

		for (unsigned int l = 0; l < SYSCTL_LOADER_COUNT; l++) {
			const struct sysctl_outcome *a =
				&before->by[l][settings[i].id];
			const struct sysctl_outcome *b =
				&after->by[l][settings[i].id];

			if (!sysctl_numbers(desc->type) || !a->set)
				continue;
			assert_true(b->set);
			assert_true(a->value.n != b->value.n ||
			            covers(desc, &b->value, &a->value));
		}
	}
}

static void check_generated(uint32_t seed)
{
	struct fix_setting settings[N_OF(some_ids)];
	struct sysctl_files before = { 0 };
	struct sysctl_files files;
	struct sysctl_outcomes was;
	struct sysctl_outcomes is;
	struct fix_steps steps = { 0 };
	uint32_t random = seed;
	size_t n;

	for (uint32_t i = next_random(&random) % 7; i; i--)
		some_file(&before, &random);
	n = some_settings(settings, &random);
	copy_files(&before, &files);
	assert_int_equal(fix_persist(&files, settings, n, &steps, NULL), 0);
	assert_int_equal(sysctl_simulate_all(&before, &was, NULL), 0);
	assert_int_equal(sysctl_simulate_all(&files, &is, NULL), 0);
	check_steps(&before, &files, &steps);
	check_promises(&is, settings, n, &steps);
	check_others(&was, &is, settings, n);
	check_amounts(&was, &is, settings, n);
	check_again(&files, settings, n, &steps);
	fix_steps_free(&steps);
	sysctl_files_free(&files);
	sysctl_files_free(&before);
}

static uint32_t seed; /* of the layout that is looked at; 0: of none */

static void generated(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 3000; i++) {
		seed = i * 2654435761U;
		check_generated(seed);
	}
	seed = 0;
}

static int tell_seed(void **state)
{
	(void)state;
	if (seed)
		print_error("the layout of seed %u\n", seed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(the_head),
		cmocka_unit_test(one_head),
		cmocka_unit_test(answers),
		cmocka_unit_test(unread),
		cmocka_unit_test_teardown(generated, tell_seed),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
