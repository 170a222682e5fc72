// SPDX-License-Identifier: GPL-2.0-or-later
/* show - see show.h. */
#include "checker/cli/show.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "checker/cli/options.h"
#include "checker/report/page.h"
#include "checker/report/report.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40

/* https://no-color.org: set, and not empty */
static bool wants_color(enum color_when when, int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	return isatty(fd) && (!no_color || !no_color[0]) &&
	       (!term || strcmp(term, "dumb") != 0);
}

static unsigned int width_of(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH_DEFAULT;
	return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
}

unsigned int show_width(void)
{
	return width_of(STDOUT_FILENO);
}

bool show_color(const struct options *options)
{
	return wants_color(options->color, STDOUT_FILENO);
}

void show_fix(const struct report *report, const struct options *options,
              FILE *out)
{
	const struct report_style style = {
		.verbose = options->verbose,
		.width = show_width(),
	};

	page_fix(&(struct page){ report, &style, out });
}

int show_report_at(int fd, const struct report *report,
                   const struct options *options, FILE *out, struct err *err)
{
	const struct report_style style = {
		.color = wants_color(options->color, fd),
		.verbose = options->verbose,
		.quiet = options->quiet,
		.width = width_of(fd),
	};

	return options->format->write(report, &style, out, err);
}

int show_report(const struct report *report, const struct options *options,
                FILE *out, struct err *err)
{
	return show_report_at(STDOUT_FILENO, report, options, out, err);
}
