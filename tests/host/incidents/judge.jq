# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is wrong with kiloflow's report on a scene, one line a complaint. Input:
# null; $truth, $report and $counters as --slurpfile; $cell and $want as the
# table has them.

def most: if . == null then infinite else . end;
def least_of: map(.connections.min // 0) | add // 0;
def most_of: map(.connections.max | most) | add // 0;
def port: .listener | if . == null then null else capture(":(?<p>[0-9]+)$").p | tonumber end;

def item:
	capture("^(?<set>[a-z/-]+[a-z])(?<relation>[=~%])(?<flags>[@!]*)$")
	| .set |= split("/");

# What @truth[$i], of which $item speaks, was said to be.
def judge_one($said; $true; $item):
	[$said[] | select((.id | IN($item.set[])) and (port == null or port == $true.port))] as $found
	| "\($true.cause) at port \($true.port)" as $name
	| if $found == [] then "\($name) was not found"
	else
		(if ($found | least_of) > $true.count then
			"\($name): at least \($found | least_of) were claimed, \($true.count) are true" else empty end),
		(if $item.relation == "=" and ($found | least_of != $true.count or most_of != $true.count) then
			"\($name): \($found | least_of) to \($found | most_of) were claimed, exactly \($true.count) are true" else empty end),
		(if $item.relation == "~" and ($found | most_of) < $true.count then
			"\($name): at most \($found | most_of) were claimed, \($true.count) are true" else empty end),
		(if ($item.flags | contains("@")) and all($found[]; port == null) then
			"\($name): the listener is not named" else empty end),
		(if ($item.flags | contains("!")) and all($found[]; .process == null) then
			"\($name): the process is not named" else empty end),
		($found[] | select($true.pid != 0 and .process != null and .process.pid != $true.pid)
			| "\($name): process \(.process.pid) is named, \($true.pid) it was")
	end;

$truth[0] as $truth
| $report[0] as $report
| $report.causes as $said
| [$cell | splits(" +") | select(. != "-" and . != "" and (startswith("+") | not)) | item] as $items
| [$cell | splits(" +") | select(startswith("+")) | ltrimstr("+")] as $also
| (([$truth.errors[][2]] | add // 0) + $truth.hung) as $failed
| ([$truth.causes[].count] | add // 0) as $told
| ([$failed, $told] | max) as $bound
| ($want | splits(" +") | select(. != "-") | split("=") | . as [$name, $n]
	| $counters[0].kernel | (.["TcpExt" + $name] // .["Tcp" + $name] // .["Ip" + $name])
	| select(tostring != $n) | "the kernel's \($name) is \(.), not \($n)"),
(if ($items | length) != ($truth.causes | length) then
	"the row speaks of \($items | length) causes, there are \($truth.causes | length)" else empty end),
(range($items | length) as $i | judge_one($said; $truth.causes[$i]; $items[$i])),
($said[] | select(.id | IN($items[].set[], $also[]) | not)
	| "wrong: \(.id) \(.connections.min) to \(.connections.max) (\(.confidence)): \(.what)"),
(if ($said | least_of) > $bound then
	"\($said | least_of) are explained, and only \($bound) failed" else empty end),
($report.observed | select(.traced.state == "known")
	| ([.resets_sent[]] | add // 0) as $seen | $counters[0].kernel.TcpOutRsts as $sent
	| select($seen != $sent) | "\($seen) resets were seen, \($sent) were sent here")
