/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step - one change of a fix: enough to make it, to know whether it is in
 * force, and to take it back, in another process and on another day.
 *
 * A step borrows nothing: the facts that it was planned from may be gone.
 */
#ifndef KILOFLOW_CHECKER_FIX_STEP_H
#define KILOFLOW_CHECKER_FIX_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/sysctl_table.h"

/* In the order in which they are made; taken back in reverse. */
enum fix_kind {
	FIX_SYSCTL,
	FIX_PRLIMIT,
	FIX_RELISTEN, /* after its namespace's net.core.somaxconn */
	FIX_FILE,     /* that makes the sysctls last */
	FIX_KIND_COUNT
};

/** fix_kind_name - "sysctl", "prlimit", "relisten", "file" */
const char *fix_kind_name(enum fix_kind kind);

/* A network namespace, so that it is found again; all zero: the host's. */
struct fix_place {
	uint64_t inode;  /* of its /proc/PID/ns/net */
	uint64_t cookie; /* SO_NETNS_COOKIE, since 5.14: never used again before
	                    a reboot, as an inode may be; 0: not known */
	char name[64];   /* what a person knows it as, or "" */
	char enter[288]; /* a file of it, as netns_facts has it, or "" */
};

/* A process, so that another with its number is not taken for it. */
struct fix_process {
	pid_t pid;            /* 0: none */
	uint64_t start_ticks; /* since boot: field 22 of /proc/PID/stat */
	char comm[16];        /* as struct owner has it: any bytes but NUL */
};

/* A listening socket. */
struct fix_socket {
	int family;    /* AF_INET, AF_INET6 */
	uint16_t port; /* host byte order */
	uint32_t inode;
	uint64_t cookie; /* SO_COOKIE: never used again before a reboot */
	int fd;          /* in the process, when the step was planned */
};

#define FIX_ANSWERS_MAX 8

struct fix_step {
	enum fix_kind kind;
	struct fix_place place;
	struct fix_process process; /* of FIX_PRLIMIT and FIX_RELISTEN */
	struct fix_socket socket;   /* of FIX_RELISTEN */
	/*
	 * What is changed, as a person calls it: a sysctl's key; a listener as
	 * listener_subject() has it; "RLIMIT_NOFILE of nginx[812]"; a path.
	 */
	char key[288];
	/*
	 * As it is and as it shall be: "128"; "32768 60999"; of FIX_PRLIMIT
	 * "SOFT HARD", "unlimited" for no limit; of FIX_FILE the content.
	 * Allocated; NULL in a FIX_FILE: there is no file.
	 */
	char *from, *to;
	bool live;       /* acts on what runs already */
	char risk[128];  /* what it may cost, or "" */
	char lasts[256]; /* what sets it back, and what makes it last; or "" */
	const char *answers[FIX_ANSWERS_MAX]; /* ids of rules; static text */
	size_t n_answers;
	char skipped[256]; /* why it is not made, and what to do; "": it is */
};

/* Steps in the order in which they are made. All zero: none. */
struct fix_steps {
	struct fix_step *list;
	size_t n, max;
};

/* A sysctl that shall last beyond the next boot. */
struct fix_setting {
	enum sysctl_id id;
	const char *value; /* "4096", "1024 65535"; borrowed */
	const char *answers[FIX_ANSWERS_MAX];
	size_t n_answers;
};

/**
 * fix_steps_add - append a copy of @step
 * @step: its from and to are copied too
 *
 * Return: the copy, valid until the next one is added; NULL: no memory.
 */
struct fix_step *fix_steps_add(struct fix_steps *steps,
                               const struct fix_step *step);

/** fix_steps_free - free what it holds */
void fix_steps_free(struct fix_steps *steps);

/** fix_steps_made - how many of them are not skipped */
size_t fix_steps_made(const struct fix_steps *steps);

/** fix_answer - add the id of a rule to @answers, unless it is there or no
 * room is left
 * @n: how many there are
 */
void fix_answer(const char *answers[static FIX_ANSWERS_MAX], size_t *n,
                const char *id);

/** fix_step_answer - the same for those of a step */
void fix_step_answer(struct fix_step *step, const char *id);

/**
 * fix_step_name - what it changes, and where: "net.core.somaxconn in
 * namespace blue", safe to show
 */
void fix_step_name(const struct fix_step *step, char *buf, size_t size);

#endif
