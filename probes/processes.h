/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * processes - what /proc lists, for those who look through all of it.
 */
#ifndef KILOFLOW_PROBES_PROCESSES_H
#define KILOFLOW_PROBES_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/base/span.h"

struct dirent;

struct process {
	pid_t pid;
	uint64_t netns; /* inode; 0 when it could not be seen */
};

struct processes {
	int proc_fd;           /* of /proc, -1 when there is none */
	struct process *items; /* as they are listed: by pid */
	size_t n;
	bool hidden; /* a mount option hides those of other users */
};

/**
 * processes_open - list them; their namespaces are left 0
 * @root_fd: directory that stands for "/"
 * @ret: processes_close() it, on failure too. Without a /proc it is empty,
 * and all are hidden
 *
 * Return: 0 or -ENOMEM.
 */
int processes_open(int root_fd, struct processes *ret);

/** processes_close - free what it holds */
void processes_close(struct processes *processes);

/** processes_entry - a directory entry's name as a number; -1: it is none */
int processes_entry(const struct dirent *entry);

/**
 * processes_netns - the network namespace of a process
 * @dir_fd: what @path is relative to
 * @path: "ns/net" below /proc/PID
 * @ret: 0 on failure
 *
 * Return: 0, or why it cannot be seen: -EACCES, -ENOENT, ...
 */
int processes_netns(int dir_fd, const char *path, uint64_t *ret);

/**
 * processes_comm - what a process calls itself: any bytes but NUL
 * @path: "comm" below /proc/PID
 * @ret: "" when it cannot be read
 */
void processes_comm(int dir_fd, const char *path, char ret[16]);

/**
 * processes_is_user - may a process hold descriptors and a namespace?
 * @path: "stat" below /proc/PID, which everyone may read
 *
 * Return: false for a kernel thread, a zombie, and one that has ended.
 */
bool processes_is_user(int dir_fd, const char *path);

/**
 * processes_in_child_pidns - are we in a PID namespace of our own? Processes
 * outside of it are not in this /proc at all
 * @root_fd: directory that stands for "/"
 */
bool processes_in_child_pidns(int root_fd);

/**
 * processes_parse_link - the inode of "socket:[123]" or "net:[123]". Pure.
 * @kind: "socket", "net"
 * @target: @len bytes, as readlink() gave them
 *
 * Return: whether it is a link of that kind.
 */
bool processes_parse_link(const char *kind, const char *target, size_t len,
                          uint64_t *ret_inode);

/**
 * processes_parse_comm - the content of /proc/PID/comm: any bytes, and a
 * newline. Pure.
 * @comm: cut to 15 bytes, padded with NUL
 */
void processes_parse_comm(const char *content, size_t len, char comm[16]);

/**
 * processes_stat_word - one word of /proc/PID/stat. Pure.
 * @content: of that file; the comm in it may look like anything
 * @at: as proc(5) counts them, from 3 on, which is the state
 * @ret: set only on success
 *
 * Return: whether there is one.
 */
bool processes_stat_word(const char *content, size_t len, int at,
                         struct span *ret);

/**
 * processes_parse_stat - may a process have descriptors at all? Pure.
 * @content: of /proc/PID/stat
 *
 * Return: false for a kernel thread or a zombie; true for any other, and
 * when @content makes no sense.
 */
bool processes_parse_stat(const char *content, size_t len);

#endif
