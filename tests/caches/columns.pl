# Loops worked through in columns, many elements or worlds at once, against the same loops element by element: the same
# values, the same reasons for what is unknown, the same errors.
package Caches;
use strict;
use warnings;
require './tests/caches/plain.pl';

my $functions = <<'END';
kind deal { party: country, quantity: quantity[t/yr], starts: date, ends: date, goods: set of resource }
rule bare(r: resource) = suppliers(r, term) == {} or any(bare(i) for i in inputs(r))
rule feeble(r: resource) = any(feeble(i) for i in inputs(r)) or available(r) < 4 t/yr or not has_need(r)
rule fragile(r: resource) = ((suppliers(r) == {}) throughout 2026-03-01..2027-06-30) or any(fragile(j) for j in uses(r))
rule guarded(r: resource) = all(guarded(i) for i in inputs(r)) and len(suppliers(r)) >= 1
fn lacks(r: resource, n: number): bool = count(c for c in suppliers(r)) < n
fn worth(r: resource): quantity = if covered(r) then available(r) else 0
fn bad(l: layer): number = count(uncovered(r) for r in resources where r.layer == l)
let worlds = [{}, {A}, {B}, {A, B}, {C, D}, {D, F}, {A, C}, {F}]
END
sub deals { return join('', map { "deal d$_ { party: " . one(@Caches::countries) . (often(90) ? ' quantity: ' . one(3, 12, '2.5', '0.25', 1000) . one(' t/yr', ' t/yr', ' kg/yr') : '') . ' starts: ' . text_of(some(900)) . ' ends: ' . (often(95) ? text_of(some(900)) : 'open') . ' goods: ' . set(up_to(2, @Caches::resources)) . " }\n" } 1 .. 12) . 'let deals = ' . set(map { "d$_" } 1 .. 12) . "\n" }

# Of a resource r.
sub says {
    my ($depth) = @_;
    my ($c, $n) = (one(@Caches::countries), between(0, 3));
    return one(map { "$_(r)" } qw(covered uncovered bare feeble fragile guarded short capable)) if $depth < 1 || often(40);
    return one("suppliers(r) == {}", "suppliers(r, 2026-01-01..2026-12-31) != {}", "committed($c, r) >= $n t/yr", "available(r) < needed(r)", "has_need(r)", 'r.critical',
        "r.layer == l$n" =~ s/l[03]/l1/r, "$c in suppliers(r)", "share($c, r) >= 20%", "lacks(r, $n)", "worth(r) > $n t/yr", "capacity($c, r) > $n t/yr", 'known(worth(r))',
        "count(c for c in suppliers(r)) > $n", "r in {r1, r3}", "any(committed(c, r) > $n t/yr for c in suppliers(r))", "blocked($c, r)") if often(50);
    my ($x, $y) = (says($depth - 1), says($depth - 1));
    return one("($x and $y)", "($x or $y)", "not ($x)", "($x implies $y)", "(if $x then $y else not ($x))", "($x without w)", "($x without {$c, v})", "($x at " . text_of(some(900)) . ')', "($x without $c)");
}

sub figure {
    my ($depth) = @_;
    my $n = between(1, 3);
    return one("bad(l$n)" =~ s/3/1/r, 'count(' . says($depth) . ' for r in resources)', 'count(r for r in resources where ' . says($depth) . ')', "sum(if " . says($depth) . " then $n else 0.5 for r in resources where r.critical)", 'len(w)') if $depth > 0;
    return $n;
}

sub loop_over_worlds {
    my $n = figure(2);
    my $f = one($n, "($n without w)", "$n - ($n without w)", "$n * 2 + ($n without {v, A})", "($n without w) / 4", "($n without v) mod 2");
    my $s = 'any(' . says(2) . ' for r in resources' . one('', ' where r.critical', " where r.layer == l2") . ')';
    $s = "($s without w)" if often(60);
    my $for = one('for w in worlds for v in {B, D}', 'for v in countries for w in [worlds[2], worlds[4]]', "for w in [{a, b} for a in countries for b in countries where a != b] for v in {C}");
    return one("[$f $for]", "sum($f $for where $s)", "count($s $for)", "any($s $for)", "all($s $for)", "max($f $for)", "[$s $for where v in w]");
}

sub loop_over_deals {
    my $n = between(1, 9);
    my $is = sub { one("d.quantity >= $n t/yr", 'd.starts <= d.ends', 'd.party in parties', "not (d.party == A and d.quantity > $n t/yr)", "d.ends - d.starts <= ${n}00 d", 'd.goods == {r1}', 'r2 in d.goods', "d.id > \"d$n\"", 'd.starts in term', "known(d.quantity)") };
    my $p = join one(' and ', ' or '), map { $is->() } 1 .. between(1, 4);
    return one("count($p for d in deals)", "sum(d.quantity for d in deals where $p)", "[d.id for d in deals where $p]", "min(d.ends for d in deals where $p)", "{d.party for d in deals where $p}", "any($p for d in deals)", "max(d.quantity * $n for d in deals where $p)", "all($p for d in deals)");
}

sub loop_over_numbers {
    my ($n, $m) = (between(1, 40), between(1, 9));
    my $x = one("i * i - $n", "i * 0.25 + $m", "i mod $m - i mod 0.7", "9_000_000_000_000_000_000 - i * $n", "-i ^ 2 * 3.5", "if i mod 2 == 0 then i else 1.5", "i / $m", "nth([3, 1, 2.5, 7], i mod 4 + 1)", "len(\"x{i}\")" =~ s/len\("x\{i\}"\)/(if "x{i}" < "x3" then 1 else 2)/r, "i * 1 t - 500 kg * i", "10 / (i - $n)", "sum(j * i for j in 1..$m)", 'count(j < i for j in [1, 5, 9])');
    return one("sum($x for i in 1..$n)", "[$x for i in [$n, 2, 0.5, -3]]", "{$x for i in 0..$n where i mod $m != 1}", "[$x for i in 1..$m for j in i..$m where j != 2]" =~ s/for j/for _j/r =~ s/where j/where _j/r, "max($x for i in 1..$n where $x > 3)" =~ s/> 3/== $x/r, "count(i mod $m == 1 for i in 1..$n)", "any(i * i > $n for i in 1..$m)", one('sum', 'max', 'len')  . "([if i < 90 then j else [2.5, 1 / 3][j mod 2 + 1] for i in 1..$n + 60 for j in 1..90])", one('sum', 'max', 'min') . "(if i < 90 then j - $m else [2.5, 1 / 3][j mod 2 + 1] for i in 1..$n + 60 for j in 1..90)", "sum([$x for i in 1..$n])");
}

part('in columns as in rows', 30, sub {
    my ($seed) = @_;
    my $draft = world_draft($seed, $functions . do { seed($seed + 1000); deals() }) or return 0;
    my ($compared, $at) = (0, ' at ' . one(@{ $draft->{days} }));
    for my $i (1 .. 16) {
        my $asked = one(\&loop_over_worlds, \&loop_over_worlds, \&loop_over_deals, \&loop_over_numbers)->();
        $asked = "($asked)" . one('', $at, ' under ' . one(@{ $draft->{scenarios} })) if often(50);
        my ($rows, $columns) = map { Drive::run('eval', '--columns', $_, $draft->{file}, $asked) } qw(never always);
        # In which order reasons are found is not part of an answer.
        my ($wanted, $got) = map { "$_->{code}: " . ($_->{out} =~ s/^unknown: (.*)$/'unknown: ' . join '; ', sort split m{; }, $1/emgr) . $_->{err} } $rows, $columns;
        $compared++ if $rows->{code} == 0 || $rows->{code} == 3;
        differ($draft, $asked, $wanted, $got) if $wanted ne $got;
    }
    unlink $draft->{file};
    return $compared;
});

part('over time, in columns as in rows', 40, sub {
    my ($seed) = @_;
    my $draft = plain_draft($seed);
    my $compared = 0;
    for my $i (1 .. 14) {
        my $asked = asks_time(between(1, 4));
        $asked = "($asked)" . one('', ' at ' . text_of(some(900)), " without A", " without {B, C}", " under am", " under s1", " under s2", " without ag.c" . between(1, 30), " without {ag.c" . between(1, 15) . ", ag.c" . between(16, 30) . "}", " without A at 2026-08-01") if often(60);
        my ($rows, $columns) = map { Drive::run('eval', '--columns', $_, $draft->{file}, $asked) } qw(never always);
        my ($wanted, $got) = map { "$_->{code}: " . ($_->{out} =~ s/^unknown: (.*)$/'unknown: ' . join '; ', sort split m{; }, $1/emgr) . $_->{err} } $rows, $columns;
        $compared++ if $rows->{code} == 0 || $rows->{code} == 3;
        note("$asked: $rows->{err}") if $rows->{code} == 2;
        differ($draft, $asked, $wanted, $got) if $wanted ne $got;
    }
    unlink $draft->{file};
    return $compared;
});

1;
