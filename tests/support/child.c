// SPDX-License-Identifier: GPL-2.0-or-later
/* child - see child.h. */
#include "tests/support/child.h"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

pid_t child_start(int (*prepare)(void *), void *arg)
{
	int ready[2];
	char byte;
	pid_t pid;
	ssize_t n;

	if (pipe(ready))
		return 0;
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(ready[0]);
		if ((prepare && prepare(arg)) || write(ready[1], "", 1) != 1)
			_exit(1);
		(void)close(ready[1]);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	n = read(ready[0], &byte, 1);
	(void)close(ready[0]);
	if (n == 1)
		return pid;
	(void)waitpid(pid, NULL, 0);
	return 0;
}

void child_kill(pid_t pid)
{
	siginfo_t info;

	(void)kill(pid, SIGKILL);
	(void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
}

void child_reap(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static int run(int (*check)(void *), void *arg, uid_t uid)
{
	int fds[2];
	int line = -1;
	pid_t pid;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (pid == 0) {
		if (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
		            setresuid(uid, uid, uid)))
			_exit(1);
		(void)prctl(PR_SET_DUMPABLE, 1);
		line = check(arg);
		_exit(write(fds[1], &line, sizeof(line)) != sizeof(line));
	}
	(void)close(fds[1]);
	if (read(fds[0], &line, sizeof(line)) != sizeof(line))
		line = -1;
	(void)close(fds[0]);
	(void)waitpid(pid, NULL, 0);
	return line;
}

int child_run(int (*check)(void *), void *arg)
{
	return run(check, arg, 0);
}

int child_run_as_user(int (*check)(void *), void *arg)
{
	return run(check, arg, geteuid() ? 0 : NOBODY);
}
