/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop - Ctrl-C, TERM and a terminal that goes away as a request: what was
 * measured so far is reported. A second one ends the program at once.
 */
#ifndef KILOFLOW_CHECKER_CLI_STOP_H
#define KILOFLOW_CHECKER_CLI_STOP_H

struct err;

/**
 * stop_open - from now on the signals are requests; a second one of a kind
 * ends the program all the same
 * Return: a descriptor that becomes readable with the first one; negative
 * errno with words.
 */
int stop_open(struct err *err);

/** stop_fd - what stop_open() returned; -1 when it was not called */
int stop_fd(void);

/** stop_signal - the signal that came, 0: none yet */
int stop_signal(void);

/** stop_close - the signals end the program again */
void stop_close(void);

#endif
