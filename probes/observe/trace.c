// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace - see trace.h.
 *
 * Every CPU has a buffer, which is read whole when we come by: nobody is
 * woken up for an event. A call of listen() is two events: the call has the
 * backlog, and the state that follows it in the same thread has the port.
 *
 * An event's pid is that of the initial PID namespace. From within another
 * one it cannot be translated, and is left out.
 */
#include "probes/observe/trace.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <tracefs/tracefs.h>

#include "probes/base/err.h"
#include "probes/base/file.h"
#include "probes/base/num.h"
#include "probes/base/span.h"
#include "probes/observe/observed.h"
#include "probes/observe/trace_parse.h"
#include "probes/processes.h"

#define PREFIX "kiloflow."

/* Of all CPUs together, and what one of them gets of it. */
#define BUFFERS_KIB 32768
#define BUFFER_MIN_KIB 256
#define BUFFER_MAX_KIB 4096

/* Calls of listen() whose state has not come yet. */
#define PENDING_MAX 64

#define NAMES_MAX 64

/* For an instance. */
#define NAMES_TRIED 64

/* What a thread is called, for as long as one pass through the buffers. */
struct name {
	pid_t tid, pid;
	char comm[16];
	uint64_t pass;
};

struct cpu {
	int fd; /* -1: it is not there */
};

struct trace {
	int root_fd;
	int mount_fd; /* of a tracefs that nobody else sees; -1 */
	int lock_fd;  /* the instance's directory */
	struct tracefs_instance *instance;
	struct trace_formats formats;
	struct kbuffer *kbuffer;
	void *page;
	size_t page_bytes;
	struct cpu *cpus;
	int n_cpus;
	bool child_pidns;
	struct seen_listen pending[PENDING_MAX];
	pid_t pending_tid[PENDING_MAX];
	size_t n_pending;
	struct name names[NAMES_MAX];
	uint64_t pass;
};

/* --- where tracefs is ------------------------------------------------------
 */

/* A mount that is in no namespace ends with its descriptor (Linux 5.2). */
static int mount_privately(void)
{
#ifdef SYS_fsopen
	const int fs = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
	int fd;
	int code;

	if (fs < 0)
		return errno == ENODEV ? -ENOENT : -errno;
	fd = syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
	             ? -1
	             : (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	code = -errno;
	(void)close(fs);
	return fd < 0 ? code : fd;
#else
	return -ENOSYS;
#endif
}

static int use_private_mount(struct trace *trace)
{
	char path[32];

	trace->mount_fd = mount_privately();
	if (trace->mount_fd < 0)
		return trace->mount_fd;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", trace->mount_fd);
	return tracefs_set_tracing_dir(path) ? -ENOMEM : 0;
}

/* What is mounted for all may be missing, read-only or over-mounted. */
static int find_tracefs(struct trace *trace, struct err *err)
{
	int rc = use_private_mount(trace);

	if (rc && tracefs_tracing_dir_is_mounted(false, NULL) > 0)
		rc = 0;
	if (!rc)
		return 0;
	if (rc == -EPERM || rc == -EACCES)
		err_hint(err, "run it as root");
	else if (rc == -ENOSYS)
		err_hint(err, "mount -t tracefs tracefs /sys/kernel/tracing");
	return err_set(err, rc, "tracefs cannot be mounted: %s", strerror(-rc));
}

/* --- an instance of our own ------------------------------------------------
 */

/* Whoever holds the lock lives. Return: a descriptor, or negative errno. */
static int lock_folder(int dir_fd, const char *name)
{
	const int fd = openat(dir_fd, name,
	                      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int code;

	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	code = -errno;
	(void)close(fd);
	return code;
}

static void remove_if_left(int dir_fd, const char *name)
{
	int fd;

	if (strncmp(name, PREFIX, sizeof(PREFIX) - 1) != 0)
		return;
	fd = lock_folder(dir_fd, name);
	if (fd < 0)
		return;
	(void)unlinkat(dir_fd, name, AT_REMOVEDIR);
	(void)close(fd);
}

static void remove_left_behind(void)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *instances;

	(void)snprintf(path, sizeof(path), "%s/instances",
	               tracefs_tracing_dir());
	instances = opendir(path);
	if (!instances)
		return;
	while ((entry = readdir(instances)) != NULL)
		remove_if_left(dirfd(instances), entry->d_name);
	(void)closedir(instances);
}

/*
 * When a process began, in clock ticks since boot, tells it from others that
 * had its pid. In another PID namespace one may have both: hence @nth.
 */
static void own_name(int root_fd, unsigned int nth, char *buf, size_t size)
{
	char content[1024];
	struct span begun = { 0 };
	size_t len;

	if (!file_read(root_fd, "proc/self/stat", content, sizeof(content),
	               &len, NULL))
		(void)processes_stat_word(content, len, 22, &begun);
	(void)snprintf(buf, size, PREFIX "%d.%.*s.%u", (int)getpid(),
	               begun.at ? (int)(begun.end - begun.at) : 1,
	               begun.at ? begun.at : "0", nth);
}

/*
 * Somebody who just started may take one that is not locked yet for left, and
 * remove it before we lock what is then no folder any more.
 */
static int lock_instance(struct trace *trace)
{
	char *path = tracefs_instance_get_dir(trace->instance);
	int rc = -ENOMEM;

	if (path)
		rc = lock_folder(AT_FDCWD, path);
	if (rc >= 0) {
		trace->lock_fd = rc;
		rc = access(path, F_OK) ? -ENOENT : 0;
	}
	tracefs_put_tracing_file(path);
	return rc;
}

/* Return: -EEXIST: not this name. */
static int try_name(struct trace *trace, const char *name)
{
	int rc;

	trace->instance = tracefs_instance_create(name);
	if (!trace->instance)
		return -errno;
	rc = tracefs_instance_is_new(trace->instance) ? lock_instance(trace)
	                                              : -EEXIST;
	if (rc != -EEXIST && rc != -ENOENT && rc != -EWOULDBLOCK)
		return rc;
	/* it is not ours, so it is left alone */
	tracefs_instance_free(trace->instance);
	trace->instance = NULL;
	if (trace->lock_fd >= 0)
		(void)close(trace->lock_fd);
	trace->lock_fd = -1;
	return -EEXIST;
}

static int create_instance(struct trace *trace, struct err *err)
{
	int rc = -EEXIST;

	for (unsigned int nth = 0; rc == -EEXIST && nth < NAMES_TRIED; nth++) {
		char name[64];

		own_name(trace->root_fd, nth, name, sizeof(name));
		rc = try_name(trace, name);
	}
	return rc ? err_set(err, rc, "a trace instance cannot be made: %s",
	                    strerror(-rc))
	          : 0;
}

static void size_buffers(struct trace *trace)
{
	char text[16];
	long kib = BUFFERS_KIB / trace->n_cpus;

	if (kib < BUFFER_MIN_KIB)
		kib = BUFFER_MIN_KIB;
	if (kib > BUFFER_MAX_KIB)
		kib = BUFFER_MAX_KIB;
	(void)snprintf(text, sizeof(text), "%ld", kib);
	(void)tracefs_instance_file_write(trace->instance, "buffer_size_kb",
	                                  text);
}

static int enable(struct trace *trace, enum trace_kind kind)
{
	const struct trace_event_name *name = &trace_events[kind];
	int len = 0;
	char *format = tracefs_event_file_read(trace->instance, name->system,
	                                       name->event, "format", &len);
	int rc = -ENOENT;

	if (format && len > 0)
		rc = trace_formats_add(&trace->formats, kind, format,
		                       (size_t)len);
	free(format);
	if (!rc && name->filter &&
	    tracefs_event_file_write(trace->instance, name->system, name->event,
	                             "filter", name->filter) < 0)
		rc = -EINVAL;
	if (!rc &&
	    tracefs_event_enable(trace->instance, name->system, name->event))
		rc = -errno;
	return rc;
}

/* An event that this kernel has not is left out; but not all of them. */
static int enable_all(struct trace *trace, struct err *err)
{
	int enabled = 0;

	if (tracefs_instance_file_write(trace->instance, "trace_clock",
	                                "mono") < 0)
		return err_set(err, -ENOENT, "the kernel has no clock for it");
	for (int i = 0; i < TRACE_KINDS; i++)
		enabled += !enable(trace, (enum trace_kind)i);
	if (!enabled)
		return err_set(err, -ENOENT,
		               "the kernel has no trace events of TCP");
	return 0;
}

static int open_cpus(struct trace *trace, struct err *err)
{
	trace->cpus = calloc((size_t)trace->n_cpus, sizeof(*trace->cpus));
	if (!trace->cpus)
		return err_set(err, -ENOMEM, "no memory for trace events");
	for (int i = 0; i < trace->n_cpus; i++) {
		char file[64];

		(void)snprintf(file, sizeof(file),
		               "per_cpu/cpu%d/trace_pipe_raw", i);
		trace->cpus[i].fd = tracefs_instance_file_open(
			trace->instance, file,
			O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	return 0;
}

/* As large as the kernel gives them: a page, unless it was told otherwise. */
static int make_page(struct trace *trace, struct err *err)
{
	int len = 0;
	char *header = tracefs_instance_file_read(trace->instance,
	                                          "events/header_page", &len);

	if (header && len > 0)
		(void)tep_parse_header_page(trace->formats.tep, header,
		                            (unsigned long)len, sizeof(long));
	free(header);
	trace->page_bytes = (size_t)tep_get_sub_buffer_size(trace->formats.tep);
	trace->page = malloc(trace->page_bytes);
	trace->kbuffer = kbuffer_alloc(
		sizeof(long) == 8 ? KBUFFER_LSIZE_8 : KBUFFER_LSIZE_4,
		__BYTE_ORDER == __BIG_ENDIAN ? KBUFFER_ENDIAN_BIG
					     : KBUFFER_ENDIAN_LITTLE);
	return trace->page && trace->kbuffer
	               ? 0
	               : err_set(err, -ENOMEM, "no memory for trace events");
}

static int start(struct trace *trace, struct err *err)
{
	int rc = find_tracefs(trace, err);

	if (rc)
		return rc;
	tracefs_set_loglevel(TEP_LOG_NONE);
	remove_left_behind();
	rc = trace_formats_init(&trace->formats);
	if (!rc)
		rc = create_instance(trace, err);
	if (rc)
		return rc;
	size_buffers(trace);
	rc = make_page(trace, err);
	if (!rc)
		rc = open_cpus(trace, err);
	return rc ? rc : enable_all(trace, err);
}

int trace_open(int root_fd, struct trace **ret, struct err *err)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	int rc;

	if (!trace)
		return err_set(err, -ENOMEM, "no memory for trace events");
	trace->root_fd = root_fd;
	trace->mount_fd = -1;
	trace->lock_fd = -1;
	trace->n_cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	trace->child_pidns = processes_in_child_pidns(root_fd);
	rc = start(trace, err);
	if (rc)
		trace_close(trace);
	else
		*ret = trace;
	return rc;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	for (int i = 0; trace->cpus && i < trace->n_cpus; i++) {
		if (trace->cpus[i].fd >= 0)
			(void)close(trace->cpus[i].fd);
	}
	if (trace->instance) {
		(void)tracefs_instance_destroy(trace->instance);
		tracefs_instance_free(trace->instance);
	}
	if (trace->lock_fd >= 0)
		(void)close(trace->lock_fd);
	if (trace->mount_fd >= 0)
		(void)close(trace->mount_fd);
	if (trace->kbuffer)
		kbuffer_free(trace->kbuffer);
	trace_formats_done(&trace->formats);
	free(trace->page);
	free(trace->cpus);
	free(trace);
}

bool trace_has_reasons(const struct trace *trace)
{
	return trace_formats_have_reasons(&trace->formats);
}

/* --- who it was ------------------------------------------------------------
 */

/* A line of saved_cmdlines: "4242 iperf" */
static void find_saved(pid_t tid, char ret[16])
{
	int len = 0;
	char *text = tracefs_instance_file_read(NULL, "saved_cmdlines", &len);
	char *rest = text;
	char *line;

	while (text && (line = strsep(&rest, "\n")) != NULL) {
		char *comm = NULL;

		if (strtol(line, &comm, 10) == tid && *comm == ' ')
			(void)snprintf(ret, 16, "%s", comm + 1);
	}
	free(text);
}

/* Of a thread its process: "Tgid:\t4242" */
static pid_t process_of(int root_fd, pid_t tid)
{
	char content[4096];
	char path[32];
	const char *at;
	uint64_t pid;

	(void)snprintf(path, sizeof(path), "proc/%d/status", (int)tid);
	if (file_read(root_fd, path, content, sizeof(content), NULL, NULL))
		return 0;
	at = strstr(content, "\nTgid:");
	if (!at)
		return 0;
	at += sizeof("\nTgid:") - 1;
	return num_scan_u64(&at, content + strlen(content), &pid) ? 0
	                                                          : (pid_t)pid;
}

static struct name look_up(const struct trace *trace, pid_t tid)
{
	struct name name = { .tid = tid, .pass = trace->pass };

	if (!trace->child_pidns)
		name.pid = process_of(trace->root_fd, tid);
	if (name.pid) {
		char path[32];

		(void)snprintf(path, sizeof(path), "proc/%d/comm",
		               (int)name.pid);
		processes_comm(trace->root_fd, path, name.comm);
	} else {
		find_saved(tid, name.comm);
		if (!trace->child_pidns)
			name.pid = tid;
	}
	return name;
}

static const struct name *name_of(struct trace *trace, pid_t tid)
{
	struct name *name = &trace->names[(unsigned int)tid % NAMES_MAX];

	if (name->tid != tid || name->pass != trace->pass)
		*name = look_up(trace, tid);
	return name;
}

/* --- reading ---------------------------------------------------------------
 */

/* The socket behind a descriptor, while the process still has it. */
static uint32_t socket_inode(const struct trace *trace, pid_t tid, int fd)
{
	char path[48];
	char target[64];
	uint64_t inode;
	ssize_t len;

	if (trace->child_pidns)
		return 0;
	(void)snprintf(path, sizeof(path), "proc/%d/fd/%d", (int)tid, fd);
	len = readlinkat(trace->root_fd, path, target, sizeof(target));
	if (len < 0 ||
	    !processes_parse_link("socket", target, (size_t)len, &inode))
		return 0;
	return (uint32_t)inode;
}

static int pass_pending(struct trace *trace, size_t at,
                        const struct trace_sink *sink)
{
	const struct seen_listen listen = trace->pending[at];

	trace->n_pending--;
	trace->pending[at] = trace->pending[trace->n_pending];
	trace->pending_tid[at] = trace->pending_tid[trace->n_pending];
	return sink->listen(sink->to, &listen);
}

static int add_listen(struct trace *trace, const struct trace_event *event,
                      uint64_t at_ns, const struct trace_sink *sink)
{
	const struct name *name = name_of(trace, event->tid);
	struct seen_listen *listen;
	int rc = 0;

	if (trace->n_pending == PENDING_MAX)
		rc = pass_pending(trace, 0, sink);
	listen = &trace->pending[trace->n_pending];
	trace->pending_tid[trace->n_pending++] = event->tid;
	*listen = (struct seen_listen){
		.at_ns = at_ns,
		.asked = event->listen.backlog,
		.inode = socket_inode(trace, event->tid, event->listen.fd),
		.pid = name->pid,
	};
	memcpy(listen->comm, name->comm, sizeof(listen->comm));
	return rc;
}

static int add_state(struct trace *trace, const struct trace_event *event,
                     const struct trace_sink *sink)
{
	for (size_t i = trace->n_pending; i--;) {
		if (trace->pending_tid[i] != event->tid)
			continue;
		trace->pending[i].family = event->state.family;
		trace->pending[i].port = event->state.sport;
		return pass_pending(trace, i, sink);
	}
	return 0;
}

static int add_reset(struct trace *trace, struct trace_event *event,
                     const struct trace_sink *sink)
{
	struct seen_reset *reset = &event->reset;
	const struct name *name;

	if (reset->active) {
		name = name_of(trace, event->tid);
		reset->pid = name->pid;
		memcpy(reset->comm, name->comm, sizeof(reset->comm));
	}
	return sink->reset(sink->to, reset);
}

static int hand_out(struct trace *trace, struct trace_event *event,
                    uint64_t at_ns, const struct trace_sink *sink)
{
	switch (event->kind) {
	case TRACE_SEND_RESET:
	case TRACE_RECEIVE_RESET:
		return add_reset(trace, event, sink);
	case TRACE_SYNACK:
		return sink->synack(sink->to, &event->synack);
	case TRACE_LISTEN:
		return add_listen(trace, event, at_ns, sink);
	case TRACE_LISTEN_STATE:
	default:
		return add_state(trace, event, sink);
	}
}

static int read_page(struct trace *trace, const struct trace_sink *sink)
{
	struct kbuffer *kbuffer = trace->kbuffer;
	unsigned long long at_ns;
	void *data;
	int rc = 0;

	if (kbuffer_load_subbuffer(kbuffer, trace->page))
		return 0;
	while (!rc && (data = kbuffer_read_event(kbuffer, &at_ns)) != NULL) {
		struct trace_event event;

		if (!trace_parse(&trace->formats, data,
		                 (size_t)kbuffer_event_size(kbuffer), at_ns,
		                 &event))
			rc = hand_out(trace, &event, at_ns, sink);
		(void)kbuffer_next_event(kbuffer, NULL);
	}
	return rc;
}

static int drain_cpu(struct trace *trace, const struct cpu *cpu,
                     const struct trace_sink *sink)
{
	int rc = 0;

	while (!rc && cpu->fd >= 0 &&
	       read(cpu->fd, trace->page, trace->page_bytes) > 0)
		rc = read_page(trace, sink);
	return rc;
}

int trace_drain(struct trace *trace, const struct trace_sink *sink)
{
	int rc = 0;

	trace->pass++;
	for (int i = 0; !rc && i < trace->n_cpus; i++)
		rc = drain_cpu(trace, &trace->cpus[i], sink);
	/* No state followed: it was listening before, or is not TCP. */
	while (!rc && trace->n_pending)
		rc = pass_pending(trace, 0, sink);
	return rc;
}

/* "overrun: 17" */
static uint64_t overrun(const char *stats)
{
	static const char label[] = "overrun: ";
	const char *at = strstr(stats, label);
	uint64_t n;

	if (!at)
		return 0;
	at += sizeof(label) - 1;
	return num_scan_u64(&at, at + strlen(at), &n) ? 0 : n;
}

uint64_t trace_lost(const struct trace *trace)
{
	uint64_t lost = 0;

	for (int i = 0; i < trace->n_cpus; i++) {
		char file[48];
		char *stats;

		(void)snprintf(file, sizeof(file), "per_cpu/cpu%d/stats", i);
		stats = tracefs_instance_file_read(trace->instance, file, NULL);
		if (stats)
			lost += overrun(stats);
		free(stats);
	}
	return lost;
}
