#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install - make install to a DESTDIR, and what is there then
. "$(dirname "$0")/../support/host.sh"

installed()
{
	expect_exit 0 make_kiloflow install
	root=$PWD/root/usr
}

make_kiloflow()
{
	env -u MAKEFLAGS -u MAKELEVEL make -C "$host_top" --no-print-directory \
		BUILD="$BUILD" PREFIX=/usr DESTDIR="$PWD/root" "$@"
}

case_files()
{
	installed
	(cd root && find . -type f -printf '%m %p\n' | sort -k 2) >files
	diff - files <<-'F' || fail "other files than expected"
		755 ./usr/bin/kiloflow
		644 ./usr/share/bash-completion/completions/kiloflow
		644 ./usr/share/fish/vendor_completions.d/kiloflow.fish
		644 ./usr/share/kiloflow/kiloflow.report.schema.json
		644 ./usr/share/kiloflow/kiloflow.snapshot.schema.json
		644 ./usr/share/kiloflow/kiloflow.watch.schema.json
		644 ./usr/share/man/man8/kiloflow.8
		644 ./usr/share/zsh/site-functions/_kiloflow
	F
	jq -es . "$root"/share/kiloflow/kiloflow.*.schema.json >/dev/null
	expect_exit 0 "$root/bin/kiloflow" --version
}

case_man_page()
{
	installed
	expect_exit 0 groff -mandoc -ww -Tutf8 -z "$root/share/man/man8/kiloflow.8"
	silent stderr
	expect_exit 0 groff -mandoc -Tascii -P-cbou "$root/share/man/man8/kiloflow.8"
	"$KILOFLOW" check --help >help
	# every option of the help is in the manual
	grep -oE -- '--[a-z][a-z0-9-]+' help | sort -u | while read -r option; do
		grep -qF -- "$option" stdout || fail "the manual lacks $option"
	done
	for word in check load listeners list explain 'EXIT STATUS'; do
		says stdout "$word"
	done
}

case_uninstall()
{
	installed
	expect_exit 0 make_kiloflow uninstall
	[[ -z $(find root -type f) ]] || fail "left: $(find root -type f)"
}

host_main "$@"
