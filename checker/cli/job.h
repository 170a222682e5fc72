/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * job - a command that is run as a shell would run it: in our process group
 * and terminal, with the limits, the signals and the descriptors that we were
 * given ourselves.
 *
 * Meanwhile Ctrl-C and Ctrl-\ are the command's alone; TERM and HUP are passed
 * on to it. The calling process has one thread.
 */
#ifndef KILOFLOW_CHECKER_CLI_JOB_H
#define KILOFLOW_CHECKER_CLI_JOB_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct err;
struct tee;

/* What is to be put back when it has ended. */
struct job {
	pid_t pid;
	int signal_fd; /* readable: job_turn() */
	bool ended;
	int status; /* as a shell has it: 128 + n for a signal */
	sigset_t mask;
	struct sigaction interrupt, quit, ended_action;
};

/**
 * job_start - run @argv[0], searched for in PATH
 * @netns_fd: the network namespace to run it in; -1: the calling thread's
 * @tee: whose ends it is given for descriptors 1 and 2
 *
 * Return: 0; 126 when it was found and cannot be run, 127 when it was not
 * found, with words; negative errno.
 */
int job_start(struct job *job, char *const argv[], int netns_fd,
              const struct tee *tee, struct err *err);

/** job_turn - pass a signal on, or learn that it has ended */
void job_turn(struct job *job);

/** job_done - signals are ours again, once it has ended */
void job_done(struct job *job);

#endif
