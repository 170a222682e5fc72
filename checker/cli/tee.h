/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tee - reads along with what a command writes, which stays as it is.
 *
 * A regular file is left to the command and read when it has ended. In place
 * of a pipe the command is given another one, from which a process of ours
 * copies into the first: it goes on for as long as anybody writes, also after
 * the command and we have ended, and when its reader goes away so does the
 * command's. A terminal, a socket or a device is not looked at.
 */
#ifndef KILOFLOW_CHECKER_CLI_TEE_H
#define KILOFLOW_CHECKER_CLI_TEE_H

#include <stdbool.h>
#include <sys/types.h>

struct observed;

enum tee_how {
	TEE_NOT,  /* nobody reads along */
	TEE_FILE, /* it is read afterwards */
	TEE_PIPE, /* it is copied */
	TEE_SAME, /* the other stream is the same file or pipe */
};

struct tee_stream {
	enum tee_how how;
	int fd;       /* 1 or 2 */
	int end;      /* the command's in its place; -1: it is left as it is */
	int source;   /* the file, or the copier's answer; -1: none */
	pid_t copier; /* of a pipe */
	off_t begin;  /* of a file: where the command begins to write */
};

struct tee {
	struct tee_stream stream[2];
};

/**
 * tee_open - what can be read along of descriptors 1 and 2
 *
 * What cannot be is left to the command as it is, without an error.
 * The calling process has one thread.
 */
void tee_open(struct tee *tee);

/** tee_began - the command has its ends, or there is none: close ours */
void tee_began(struct tee *tee);

/**
 * tee_finish - it has ended: what did it write of its connections?
 * @ret: its output, log and errors are filled in
 *
 * What is in the pipes by now is waited for, but no longer than their readers
 * are given to take it.
 */
void tee_finish(struct tee *tee, struct observed *ret);

/** tee_close - whatever else was begun is left to itself */
void tee_close(struct tee *tee);

#endif
