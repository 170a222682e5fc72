// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * act_prlimit - how many files a running process may open: RLIMIT_NOFILE.
 *
 * prlimit() takes a number, not a pidfd, so the process is looked at before
 * and after. What it may is asked by reading: the kernel lets read whom it
 * lets write (kernel/sys.c:check_prlimit_permission()), and writing what is
 * there would take back what the process has set meanwhile. Only the hard
 * limit needs more.
 */
#include "checker/fix/act.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "checker/fix/lasting.h"
#include "checker/fix/world.h"
#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/span.h"
#include "probes/base/text.h"
#include "probes/facts.h"
#include "probes/sysctl.h"
#include "probes/threads.h"

/* include/uapi/linux/capability.h */
#define CAP_SYS_RESOURCE 24

#define LIMITS_SIZE 48

/* --- "SOFT HARD" -----------------------------------------------------------
 */

static bool parse_limit(struct span *rest, rlim_t *ret)
{
	struct span word;
	uint64_t value;

	if (!span_word(rest, &word))
		return false;
	if (span_is(word, "unlimited")) {
		*ret = RLIM_INFINITY;
		return true;
	}
	if (span_u64(word, &value) || value >= RLIM_INFINITY)
		return false;
	*ret = (rlim_t)value;
	return true;
}

static int parse_limits(const char *text, struct rlimit *ret, struct err *err)
{
	struct span rest = span_of(text, strlen(text));
	struct span more;

	if (parse_limit(&rest, &ret->rlim_cur) &&
	    parse_limit(&rest, &ret->rlim_max) && !span_word(&rest, &more))
		return 0;
	return err_set(err, -EINVAL, "that is no soft and hard limit");
}

static void format_limit(rlim_t limit, char *buf, size_t size)
{
	if (limit == RLIM_INFINITY)
		(void)snprintf(buf, size, "unlimited");
	else
		(void)snprintf(buf, size, "%" PRIu64, (uint64_t)limit);
}

static void format_limits(const struct rlimit *limits, char buf[LIMITS_SIZE])
{
	char soft[LIMITS_SIZE / 2];
	char hard[LIMITS_SIZE / 2];

	format_limit(limits->rlim_cur, soft, sizeof(soft));
	format_limit(limits->rlim_max, hard, sizeof(hard));
	(void)snprintf(buf, LIMITS_SIZE, "%s %s", soft, hard);
}

/* --- the process -----------------------------------------------------------
 */

/* capable() asks for it in the initial user namespace. */
static bool may_raise_hard(struct fix_world *world)
{
	struct threads_status self;
	char map[128];
	size_t len;

	return !fix_process_status(world, 0, &self) &&
	       self.caps & (UINT64_C(1) << CAP_SYS_RESOURCE) &&
	       !file_read(world->root_fd, "proc/self/uid_map", map, sizeof(map),
	                  &len, NULL) &&
	       threads_parse_uid_map(map, len);
}

/* Return: 0, or -EPERM when the hard limit is not this user's to raise. */
static int check_hard(struct fix_world *world, const struct rlimit *now,
                      const struct rlimit *to, struct err *err)
{
	if (to->rlim_max <= now->rlim_max || may_raise_hard(world))
		return 0;
	return err_set(
		err, -EPERM,
		"raising the hard limit takes CAP_SYS_RESOURCE, which this user lacks");
}

/* Return: 0, or -EPERM when it is more than any limit of open files may be. */
static int check_nr_open(const struct fix_world *world, const struct rlimit *to,
                         struct err *err)
{
	const struct sysctl_desc *desc = sysctl_desc(SYSCTL_NR_OPEN);
	struct sysctl_fact fact;
	char *bytes;
	size_t len;

	if (sysctl_read_bytes(world->root_fd, desc, &bytes, &len))
		return 0;
	fact = sysctl_parse(desc, bytes, len);
	free(bytes);
	if (fact.state != FACT_KNOWN || to->rlim_max <= (uint64_t)fact.v[0])
		return 0;
	(void)err_set(err, -EPERM, "fs.nr_open is %" PRId64, fact.v[0]);
	err_hint(err, "raise that first");
	return -EPERM;
}

/* Which of the reasons that -EPERM has. */
static void fail_eperm(struct fix_world *world,
                       const struct fix_process *process,
                       const struct rlimit *to, struct err *err)
{
	struct rlimit now = { 0 };

	if (to && !prlimit(process->pid, RLIMIT_NOFILE, NULL, &now) &&
	    (check_nr_open(world, to, err) || check_hard(world, &now, to, err)))
		return;
	(void)err_set(err, -EPERM, "process %d is not this user's",
	              (int)process->pid);
	err_hint(err, "run it as root, with CAP_SYS_RESOURCE");
}

/*
 * prlimit() of exactly that process.
 *
 * Return: 0; -ESRCH when it has ended, be it meanwhile; else from the kernel.
 */
static int call(struct fix_world *world, const struct fix_process *process,
                const struct rlimit *to, struct rlimit *ret_old,
                struct err *err)
{
	int failed = 0;
	int rc;

	rc = fix_process_check(world, process, err);
	if (rc)
		return rc;
	if (prlimit(process->pid, RLIMIT_NOFILE, to, ret_old))
		failed = -errno;
	rc = fix_process_check(world, process, err);
	if (rc)
		return rc;
	if (failed == -EPERM)
		fail_eperm(world, process, to, err);
	return failed ? err_set(err, failed, "%s", strerror(-failed)) : 0;
}

/* --- the act ---------------------------------------------------------------
 */

/* Told once, however often it is asked. */
static void tell_lasting(struct fix_step *step, const char *line)
{
	char text[sizeof(step->lasts)];

	(void)snprintf(text, sizeof(text), "to make it last: %s", line);
	if (!strstr(step->lasts, text))
		text_join(step->lasts, sizeof(step->lasts), "; ", text);
}

static void permit(struct fix_world *world, struct fix_step *step)
{
	struct rlimit now = { 0 };
	struct rlimit to = { 0 };
	struct err err = { 0 };
	char line[224];
	int rc;

	rc = parse_limits(step->to, &to, &err);
	if (!rc)
		rc = call(world, &step->process, NULL, &now, &err);
	if (!rc) {
		lasting_nofile(world, step->process.pid, to.rlim_cur,
		               to.rlim_max, line, sizeof(line));
		tell_lasting(step, line);
		rc = check_hard(world, &now, &to, &err);
		err_hint(&err, "%s", line);
	}
	if (rc)
		fix_step_skip(step, &err);
}

static int look(struct fix_world *world, const struct fix_step *step,
                enum fix_now *ret, char **ret_text, struct err *err)
{
	char text[LIMITS_SIZE];
	struct err why = { 0 };
	struct rlimit now = { 0 };
	int rc;

	*ret_text = NULL;
	rc = call(world, &step->process, NULL, &now, &why);
	if (rc)
		return fix_look_failed(step, rc, &why, ret, err);
	format_limits(&now, text);
	*ret = fix_now_of(step, text);
	*ret_text = strdup(text);
	return *ret_text ? 0 : err_set(err, -ENOMEM, "no memory for a limit");
}

static int set(struct fix_world *world, const struct fix_step *step,
               const char *value, struct err *err)
{
	struct err why = { 0 };
	struct rlimit to = { 0 };
	int rc;

	rc = parse_limits(value, &to, &why);
	if (!rc)
		rc = call(world, &step->process, &to, NULL, &why);
	return rc ? fix_step_failed(step, value, rc, &why, err) : 0;
}

const struct fix_act fix_act_prlimit = {
	.permit = permit,
	.look = look,
	.set = set,
};
