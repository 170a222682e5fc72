// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * job - see job.h.
 *
 * Caught signals become the default again by execve(), ignored ones stay
 * ignored: so what a shell ignored (nohup, a background job) the command
 * ignores too, and only what we changed ourselves is put back by hand.
 */
#include "checker/cli/job.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checker/cli/output.h"
#include "checker/cli/tee.h"
#include "probes/base/err.h"
#include "probes/base/text.h"
#include "probes/netns.h"

enum { CANNOT_RUN = 126, NOT_FOUND = 127 };

static void ignore(int number, struct sigaction *ret_before)
{
	struct sigaction action;

	(void)memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_IGN;
	(void)sigaction(number, &action, ret_before);
}

/* Where SIGCHLD is ignored there is no status to wait for. */
static void take_signals(struct job *job)
{
	struct sigaction action;
	sigset_t set;

	(void)memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, &job->mask);
	(void)sigaction(SIGCHLD, &action, &job->ended_action);
	ignore(SIGINT, &job->interrupt);
	ignore(SIGQUIT, &job->quit);
	job->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void give_signals_back(const struct job *job)
{
	(void)sigaction(SIGCHLD, &job->ended_action, NULL);
	(void)sigaction(SIGINT, &job->interrupt, NULL);
	(void)sigaction(SIGQUIT, &job->quit, NULL);
	(void)sigprocmask(SIG_SETMASK, &job->mask, NULL);
}

static int take_ends(const struct tee *tee)
{
	for (int i = 0; i < 2; i++) {
		const struct tee_stream *stream = &tee->stream[i];

		if (stream->end >= 0 && dup2(stream->end, stream->fd) < 0)
			return -errno;
	}
	return 0;
}

/* In the child, which does not return: what fails is told by its errno. */
static void become(const struct job *job, char *const argv[], int netns_fd,
                   const struct tee *tee, int tell_fd)
{
	int code = take_ends(tee);

	if (!code && netns_fd >= 0)
		code = netns_enter(netns_fd, NULL);
	if (!code) {
		output_unguard();
		give_signals_back(job);
		(void)execvp(argv[0], argv);
		code = -errno;
	}
	(void)!write(tell_fd, &code, sizeof(code));
	_exit(NOT_FOUND);
}

/* Return: 0, or the negative errno that the child has told. */
static int hear(int fd)
{
	int code = 0;
	ssize_t n;

	do {
		n = read(fd, &code, sizeof(code));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(code) ? code : 0;
}

static int fork_and_hear(struct job *job, char *const argv[], int netns_fd,
                         const struct tee *tee)
{
	int tell[2];
	int code;

	if (pipe2(tell, O_CLOEXEC))
		return -errno;
	job->pid = fork();
	if (!job->pid)
		become(job, argv, netns_fd, tee, tell[1]);
	code = job->pid < 0 ? -errno : 0;
	(void)close(tell[1]);
	if (!code)
		code = hear(tell[0]);
	(void)close(tell[0]);
	return code;
}

static int refuse(const char *name, int code, struct err *err)
{
	char shown[128];

	(void)text_escape(shown, sizeof(shown), name, strlen(name));
	(void)err_set(err, code, "cannot run %s: %s", shown, strerror(-code));
	if (code == -ENOENT && !strchr(name, '/'))
		err_hint(err, "it is in none of the folders of PATH");
	return code == -ENOENT ? NOT_FOUND : CANNOT_RUN;
}

int job_start(struct job *job, char *const argv[], int netns_fd,
              const struct tee *tee, struct err *err)
{
	int code;

	*job = (struct job){ .pid = -1 };
	take_signals(job);
	code = job->signal_fd < 0 ? -errno
	                          : fork_and_hear(job, argv, netns_fd, tee);
	if (!code)
		return 0;
	if (job->pid > 0)
		(void)waitpid(job->pid, NULL, 0);
	job_done(job);
	return refuse(argv[0], code, err);
}

static void reap(struct job *job)
{
	int status;

	if (waitpid(job->pid, &status, WNOHANG) != job->pid)
		return;
	job->ended = true;
	job->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
	                                  : WEXITSTATUS(status);
}

/*
 * The kernel sends a terminal's HUP to the whole process group: the command
 * has it already.
 */
static bool is_passed_on(const struct signalfd_siginfo *info)
{
	return info->ssi_signo != SIGCHLD && info->ssi_code != SI_KERNEL;
}

void job_turn(struct job *job)
{
	struct signalfd_siginfo info;

	while (read(job->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (is_passed_on(&info))
			(void)kill(job->pid, (int)info.ssi_signo);
	}
	reap(job);
}

void job_done(struct job *job)
{
	if (job->signal_fd >= 0)
		(void)close(job->signal_fd);
	job->signal_fd = -1;
	give_signals_back(job);
}
