#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# completion - what bash, zsh and fish offer, and that kiloflow takes it
. "$(dirname "$0")/../support/host.sh"

# bash_offers WORD...: for the last one; one a line, ./stdout
bash_offers()
{
	# shellcheck disable=SC2016 # the inner shell's
	bash --norc -c '. "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _kiloflow
		for word in "${COMPREPLY[@]}"; do printf "%s\n" "$word"; done' \
		- "$BUILD/kiloflow.bash" "$@" >stdout
}

zsh_offers()
{
	command -v zsh >/dev/null || skip "no zsh here"
	# shellcheck disable=SC2016
	zsh -f -c '_arguments() { print -rl -- "$@" }
		_describe() { print -rl -- "${commands[@]}" }
		file=$1; shift; words=("$@"); CURRENT=$#; . "$file"' \
		- "$BUILD/kiloflow.zsh" "$@" >stdout
}

fish_offers() # LINE
{
	command -v fish >/dev/null || skip "no fish here"
	HOME=$PWD fish --no-config -c "source $BUILD/kiloflow.fish; complete -C '$1'" >stdout
}

# are WORD...: these are offered, and no others
are()
{
	diff <(printf '%s\n' "$@" | sort) <(sort stdout) || fail "offers other words"
}

commands()
{
	kiloflow help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'
}

options_of() # COMMAND
{
	kiloflow help "$1" | grep -oE '^  (-., )?--[a-z0-9-]+' | grep -oE -- '--.*'
}

case_bash_files()
{
	local at
	touch a.log
	for at in '' a; do
		bash_offers kiloflow sum "$at" 2>/dev/null
		silent stdout # bash's own then are
	done
	bash_offers kiloflow sum --for
	are --format
}

# What run runs has arguments of its own.
case_bash_run()
{
	bash_offers kiloflow run unshar
	says stdout '^unshare$'
	bash_offers kiloflow run --unt
	silent stdout
}

# Help and completion come from one table, so these are the same words.
case_bash_commands_and_options()
{
	local command
	commands >expected
	grep -q listeners expected
	bash_offers kiloflow ''
	mapfile -t expected <expected
	are "${expected[@]}"
	for command in "${expected[@]}"; do
		mapfile -t options < <(options_of "$command")
		bash_offers kiloflow "$command" -
		are "${options[@]}"
		bash_offers kiloflow "$command" --help --
		are "${options[@]}"
	done
	mapfile -t options < <(options_of check)
	bash_offers kiloflow --
	are "${options[@]}"
}

case_bash_words()
{
	bash_offers kiloflow check --format ''
	are text json nagios
	bash_offers kiloflow check --format = j
	are json
	bash_offers kiloflow check --format =
	are text json nagios
	bash_offers kiloflow check --tool i
	are iperf2 iperf3
	bash_offers kiloflow load --flows ''
	silent stdout
	bash_offers kiloflow check --ignore syn.c
	are syn.cookies
	bash_offers kiloflow help li
	are list listeners
}

# Every word that is offered is one that kiloflow knows.
case_bash_words_are_taken()
{
	local command
	for command in list explain help; do
		bash_offers kiloflow "$command" ''
		cp stdout offered
		while read -r word; do
			expect_exit 0 kiloflow "$command" "$word"
		done <offered
	done
	bash_offers kiloflow explain ''
	for word in backlog.somaxconn accept-queue-overflow net.core.somaxconn ListenOverflows; do
		says stdout "^$word\$"
	done
}

# A namespace may be called anything; nothing of it is run.
case_bash_namespaces()
{
	mount -t tmpfs none /run
	bash_offers kiloflow check --netns ''
	are all
	# shellcheck disable=SC2016
	mkdir -p /run/netns/{web-1,web-2,'$(touch run)'}
	bash_offers kiloflow check --netns web
	are web-1 web-2
	# shellcheck disable=SC2016
	bash_offers kiloflow check --netns '$'
	# shellcheck disable=SC2016
	are '$(touch run)'
	bash_offers kiloflow check --netns a
	are all
	[[ ! -e run ]] || fail "a name was run"
}

# A tab is pressed, and readline completes.
case_bash_readline()
{
	mkdir dir 'a b'
	touch file
	printf '%b\n' ". $BUILD/kiloflow.bash" \
		'kiloflow() { printf "<%s>" "$@"; echo; }' \
		'kiloflow che\t--form\tj\t' \
		'kiloflow check --from fi\t' \
		'kiloflow check --from=fi\t' \
		'kiloflow check --sos d\t' \
		'kiloflow check --sos fi\t' \
		'kiloflow check --policy a\\ \t' \
		'kiloflow sum fi\t' \
		'kiloflow load --accept s\t5/s' |
		TERM=dumb bash --norc --noprofile -i 2>/dev/null | grep '^<' >stdout
	diff - stdout <<-'F' || fail "completes to something else"
		<check><--format><json>
		<check><--from><file>
		<check><--from=file>
		<check><--sos><dir/>
		<check><--sos><fi>
		<check><--policy><a b/>
		<sum><file>
		<load><--accept><slow:5/s>
	F
}

case_zsh()
{
	zsh_offers kiloflow ''
	says stdout '^listeners:every listener'
	zsh_offers kiloflow explain ''
	says stdout '^1:ID:\(.* ListenOverflows .*\)$'
	zsh_offers kiloflow snapshot ''
	mapfile -t options < <(options_of snapshot)
	sed -n 's/^\*\(--[a-z0-9-]*\).*/\1/p' stdout | cat - >long
	cp stdout specs
	mv long stdout
	are "${options[@]}"
	says specs '^\*--output=\[.*\]:FILE:_files$'
	says specs '^\*--netns=\[.*\]:NS:_kiloflow_netns$'
	says specs '^\*-4\[flows over IPv4 .*\]$'
}

case_fish()
{
	fish_offers 'kiloflow li'
	says stdout '^listeners	every listener'
	fish_offers 'kiloflow check --format '
	cut -f 1 stdout >words
	mv words stdout
	are text json nagios
	fish_offers 'kiloflow snapshot --'
	cut -f 1 stdout >words
	mv words stdout
	mapfile -t options < <(options_of snapshot)
	are "${options[@]}"
	fish_offers 'kiloflow explain backlog.s'
	are backlog.somaxconn
	touch file
	fish_offers 'kiloflow check --from f'
	says stdout '^file'
}

host_main "$@"
