#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deb.sh - makes a Debian package, below $BUILD
#
# `make install` into a staged tree, and Debian's own tools around that:
# dpkg-buildflags, dpkg-shlibdeps, dpkg-gencontrol, dpkg-deb. They want a
# source tree with a debian folder; the one they get is made below BUILD.
# The package is the same bit for bit whenever it is made of the same commit.
#
# Its revision begins with 0 so that one from Debian, which would begin with 1,
# replaces it.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 022
export LC_ALL=C.UTF-8 TZ=UTC

work=$(realpath -m "$BUILD/deb")
root=$work/debian/kiloflow

# Without a history, as in an unpacked archive, the Makefile is as old.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null ||
	stat -c %Y Makefile)}
export SOURCE_DATE_EPOCH

flags() # NAME
{
	DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get "$1"
}

stage()
{
	"$MAKE" --no-print-directory -j "$(nproc)" install BUILD="$work/build" \
		CFLAGS="$(flags CFLAGS)" CPPFLAGS="$(flags CPPFLAGS)" \
		LDFLAGS="$(flags LDFLAGS)" DESTDIR="$root" PREFIX=/usr \
		ZSHDIR=/usr/share/zsh/vendor-completions
	strip --remove-section=.comment --remove-section=.note "$root/usr/bin/kiloflow"
	gzip -9n "$root/usr/share/man/man8/kiloflow.8"
}

changelog()
{
	cat <<-EOF
		kiloflow ($VERSION-0kiloflow1) unstable; urgency=medium

		  * Version $VERSION; the project's history tells what changed.

		 -- $maintainer  $(date -R -d "@$SOURCE_DATE_EPOCH")
	EOF
}

document()
{
	local doc=$root/usr/share/doc/kiloflow
	install -d "$doc"
	install -m 0644 "$work/debian/copyright" "$doc/copyright"
	gzip -9nc "$work/debian/changelog" >"$doc/changelog.Debian.gz"
}

control()
{
	install -d "$root/DEBIAN"
	install -m 0755 "$work/debian/postrm" "$root/DEBIAN/postrm"
	(cd "$root" && find usr -type f | sort | xargs md5sum) >"$root/DEBIAN/md5sums"
	(cd "$work" &&
		dpkg-shlibdeps -Tdebian/substvars "$root/usr/bin/kiloflow" &&
		dpkg-gencontrol -fdebian/files -Pdebian/kiloflow)
}

rm -rf "$work/debian" "$BUILD"/kiloflow_*.deb
mkdir -p "$work"
cp -r checker/dist/debian "$work/debian"
maintainer=$(sed -n 's/^Maintainer: //p' "$work/debian/control")
changelog >"$work/debian/changelog"
stage
document
control
dpkg-deb --root-owner-group -Zxz --build "$root" "$BUILD"
