// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fix_journal - what was written is read back, survives, and nothing else
 * is believed: neither a document that no plan could have made, nor a file or
 * directory that somebody else may have written.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/fix/journal.h"
#include "probes/base/err.h"
#include "tests/support/fdcheck.h"
#include "tests/support/tree.h"

#define BOOT_ID "01234567-89ab-cdef-0123-456789abcdef"

static char text_128[] = "128";
static char text_4096[] = "4096";
static char text_5[] = "5";
static char text_limits[] = "1024 524288";
static char text_unlimited[] = "524288 unlimited";
static char text_content[] = "# \xc3\xa4 and \xff\nnet.core.somaxconn = 4096\n";

/* One of each kind, and one that is skipped. */
static struct fix_step steps[] = {
	{ .kind = FIX_SYSCTL,
	  .place = { 4026532000, UINT64_MAX, "blue", "/run/netns/blue" },
	  .key = "net.core.somaxconn",
	  .from = text_128,
	  .to = text_4096 },
	{ .kind = FIX_SYSCTL,
	  .key = "net.core.wmem_max",
	  .from = text_128,
	  .to = text_4096,
	  .skipped = "it takes root" },
	{ .kind = FIX_PRLIMIT,
	  .process = { 812, 99, "ng\xff\x1b[m" },
	  .key = "RLIMIT_NOFILE of nginx[812]",
	  .from = text_limits,
	  .to = text_unlimited,
	  .live = true },
	{ .kind = FIX_RELISTEN,
	  .process = { 812, 99, "nginx" },
	  .socket = { AF_INET6, 443, 77, 12345678901, 6 },
	  .key = "[::]:443 nginx[812]",
	  .from = text_5,
	  .to = text_4096,
	  .live = true },
	{ .kind = FIX_FILE,
	  .key = "/etc/sysctl.d/99-kiloflow.conf",
	  .from = NULL,
	  .to = text_content },
};

static struct journal_entry an_entry(void)
{
	return (struct journal_entry){
		.boot_id = BOOT_ID,
		.made_at_ns = 1700000000123456789,
		.version = "0.1.0",
		.what = "1000 flows",
		.steps = { steps, sizeof(steps) / sizeof(steps[0]), 0 },
	};
}

static struct tree tree;
static char dir[128]; /* of the journal */

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	(void)snprintf(dir, sizeof(dir), "%s/journal", tree.path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

/* --- as text ----------------------------------------------------------- */

static void assert_same_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(!a && !b);
}

static void assert_same_step(const struct fix_step *a, const struct fix_step *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_memory_equal(&a->place, &b->place, sizeof(a->place));
	assert_memory_equal(&a->process, &b->process, sizeof(a->process));
	assert_memory_equal(&a->socket, &b->socket, sizeof(a->socket));
	assert_string_equal(a->key, b->key);
	assert_same_text(a->from, b->from);
	assert_same_text(a->to, b->to);
	assert_int_equal(a->live, b->live);
}

/* But for the second of them, which is skipped. */
static void assert_our_steps(const struct fix_steps *read)
{
	assert_int_equal(read->n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_same_step(&read->list[i], &steps[i ? i + 1 : 0]);
}

static void every_member_is_read_back(void **state)
{
	const struct journal_entry entry = an_entry();
	char *text = journal_format(&entry);
	struct journal_entry read;
	struct err err = { 0 };

	(void)state;
	assert_non_null(text);
	assert_int_equal(journal_parse(text, strlen(text), "f", &read, &err),
	                 0);
	assert_string_equal(read.boot_id, BOOT_ID);
	assert_int_equal(read.made_at_ns, entry.made_at_ns);
	assert_string_equal(read.version, "0.1.0");
	assert_string_equal(read.what, "1000 flows");
	assert_false(read.complete);
	assert_our_steps(&read.steps);
	journal_entry_free(&read);
	free(text);
}

/* @text with the first @old in it replaced; the caller frees it */
static char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	char *ret;

	if (!at)
		fail_msg("%s is not in: %s", old, text);
	assert_true(asprintf(&ret, "%.*s%s%s", (int)(at - text), text, new,
	                     at + strlen(old)) >= 0);
	return ret;
}

static int parse_changed(const char *old, const char *new, struct err *err)
{
	const struct journal_entry entry = an_entry();
	char *text = journal_format(&entry);
	char *changed = replaced(text, old, new);
	struct journal_entry read;
	int rc;

	rc = journal_parse(changed, strlen(changed), "f", &read, err);
	journal_entry_free(&read);
	free(changed);
	free(text);
	return rc;
}

/* What makes no sense is refused, with its place. */
static void a_document_is_not_believed(void **state)
{
	static const struct {
		const char *old, *new;
		int rc;
		const char *words;
	} rows[] = {
		/* as a whole */
		{ "{", "[", -EINVAL, "f: line 2, column " },
		{ "\"complete\": false,",
		  "\"complete\": false, \"complete\": true,", -EINVAL,
		  "duplicate object key" },
		{ "journal/1", "journal/2", -EPROTONOSUPPORT,
		  "its schema is kiloflow.journal/2, this one reads kiloflow.journal/1" },
		{ "kiloflow.journal/1", "a\\u001bb", -EINVAL,
		  "its schema is a\\x1bb, not kiloflow.journal/1" },
		{ "\"schema\"", "\"scheme\"", -EINVAL,
		  "its schema is missing" },
		{ "\"schema\": \"kiloflow.journal/1\"", "\"schema\": 1",
		  -EINVAL, "its schema is missing" },
		/* types, and what is missing */
		{ "\"complete\": false", "\"complete\": 0", -EINVAL,
		  "f: fix.complete is an integer, not true or false" },
		{ "\"what\"", "\"whut\"", -EINVAL, "f: fix.what is missing" },
		{ "\"steps\": [", "\"steps\": 1, \"x\": [", -EINVAL,
		  "f: fix.steps is an integer, not an array" },
		{ "\"steps\": [", "\"steps\": [7, ", -EINVAL,
		  "f: fix.steps[0] is an integer, not an object" },
		{ "\"live\"", "\"lives\"", -EINVAL,
		  "f: fix.steps[0].live is missing" },
		{ "\"from\": \"128\"", "\"from\": 128", -EINVAL,
		  "f: fix.steps[0].from is an integer, not a string" },
		{ "\"pid\": 812", "\"pid\": -812", -EINVAL,
		  "f: fix.steps[1].process.pid is -812: less than 0" },
		{ "\"pid\": 812", "\"pid\": 2147483648", -EINVAL,
		  "f: fix.steps[1].process.pid is 2147483648: more than 2147483647" },
		{ "\"port\": 443", "\"port\": 65536", -EINVAL,
		  "f: fix.steps[2].socket.port is 65536: more than 65535" },
		{ "\"cookie\": \"18446744073709551615\"",
		  "\"cookie\": \"18446744073709551616\"", -EINVAL,
		  "f: fix.steps[0].place.cookie is a number beyond 64 bits" },
		{ "\"name\": \"blue\"", "\"name\": \"\\u0100\"", -EINVAL,
		  "f: fix.steps[0].place.name has a character beyond U+00FF" },
		{ "\"name\": \"blue\"",
		  "\"name\": \"0123456789012345678901234567890123456789012345678901234567890123\"",
		  -EINVAL,
		  "f: fix.steps[0].place.name is longer than 63 bytes" },
		{ "blue", "bl\\u0000ue", -EINVAL, "\\\\u0000 is not allowed" },
		{ BOOT_ID, "01234567-89ab-cdef-0123-456789abcde", -EINVAL,
		  "f: fix.boot_id is none" },
		{ BOOT_ID, "0123456789abcdef-0123-456789abcdef--", -EINVAL,
		  "f: fix.boot_id is none" },
		{ BOOT_ID, "", -EINVAL, "f: fix.boot_id is none" },
		/* sysctls */
		{ "\"kind\": \"sysctl\"", "\"kind\": \"exec\"", -EINVAL,
		  "f: fix.steps[0].kind is none of the words that belong here" },
		{ "net.core.somaxconn\"", "kernel.core_pattern\"", -EINVAL,
		  "f: fix.steps[0].key is no sysctl that a fix sets" },
		{ "net.core.somaxconn\"", "net/core/somaxconn\"", -EINVAL,
		  "f: fix.steps[0].key is no sysctl that a fix sets" },
		{ "net.core.somaxconn\"", "fs.file-nr\"", -EINVAL,
		  "f: fix.steps[0].key is no sysctl that a fix sets" },
		{ "\"from\": \"128\"", "\"from\": \"-1\"", -EINVAL,
		  "f: fix.steps[0].from is no value of that sysctl" },
		{ "\"from\": \"128\"", "\"from\": null", -EINVAL,
		  "f: fix.steps[0].from is no value of that sysctl" },
		{ "\"from\": \"128\"", "\"from\": \"128\\n\"", -EINVAL,
		  "f: fix.steps[0].from is no value of that sysctl" },
		{ "\"to\": \"4096\"", "\"to\": \"4096 1\"", -EINVAL,
		  "f: fix.steps[0].to is no value of that sysctl" },
		/* limits of processes */
		{ "RLIMIT_NOFILE", "RLIMIT_CORE", -EINVAL,
		  "f: fix.steps[1].key is no limit that a fix sets" },
		{ "\"pid\": 812", "\"pid\": 0", -EINVAL,
		  "f: fix.steps[1].process is none" },
		{ "\"start_ticks\": 99", "\"start_ticks\": 0", -EINVAL,
		  "f: fix.steps[1].process is none" },
		{ "1024 524288", "1024", -EINVAL,
		  "f: fix.steps[1].from is no soft and hard limit" },
		{ "1024 524288", "1024 524288 1", -EINVAL,
		  "f: fix.steps[1].from is no soft and hard limit" },
		{ "524288 unlimited", "524288 many", -EINVAL,
		  "f: fix.steps[1].to is no soft and hard limit" },
		/* listeners */
		{ "\"family\": 10", "\"family\": 1", -EINVAL,
		  "f: fix.steps[2].socket is no listener" },
		{ "\"port\": 443", "\"port\": 0", -EINVAL,
		  "f: fix.steps[2].socket is no listener" },
		{ "\"inode\": 77", "\"inode\": 0", -EINVAL,
		  "f: fix.steps[2].socket is no listener" },
		{ "12345678901", "0", -EINVAL,
		  "f: fix.steps[2].socket is no listener" },
		{ "\"from\": \"5\"", "\"from\": \"2147483648\"", -EINVAL,
		  "f: fix.steps[2].from is no limit of a listener" },
		{ "\"from\": \"5\"", "\"from\": null", -EINVAL,
		  "f: fix.steps[2].from is no limit of a listener" },
		/* files */
		{ "/etc/sysctl.d/99-kiloflow.conf", "/etc/shadow", -EINVAL,
		  "f: fix.steps[3].key is no file of /etc/sysctl.d" },
		{ "/etc/sysctl.d/99-kiloflow.conf",
		  "/etc/sysctl.d/../shadow.conf", -EINVAL,
		  "f: fix.steps[3].key is no file of /etc/sysctl.d" },
		{ "/etc/sysctl.d/99-kiloflow.conf", "/etc/sysctl.d/.conf",
		  -EINVAL, "f: fix.steps[3].key is no file of /etc/sysctl.d" },
		{ "/etc/sysctl.d/99-kiloflow.conf", "/etc/sysctl.d/a.conf/",
		  -EINVAL, "f: fix.steps[3].key is no file of /etc/sysctl.d" },
		{ "/etc/sysctl.d/99-kiloflow.conf", "etc/sysctl.d/a.conf",
		  -EINVAL, "f: fix.steps[3].key is no file of /etc/sysctl.d" },
		{ "/etc/sysctl.d/99-kiloflow.conf", "/etc/sysctl.d/a\\nb.conf",
		  -EINVAL, "f: fix.steps[3].key is no file of /etc/sysctl.d" },
		{ "/etc/sysctl.d/99-kiloflow.conf", "/etc/sysctl.d/a.confx",
		  -EINVAL, "f: fix.steps[3].key is no file of /etc/sysctl.d" },
		{ "/etc/sysctl.d/99-kiloflow.conf", "", -EINVAL,
		  "f: fix.steps[3].key is no file of /etc/sysctl.d" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		const int rc = parse_changed(rows[i].old, rows[i].new, &err);

		if (rc != rows[i].rc || !strstr(err.what, rows[i].words))
			fail_msg("%s -> %s: %d, %s", rows[i].old, rows[i].new,
			         rc, err.what);
	}
}

/* And what is merely strange is not refused. */
static void what_may_be_is_taken(void **state)
{
	static const struct {
		const char *old, *new;
	} rows[] = {
		{ "\"complete\"", "\"later\": [], \"complete\"" },
		{ "\"complete\": false", "\"complete\": true" },
		{ "\"family\": 10", "\"family\": 2" },
		{ "1024 524288", "unlimited unlimited" },
		{ "/etc/sysctl.d/99-kiloflow.conf", "/etc/sysctl.d/a.conf" },
		{ "\"from\": \"5\"", "\"from\": \"2147483647\"" },
		{ "\"pid\": 812", "\"pid\": 2147483647" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };

		if (parse_changed(rows[i].old, rows[i].new, &err))
			fail_msg("%s: %s", rows[i].new, err.what);
	}
}

static int parse_steps(struct fix_step *list, size_t n, struct err *err)
{
	struct journal_entry entry = an_entry();
	struct journal_entry read;
	char *text;
	int rc;

	entry.steps = (struct fix_steps){ list, n, 0 };
	text = journal_format(&entry);
	assert_non_null(text);
	rc = journal_parse(text, strlen(text), "f", &read, err);
	journal_entry_free(&read);
	free(text);
	return rc;
}

/* Twice the same; but neither another namespace nor another socket is. */
static void no_two_steps_are_about_the_same(void **state)
{
	static const size_t kinds[] = { 0, 2, 3, 4 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct fix_step two[] = { steps[kinds[i]], steps[kinds[i]] };
		struct err err = { 0 };

		two[1].live = !two[1].live;
		assert_int_equal(parse_steps(two, 2, &err), -EINVAL);
		assert_string_equal(
			err.what,
			"f: fix.steps[1] is about the same as fix.steps[0]");
		if (two[1].kind == FIX_SYSCTL)
			two[1].place.cookie--;
		else if (two[1].kind == FIX_FILE)
			two[1].key[14]--;
		else if (two[1].kind == FIX_PRLIMIT)
			two[1].process.pid++;
		else
			two[1].socket.cookie++;
		assert_int_equal(parse_steps(two, 2, NULL), 0);
	}
}

static void a_file_that_is_none_before_and_after(void **state)
{
	struct fix_step step = steps[4];
	struct err err = { 0 };

	(void)state;
	step.from = text_content;
	step.to = NULL;
	assert_int_equal(parse_steps(&step, 1, NULL), 0);
	step.from = NULL;
	assert_int_equal(parse_steps(&step, 1, &err), -EINVAL);
	assert_string_equal(err.what, "f: fix.steps[0] has neither content");
}

static void an_entry_is_not_endless(void **state)
{
	char *text = malloc(JOURNAL_ENTRY_BYTES_MAX + 1);
	struct journal_entry read;
	struct err err = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, ' ', JOURNAL_ENTRY_BYTES_MAX + 1);
	assert_int_equal(journal_parse(text, JOURNAL_ENTRY_BYTES_MAX + 1, "f",
	                               &read, &err),
	                 -EFBIG);
	assert_string_equal(err.what, "f: has more than 4194304 bytes");
	assert_int_equal(journal_parse(text, JOURNAL_ENTRY_BYTES_MAX, "f",
	                               &read, NULL),
	                 -EINVAL);
	free(text);
}

/* Cut anywhere, it is refused, and nothing is lost or read beyond. */
static void truncated_anywhere(void **state)
{
	const struct journal_entry entry = an_entry();
	char *text = journal_format(&entry);

	(void)state;
	assert_non_null(text);
	for (size_t len = 0; len < strlen(text); len++) {
		char *cut = malloc(len + 1);
		struct journal_entry read;

		assert_non_null(cut);
		memcpy(cut, text, len);
		assert_int_equal(journal_parse(cut, len, "f", &read, NULL),
		                 -EINVAL);
		journal_entry_free(&read);
		free(cut);
	}
	free(text);
}

/* --- on disk ----------------------------------------------------------- */

static void open_it(struct journal *journal, bool write)
{
	struct err err = { 0 };

	if (journal_open(dir, write, journal, &err))
		fail_msg("%s", err.what);
}

static unsigned int write_one(struct journal *journal)
{
	struct journal_entry entry = an_entry();
	struct err err = { 0 };

	if (journal_write(journal, &entry, &err))
		fail_msg("%s", err.what);
	return entry.id;
}

static void assert_ids(const struct journal *journal, const char *want)
{
	char text[128] = "";
	unsigned int *ids;
	size_t n;

	assert_int_equal(journal_ids(journal, &ids, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
		               "%u ", ids[i]);
	free(ids);
	assert_string_equal(text, want);
}

static void what_is_not_there_is_empty(void **state)
{
	struct journal journal;
	struct journal_entry read;
	struct stat info;

	(void)state;
	open_it(&journal, false);
	assert_int_equal(journal.dir_fd, -1);
	assert_ids(&journal, "");
	assert_int_equal(journal_read(&journal, 1, &read, NULL), -ENOENT);
	journal_entry_free(&read);
	journal_close(&journal);
	assert_int_equal(stat(dir, &info), -1);
}

static unsigned int mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(fstatat(tree.fd, path, &info, 0), 0);
	return info.st_mode & 07777;
}

static void written_and_read(void **state)
{
	struct journal_entry entry = an_entry();
	struct journal_entry read;
	struct journal journal;

	(void)state;
	entry.boot_id[0] = entry.version[0] = '\0';
	entry.made_at_ns = 0;
	open_it(&journal, true);
	assert_int_equal(journal_write(&journal, &entry, NULL), 0);
	assert_int_equal(entry.id, 1);
	assert_int_equal(strlen(entry.boot_id), JOURNAL_BOOT_ID_SIZE - 1);
	assert_true(entry.made_at_ns > UINT64_C(1700000000000000000));
	assert_string_equal(entry.version, KILOFLOW_VERSION);
	assert_int_equal(mode_of("journal"), 0700);
	assert_int_equal(mode_of("journal/fix-0001.json"), 0600);
	assert_int_equal(mode_of("journal/lock"), 0600);

	entry.complete = true;
	assert_int_equal(journal_write(&journal, &entry, NULL), 0);
	assert_int_equal(entry.id, 1);
	assert_ids(&journal, "1 ");
	assert_int_equal(journal_read(&journal, 1, &read, NULL), 0);
	assert_int_equal(read.id, 1);
	assert_true(read.complete);
	assert_string_equal(read.boot_id, entry.boot_id);
	assert_our_steps(&read.steps);
	journal_entry_free(&read);
	journal_close(&journal);
}

static void numbered_by_what_is_there(void **state)
{
	struct journal journal;
	struct err err = { 0 };
	struct journal_entry entry = an_entry();

	(void)state;
	open_it(&journal, true);
	assert_int_equal(write_one(&journal), 1);
	assert_int_equal(write_one(&journal), 2);
	tree_file(&tree, "journal/fix-10000.json", "");
	assert_int_equal(write_one(&journal), 10001);
	/* names of nothing that we wrote */
	tree_file(&tree, "journal/fix-20000.json.new", "");
	tree_file(&tree, "journal/fix-020000.json", "");
	tree_file(&tree, "journal/fix-3.json", "");
	tree_file(&tree, "journal/fix-0000.json", "");
	tree_file(&tree, "journal/fix--001.json", "");
	tree_file(&tree, "journal/fix-99999999999999999999.json", "");
	assert_ids(&journal, "1 2 10000 10001 ");
	assert_int_equal(journal_remove(&journal, 2, NULL), 0);
	assert_ids(&journal, "1 10000 10001 ");

	tree_file(&tree, "journal/fix-999999999.json", "");
	assert_int_equal(journal_write(&journal, &entry, &err), -EOVERFLOW);
	assert_int_equal(entry.id, 0);
	journal_close(&journal);
}

/* What a run left that was killed while it wrote is in nobody's way. */
static void leftover_is_replaced(void **state)
{
	struct journal journal;

	(void)state;
	tree_file(&tree, "journal/fix.new", "{");
	open_it(&journal, true);
	assert_int_equal(write_one(&journal), 1);
	assert_int_equal(faccessat(tree.fd, "journal/fix.new", F_OK, 0), -1);
	journal_close(&journal);
}

/* Nothing is changed for the sake of an entry that could not be read back. */
static void what_cannot_be_read_is_not_written(void **state)
{
	struct journal_entry entry = an_entry();
	struct fix_step step = steps[0];
	struct journal journal;
	struct err err = { 0 };

	(void)state;
	step.from = text_content;
	entry.steps = (struct fix_steps){ &step, 1, 0 };
	open_it(&journal, true);
	assert_int_equal(journal_write(&journal, &entry, &err), -EINVAL);
	assert_int_equal(entry.id, 0);
	assert_ids(&journal, "");
	journal_close(&journal);
}

static void one_at_a_time(void **state)
{
	struct journal first;
	struct journal second;
	struct err err = { 0 };
	char words[64];

	(void)state;
	open_it(&first, true);
	assert_int_equal(journal_open(dir, true, &second, &err), -EBUSY);
	(void)snprintf(words, sizeof(words),
	               "another fix (pid %d) is under way", getpid());
	assert_string_equal(err.what, words);
	assert_int_equal(second.dir_fd, -1);
	assert_int_equal(second.lock_fd, -1);
	open_it(&second, false); /* looking is free */
	journal_close(&second);
	journal_close(&first);
	open_it(&second, true);
	journal_close(&second);
}

/* --- what others may have written -------------------------------------- */

static void assert_refused(int rc, int want, const struct err *err,
                           const char *words)
{
	if (rc != want || !strstr(err->what, words))
		fail_msg("%d, %s; not %d, %s", rc, err->what, want, words);
}

static void assert_open_refused(int want, const char *words)
{
	static const bool writes[] = { false, true };

	for (size_t i = 0; i < 2; i++) {
		struct journal journal;
		struct err err = { 0 };

		assert_refused(journal_open(dir, writes[i], &journal, &err),
		               want, &err, words);
		assert_int_equal(journal.dir_fd, -1);
	}
}

static void a_directory_of_others(void **state)
{
	(void)state;
	tree_dir(&tree, "elsewhere");
	tree_link(&tree, "journal", "elsewhere");
	assert_open_refused(-EPERM, "is no directory, or a link to one");
	/* a slash after it follows the link */
	(void)strcat(dir, "//");
	assert_open_refused(-EPERM, "is no directory, or a link to one");
	dir[strlen(dir) - 2] = '\0';
	assert_int_equal(unlinkat(tree.fd, "journal", 0), 0);
	tree_file(&tree, "journal", "");
	assert_open_refused(-EPERM, "is no directory, or a link to one");
	assert_int_equal(unlinkat(tree.fd, "journal", 0), 0);
	tree_dir(&tree, "journal");
	assert_int_equal(fchmodat(tree.fd, "journal", 0770, 0), 0);
	assert_open_refused(-EPERM, "can be written by others: mode 0770");
	assert_int_equal(fchmodat(tree.fd, "journal", 0702, 0), 0);
	assert_open_refused(-EPERM, "can be written by others: mode 0702");
	assert_int_equal(fchmodat(tree.fd, "journal", 0755, 0), 0);
	if (geteuid() || fchownat(tree.fd, "journal", 1, 0, 0))
		return;
	assert_open_refused(-EPERM, "belongs to another user: uid 1");
}

static void a_lock_of_others(void **state)
{
	struct journal journal;
	struct err fifo = { 0 };
	struct err link = { 0 };

	(void)state;
	tree_dir(&tree, "journal");
	assert_int_equal(mkfifoat(tree.fd, "journal/lock", 0600), 0);
	assert_refused(journal_open(dir, true, &journal, &fifo), -EPERM, &fifo,
	               "lock is no regular file");
	assert_int_equal(unlinkat(tree.fd, "journal/lock", 0), 0);
	tree_link(&tree, "journal/lock", "../victim");
	assert_refused(journal_open(dir, true, &journal, &link), -ELOOP, &link,
	               "cannot open");
	assert_int_equal(faccessat(tree.fd, "victim", F_OK, 0), -1);
}

static void assert_read_refused(int want, const char *words)
{
	struct journal_entry read;
	struct journal journal;
	struct err err = { 0 };

	open_it(&journal, false);
	assert_refused(journal_read(&journal, 1, &read, &err), want, &err,
	               words);
	assert_int_equal(read.id, 1);
	journal_entry_free(&read);
	journal_close(&journal);
	(void)unlinkat(tree.fd, "journal/fix-0001.json", AT_REMOVEDIR);
	(void)unlinkat(tree.fd, "journal/fix-0001.json", 0);
}

static void an_entry_of_others(void **state)
{
	static const char name[] = "journal/fix-0001.json";

	(void)state;
	tree_dir(&tree, "journal");
	tree_file(&tree, "elsewhere", "{}");
	tree_link(&tree, name, "../elsewhere");
	assert_read_refused(-EPERM, "fix-0001.json is a link");
	assert_int_equal(mkfifoat(tree.fd, name, 0600), 0);
	assert_read_refused(-EPERM, "fix-0001.json is no regular file");
	tree_dir(&tree, name);
	assert_read_refused(-EPERM, "fix-0001.json is no regular file");
	tree_file(&tree, name, "{}");
	assert_int_equal(fchmodat(tree.fd, name, 0606, 0), 0);
	assert_read_refused(-EPERM, "can be written by others: mode 0606");
	tree_file(&tree, name, "{\"schema\": \"kiloflow.journal/12\"}");
	assert_read_refused(-EPROTONOSUPPORT, "fix-0001.json: was written by");
	tree_file(&tree, name, "");
	assert_read_refused(-EINVAL, "fix-0001.json: line 1, column 0");
	assert_read_refused(-ENOENT, "fix-0001.json: No such file");
}

static void a_huge_entry(void **state)
{
	int fd;

	(void)state;
	tree_file(&tree, "journal/fix-0001.json", "");
	fd = openat(tree.fd, "journal/fix-0001.json", O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	(void)close(fd);
	assert_read_refused(-EFBIG, "fix-0001.json: File too large");
}

/* --- where it is ------------------------------------------------------- */

static void a_path_that_is_none(void **state)
{
	struct journal journal;
	char path[300];
	struct err empty = { 0 };
	struct err longer = { 0 };

	(void)state;
	assert_refused(journal_open("", true, &journal, &empty), -ENOENT,
	               &empty, "--journal: its path is empty");
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_refused(journal_open(path, true, &journal, &longer),
	               -ENAMETOOLONG, &longer,
	               "--journal: its path is too long");
}

static void directories_above_are_made(void **state)
{
	struct journal journal;

	(void)state;
	(void)strcat(dir, "/deep/down/");
	open_it(&journal, true);
	assert_int_equal(write_one(&journal), 1);
	journal_close(&journal);
	assert_int_equal(mode_of("journal"), 0700);
	assert_int_equal(mode_of("journal/deep/down"), 0700);
	assert_int_equal(mode_of("journal/deep/down/fix-0001.json"), 0600);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_member_is_read_back),
		cmocka_unit_test(a_document_is_not_believed),
		cmocka_unit_test(what_may_be_is_taken),
		cmocka_unit_test(no_two_steps_are_about_the_same),
		cmocka_unit_test(a_file_that_is_none_before_and_after),
		cmocka_unit_test(an_entry_is_not_endless),
		cmocka_unit_test(truncated_anywhere),
		TEST(what_is_not_there_is_empty),
		TEST(written_and_read),
		TEST(numbered_by_what_is_there),
		TEST(leftover_is_replaced),
		TEST(what_cannot_be_read_is_not_written),
		TEST(one_at_a_time),
		TEST(a_directory_of_others),
		TEST(a_lock_of_others),
		TEST(an_entry_of_others),
		TEST(a_huge_entry),
		TEST(a_path_that_is_none),
		TEST(directories_above_are_made),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
