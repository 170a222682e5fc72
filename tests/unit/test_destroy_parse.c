// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * destroy_parse - recorded messages of a kernel
 * (tests/support/record_destroy.c), whole and cut at every length.
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

#include "probes/base/file.h"
#include "probes/observe/destroy_parse.h"
#include "probes/observe/observed.h"
#include "tests/support/fdcheck.h"

#define RECORDED 7
#define AT_NS 17
#define BYTES 1000

struct ends {
	struct seen_end end[RECORDED];
	size_t n;
	int rc; /* to return */
};

static int keep_end(void *to, const struct seen_end *end)
{
	struct ends *ends = to;

	assert_true(ends->n < RECORDED);
	ends->end[ends->n++] = *end;
	return ends->rc;
}

static char *read_recorded(int at, size_t *ret_len)
{
	char path[64];
	char *bytes;

	(void)snprintf(path, sizeof(path), "tests/fixtures/destroy_parse/%d",
	               at);
	assert_int_equal(file_read_alloc(AT_FDCWD, path, 1 << 16, &bytes,
	                                 ret_len, NULL),
	                 0);
	return bytes;
}

static struct ends replay(void)
{
	struct ends ends = { .n = 0 };

	for (int i = 1; i <= RECORDED; i++) {
		size_t len;
		char *bytes = read_recorded(i, &len);

		assert_int_equal(
			destroy_parse(bytes, len, AT_NS, keep_end, &ends), 0);
		free(bytes);
	}
	assert_int_equal(ends.n, RECORDED);
	return ends;
}

static size_t count(const struct ends *ends, int family, uint64_t acked,
                    uint64_t received)
{
	size_t n = 0;

	for (size_t i = 0; i < ends->n; i++)
		n += ends->end[i].tuple.family == family &&
		     ends->end[i].bytes_acked == acked &&
		     ends->end[i].bytes_received == received;
	return n;
}

/* SYN and FIN count as a byte each, where they were acknowledged or received.
 */
static void both_ends_of_both_families(void **state)
{
	const struct ends ends = replay();

	(void)state;
	assert_int_equal(count(&ends, AF_INET, BYTES + 2, 1), 1);
	assert_int_equal(count(&ends, AF_INET6, BYTES + 2, 1), 1);
	assert_int_equal(count(&ends, AF_INET, 1, BYTES + 1), 1);
	assert_int_equal(count(&ends, AF_INET6, 1, BYTES + 1), 1);
}

static void the_same_flow_from_both_ends(void **state)
{
	const struct ends ends = replay();
	size_t mirrored = 0;

	(void)state;
	for (size_t i = 0; i < ends.n; i++) {
		const struct seen_tuple *a = &ends.end[i].tuple;

		assert_int_equal(ends.end[i].at_ns, AT_NS);
		assert_int_not_equal(ends.end[i].cookie, 0);
		for (size_t k = 0; k < ends.n; k++) {
			const struct seen_tuple *b = &ends.end[k].tuple;

			mirrored += a->family == b->family && a->dport &&
			            a->sport == b->dport &&
			            a->dport == b->sport &&
			            !memcmp(a->saddr, b->daddr, 16) &&
			            !memcmp(a->daddr, b->saddr, 16);
		}
	}
	assert_int_equal(mirrored, 4);
}

static void cut_anywhere(void **state)
{
	size_t len;
	char *bytes = read_recorded(1, &len);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		struct ends ends = { .n = 0 };
		char *copy = malloc(cut + 1);

		memcpy(copy, bytes, cut);
		assert_int_equal(destroy_parse(copy, cut, AT_NS, keep_end,
		                               &ends),
		                 -EBADMSG);
		assert_int_equal(ends.n, 0);
		free(copy);
	}
	free(bytes);
}

static void stopped_by_who_is_told(void **state)
{
	struct ends ends = { .rc = -ENOMEM };
	size_t len;
	char *bytes = read_recorded(1, &len);

	(void)state;
	assert_int_equal(destroy_parse(bytes, len, AT_NS, keep_end, &ends),
	                 -ENOMEM);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_of_both_families),
		cmocka_unit_test(the_same_flow_from_both_ends),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(stopped_by_who_is_told),
	};

	return cmocka_run_group_tests(tests, fdcheck_setup, fdcheck_teardown);
}
