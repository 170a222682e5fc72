/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve - the far end of tests between hosts: façade.
 *
 * One process listens, and speaks to nobody but to tell who has the key; each
 * session that has it is a process of its own, so that none can harm another,
 * nor use up what is another's. All of them are confined (sandbox.h) before
 * the first byte from outside is read.
 */
#ifndef KILOFLOW_PROBES_LOAD_SERVE_H
#define KILOFLOW_PROBES_LOAD_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/load/wire.h"

struct err;

/* Sessions of all addresses together. */
#define SERVE_SESSIONS_MAX 64

/* What is asked of whoever judges this host, over options->judge_fd; a
 * descriptor comes with it, for the lines of wire.h that answer it. */
struct serve_question {
	uint64_t flows, burst;
	bool is_ipv6;
};

struct serve_options {
	const char *address; /* to listen on; NULL: loopback */
	uint16_t port;
	bool is_ipv6; /* loopback of it */
	const char *key_file;
	uint64_t max_flows;           /* of a session */
	uint64_t max_bytes;           /* of a session, both ways */
	uint64_t max_time_ns;         /* of a transfer */
	uint64_t max_clients;         /* sessions of one address at a time */
	uint16_t port_low, port_high; /* as of load_options */
	char host[72], kernel[72];    /* what it says of itself */
	int judge_fd; /* a socket of SOCK_SEQPACKET; -1: nobody judges */
	int stop_fd;
	void (*tell)(void *to, const char *line); /* what a person may want
	                                             to know; NULL: nothing */
	void *to;
};

/** serve_missing - libraries that it was built without; NULL: it is there */
const char *serve_missing(void);

/**
 * serve_check - may it be done at all, before anything is opened?
 *
 * Return: 0; negative errno with words: no such address, or one that others
 * reach and no key, or a key that cannot be read.
 */
int serve_check(const struct serve_options *options, struct err *err);

/**
 * serve_run - serve until options->stop_fd is readable
 *
 * The process is confined afterwards, for good. It returns in each session's
 * process too, once that is over: the caller has to end it.
 *
 * Return: 0 or negative errno with words.
 */
int serve_run(const struct serve_options *options, struct err *err);

#endif
