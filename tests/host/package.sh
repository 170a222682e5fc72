#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# package - make deb: what is in the package, and what it does to a host
. "$(dirname "$0")/../support/host.sh"
host_limit_s=300 # the first case compiles everything, with Debian's flags

# Sets $deb.
packaged()
{
	local tool
	for tool in dpkg-gencontrol lintian; do
		command -v "$tool" >/dev/null || skip "no $tool here"
	done
	expect_exit 0 env -u MAKEFLAGS -u MAKELEVEL make -C "$host_top" \
		--no-print-directory deb BUILD="$BUILD"
	deb=$(find "$BUILD" -maxdepth 1 -name 'kiloflow_*.deb')
	[[ -f $deb ]] || fail "not one package: $deb"
}

case_lintian()
{
	packaged
	expect_exit 0 lintian --allow-root --fail-on error,warning --show-overrides "$deb"
	silent stdout
}

case_files()
{
	packaged
	dpkg-deb -c "$deb" | awk '!/^d/ { print $1, $2, $6 }' | sort -k 3 >files
	diff - files <<-'F' || fail "other files than expected"
		-rwxr-xr-x root/root ./usr/bin/kiloflow
		-rw-r--r-- root/root ./usr/share/bash-completion/completions/kiloflow
		-rw-r--r-- root/root ./usr/share/doc/kiloflow/changelog.Debian.gz
		-rw-r--r-- root/root ./usr/share/doc/kiloflow/copyright
		-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/kiloflow.fish
		-rw-r--r-- root/root ./usr/share/kiloflow/kiloflow.report.schema.json
		-rw-r--r-- root/root ./usr/share/kiloflow/kiloflow.snapshot.schema.json
		-rw-r--r-- root/root ./usr/share/kiloflow/kiloflow.watch.schema.json
		-rw-r--r-- root/root ./usr/share/man/man8/kiloflow.8.gz
		-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_kiloflow
	F
}

case_unpacked()
{
	local version
	packaged
	dpkg-deb -R "$deb" unpacked
	(cd unpacked && md5sum --quiet -c DEBIAN/md5sums) || fail "md5sums are wrong"
	expect_exit 0 unpacked/usr/bin/kiloflow --version
	version=$(dpkg-deb -f "$deb" Version)
	says stdout " ${version%-*}\$"
	says unpacked/DEBIAN/control '^Depends: .*libmnl0 .*'
	report 0 check --no-load --flows 1 # the one that was just built
	cp stdout built
	expect_exit 0 unpacked/usr/bin/kiloflow check --no-load --flows 1 --format json
	[[ $(jq .verdict stdout) == "$(jq .verdict built)" ]] || fail "another verdict"
}

# At another time, by another user's settings.
case_reproducible()
{
	packaged
	cp "$deb" first.deb
	umask 077
	export TZ=Asia/Kathmandu LC_ALL=C
	packaged
	cmp first.deb "$deb" || fail "two packages of one tree differ"
}

case_source_tree_is_untouched()
{
	touch before
	packaged
	find "$host_top" \( -path "$BUILD" -o -path "$host_top/.git" \) -prune \
		-o -cnewer before -print >changed
	silent changed
}

# Into a tree of its own, by the real dpkg.
dpkg_here()
{
	expect_exit 0 dpkg --root="$PWD/root" --log="$PWD/dpkg.log" --force-not-root \
		--force-script-chrootless --force-depends "$@"
}

case_life()
{
	packaged
	mkdir -p root/var/lib/dpkg/{info,updates} root/etc/sysctl.d
	touch root/var/lib/dpkg/status
	dpkg_here -i "$deb"
	expect_exit 0 root/usr/bin/kiloflow --version
	[[ ! -e root/var/lib/kiloflow ]] || fail "the journal's folder is packaged"

	# as a fix makes them
	mkdir root/var/lib/kiloflow
	touch root/var/lib/kiloflow/fix-0001.json root/etc/sysctl.d/{99-kiloflow,other}.conf
	dpkg_here -r kiloflow
	[[ ! -e root/usr/bin/kiloflow ]] || fail "the program is still there"
	[[ -e root/var/lib/kiloflow/fix-0001.json ]] || fail "the journal went with the program"
	dpkg_here -P kiloflow
	[[ ! -e root/var/lib/kiloflow ]] || fail "the journal survived a purge"
	[[ -e root/etc/sysctl.d/99-kiloflow.conf ]] || fail "a purge changed /etc/sysctl.d"
	says stdout '/etc/sysctl.d/99-kiloflow.conf stays'
}

host_main "$@"
