// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl - see sysctl.h. Two probes share it: what the host has once, and
 * what each network namespace has.
 *
 * /proc/sys/net shows the namespace of the thread that opens a file, so
 * nothing here enters one.
 */
#include "probes/sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/port_set.h"
#include "probes/registry.h"

/* Three numbers of 20 characters, or a name. */
#define SHORT_FILE_BYTES 256

/* include/net/tcp.h:TCP_CA_BUF_MAX, and room for the NUL. */
#define WORDS_FILE_BYTES (2048 + 1)

static bool parse_numbers(const struct sysctl_desc *desc, struct span rest,
                          struct sysctl_fact *ret)
{
	const size_t n = sysctl_numbers(desc->type);
	struct span word;

	for (size_t i = 0; i < n; i++) {
		if (!span_word(&rest, &word) || span_i64(word, &ret->v[i]))
			return false;
		if (ret->v[i] < desc->min || ret->v[i] > desc->max)
			return false;
	}
	if (desc->type == SYSCTL_TYPE_PAIR && ret->v[0] > ret->v[1])
		return false;
	return !span_word(&rest, &word);
}

static void copy_text(struct span text, struct sysctl_fact *ret)
{
	const size_t len = (size_t)(text.end - text.at);
	const bool fits = len < sizeof(ret->text);

	(void)snprintf(ret->text, sizeof(ret->text), "%.*s%s",
	               (int)(fits ? len : sizeof(ret->text) - sizeof("...")),
	               text.at, fits ? "" : "...");
}

/* Printable ASCII, from @lowest on. */
static bool is_plain(struct span text, char lowest)
{
	for (const char *p = text.at; p < text.end; p++) {
		if (*p < lowest || *p > '~')
			return false;
	}
	return true;
}

static bool parse_word(struct span rest, struct sysctl_fact *ret)
{
	struct span word;
	struct span more;

	if (!span_word(&rest, &word) || span_word(&rest, &more) ||
	    !is_plain(word, '!'))
		return false;
	copy_text(word, ret);
	return true;
}

static bool parse_words(struct span text, struct sysctl_fact *ret)
{
	struct span rest = text;
	struct span first;

	if (!span_word(&rest, &first) || !is_plain(text, ' '))
		return false;
	copy_text(text, ret);
	return true;
}

static struct span without_newline(struct span text)
{
	if (text.at < text.end && text.end[-1] == '\n')
		text.end--;
	return text;
}

static bool parse_ports(const char *bytes, size_t len, struct sysctl_fact *ret)
{
	struct port_set set;

	if (port_set_parse(bytes, len, &set))
		return false;
	ret->v[0] = port_set_count(&set);
	copy_text(without_newline(span_of(bytes, len)), ret);
	return true;
}

struct sysctl_fact sysctl_parse(const struct sysctl_desc *desc,
                                const char *bytes, size_t len)
{
	struct sysctl_fact fact = { .state = FACT_KNOWN };
	const struct span text = without_newline(span_of(bytes, len));
	bool ok;

	if (desc->type == SYSCTL_TYPE_WORD)
		ok = parse_word(text, &fact);
	else if (desc->type == SYSCTL_TYPE_WORDS)
		ok = parse_words(text, &fact);
	else if (desc->type == SYSCTL_TYPE_PORTS)
		ok = parse_ports(bytes, len, &fact);
	else
		ok = parse_numbers(desc, text, &fact);
	return ok ? fact : (struct sysctl_fact){ .state = FACT_BROKEN };
}

/* "net.core.somaxconn" is proc/sys/net/core/somaxconn. */
void sysctl_path(const struct sysctl_desc *desc,
                 char path[static SYSCTL_PATH_SIZE])
{
	const size_t prefix = (size_t)snprintf(path, SYSCTL_PATH_SIZE,
	                                       "proc/sys/%s", desc->key) -
	                      strlen(desc->key);

	for (char *p = path + prefix; *p; p++) {
		if (*p == '.')
			*p = '/';
	}
}

static unsigned int file_size_max(enum sysctl_type type)
{
	if (type == SYSCTL_TYPE_PORTS)
		return PORT_LIST_BYTES;
	return type == SYSCTL_TYPE_WORDS ? WORDS_FILE_BYTES : SHORT_FILE_BYTES;
}

/*
 * The buffer holds the longest file there can be, because the kernel hands
 * a list of ports out in the first read() only: a second one returns 0, and
 * what did not fit is lost in silence
 * (kernel/sysctl.c:proc_do_large_bitmap()).
 */
int sysctl_read_bytes(int root_fd, const struct sysctl_desc *desc, char **ret,
                      size_t *ret_len)
{
	const size_t size = file_size_max(desc->type);
	char path[SYSCTL_PATH_SIZE];
	char *buf;
	int rc;

	buf = malloc(size);
	if (!buf)
		return -ENOMEM;
	sysctl_path(desc, path);
	rc = file_read(root_fd, path, buf, size, ret_len, NULL);
	if (rc) {
		free(buf);
		return rc;
	}
	*ret = buf;
	return 0;
}

static int read_fact(int root_fd, const struct sysctl_desc *desc,
                     struct sysctl_fact *ret)
{
	char *bytes;
	size_t len;
	const int rc = sysctl_read_bytes(root_fd, desc, &bytes, &len);

	if (rc == -ENOMEM)
		return rc;
	if (rc) {
		*ret = (struct sysctl_fact){
			.state = fact_state_from_errno(rc),
		};
		return 0;
	}
	*ret = sysctl_parse(desc, bytes, len);
	free(bytes);
	return 0;
}

static int read_all(int root_fd, bool of_netns,
                    struct sysctl_fact facts[static SYSCTL_COUNT],
                    struct err *err)
{
	for (enum sysctl_id id = 0; id < SYSCTL_COUNT; id++) {
		const struct sysctl_desc *desc = sysctl_desc(id);
		int rc;

		if ((desc->scope == SYSCTL_SCOPE_NETNS) != of_netns)
			continue;
		rc = read_fact(root_fd, desc, &facts[id]);
		if (rc)
			return err_set(err, rc, "cannot read %s: no memory",
			               desc->key);
	}
	return 0;
}

/*
 * The initial namespace is the one that shows sysctls of scope INIT. That
 * their file is missing means nothing where no sysctls are to be seen.
 */
static struct fact_u64 read_initial(int root_fd)
{
	if (!faccessat(root_fd, "proc/sys/net/ipv4/tcp_mem", F_OK, 0))
		return fact_known(1);
	if (errno == ENOENT &&
	    !faccessat(root_fd, "proc/sys/net/ipv4", F_OK, 0))
		return fact_known(0);
	return (struct fact_u64){ .state = fact_state_from_errno(-errno) };
}

static int run_host(const struct probe_env *env, struct host *host,
                    struct netns_facts *ns, struct err *err)
{
	(void)ns;
	return read_all(env->root_fd, false, host->sysctl, err);
}

static int run_netns(const struct probe_env *env, struct host *host,
                     struct netns_facts *ns, struct err *err)
{
	(void)host;
	ns->initial = read_initial(env->root_fd);
	return read_all(env->root_fd, true, ns->sysctl, err);
}

const struct probe probe_sysctl_host = {
	.name = "sysctl_host",
	.scope = PROBE_HOST,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LOAD | PROBE_FOR_POLICY,
	.run = run_host,
};

const struct probe probe_sysctl_netns = {
	.name = "sysctl_netns",
	.scope = PROBE_NETNS,
	.serves = PROBE_FOR_CHECK | PROBE_FOR_LISTENERS | PROBE_FOR_LOAD |
	          PROBE_FOR_POLICY,
	.run = run_netns,
};
