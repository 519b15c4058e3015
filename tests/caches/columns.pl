# Loops worked through in columns, many elements or worlds at once, against the same loops element by element: the same
# values, the same reasons for what is unknown, the same errors.
package Caches;
use strict;
use warnings;

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

# ---- loops over time: mostly plain facts, and now and then one that is not ----

my @goods = map { "g$_" } 1 .. 9;
my $over_time = <<'END';
fn gaps(r: resource): list of range = spans(available(r) < needed(r))
fn thin(r: resource): list of range = spans(committed(A, r) + committed(B, r) >= needed(r) or available(r) == 0)
fn other(r: resource): list of range = spans(if needed(r) > 5 t/yr then not (committed(C, r) > 1 t/yr) else sum(committed(c, r) for c in {A, D}) * 2 < 7.5 t/yr)
fn margin(r: resource): quantity = available(r) - needed(r)
fn missing(r: resource): quantity = sum((needed(r) - available(r)) / 1 kg/yr at months(w.from, m - 1) for w in gaps(r) for m in 1..months(w))
fn hhi(r: resource): number = sum(share(c, r) ^ 2 for c in producers(r)) * 1e4
fn makers(r: resource): number = len(suppliers(r, term))
rule depends(r: resource) = any(share(c, r) >= 20% for c in concern) or any(depends(i) for i in inputs(r))
rule used(r: resource) = suppliers(r, term) == {} or any(used(u) for u in uses(r))
fn safe(r: resource): bool = not used(r) and not depends(r)
END

sub plain_supply {
    my @who = sample(between(1, 4), @Caches::countries);
    return '{ ' . join(', ', (map { "$_: " . (often(92) ? between(1, 24) . '%' : one('3 t/yr', '2.5 t/yr', 'at_least(5%)')) . window(30) } @who), often(15) ? 'rest: 2%' : ()) . ' }';
}
sub plain_clause {
    my ($n, $odd, $parties, @term) = @_;
    my $c = one(@$parties);
    my $much = one(3, 12, '2.5', '0.25', '7.125', 1000) . ' ' . one('t/yr', 't/yr', 't/yr', 'kg/yr');
    my $g = one(@goods);
    return "  clause c$n: jointly " . set(@$parties[0, 1]) . " shall supply $much of $g\n" if $odd && often(8);
    return "  clause c$n: $c shall supply $much of $g" . one(' to B', ' via ro1', ' when fl(A)', ' unless fl(B)') . window(50, @term) . "\n" if $odd && often(15);
    return "  clause c$n: $c shall supply {" . name_day($term[0]) . ": $much, " . name_day($term[0] + 90) . ": 2 t/yr} of $g\n" if often(5);
    return "  clause c$n: $c " . one(('shall') x 7, 'intends to') . ' ' . (often(95) ? 'supply' : 'buy') . " $much of $g" . window(70, @term) . "\n";
}
sub plain_draft {
    my ($seed) = @_;
    seed($seed);
    my $odd = often(40);
    my ($from) = between(0, 40);
    my @term = ($from, $from + between(300, 1400));
    my $text = "use std.units\nuse std.coverage\nlayer l1\nlayer l2\nroute ro1\ntable fl (c: country): bool default false\nfact fl(A) = true from 2026-05-01\n" . join('', map { "country $_\n" } @Caches::countries) . 'concern ' . join(', ', up_to(2, @Caches::countries)) . "\n";
    $text .= "resource $_ { layer: " . one('l1', 'l2') . ($odd && often(5) ? ' unit: kg/yr' : ' unit: t/yr') . " }\n" for @goods;
    for my $g (@goods) {
        $text .= "supply $g " . plain_supply() . "\n" if !$odd || often(90);
        $text .= "demand $g: " . one(4, '6.5', 9, '0.125') . ' t/yr' . window(25) . "\n" if often(85);
        $text .= "demand $g { A: 3 t/yr" . window(40) . ", F: 0.5 t/yr }\n" if often(20);
        $text .= "requires $g" . window(10) . ' { ' . join(', ', map { $odd && often(20) ? "$_: 0.5 t/t" : $_ } sample(2, grep { $_ ne $g } @goods)) . " }\n" if often(60);
    }
    $text .= $over_time;
    $text .= "control k1 by " . one(@Caches::countries) . ' on {' . one(@goods) . "}\n" if $odd && often(30);
    my @parties = sample(between(3, 5), @Caches::countries);
    $text .= "agreement ag {\n  parties: " . set(@parties) . "\n  term: " . text_of($term[0]) . '..' . ($odd && often(5) ? 'open' : text_of($term[1])) . "\n";
    $text .= plain_clause($_, $odd, \@parties, @term) for 1 .. 30;
    $text .= "}\namendment am to ag from " . text_of($term[0] + between(30, 200)) . " {\n  replace clause c" . between(1, 9) . ": $parties[0] shall supply 5 t/yr of " . one(@goods) . "\n  strike clause c" . between(10, 30) . "\n}\n";
    $text .= "scenario s1 {\n  suspend ag.c" . between(1, 30) . window(50) . "\n}\nscenario s2 {\n  withdraw " . one(@Caches::countries) . window(50) . "\n  scale supply " . one(@goods) . " of {A} by 50%\n}\n";
    return { seed => $seed, text => $text, file => spill("time-$seed.ent", $text) };
}

sub asks_time {
    my $day = one(text_of(some(900)), 'term.from', 'w.from', 'months(w.from, 1)', 'w.through - 3 d');
    my $figure = one('available(r)', 'needed(r)', 'margin(r)', "(margin(r) at $day)", "(available(r) + committed(A, r) at $day)", "(needed(r) at $day) * 2");
    my $spans = one('gaps(r)', 'thin(r)', 'other(r)', 'spans(margin(r) < ' . between(-3, 5) . ' t/yr)', 'spans(available(r) < 4 t/yr and needed(r) < 7 t/yr)');
    my $yes = one('depends(r)', 'used(r)', 'safe(r)', "$spans == []", "len($spans) > 1", "hhi(r) > 1000", 'r.layer == l1', 'suppliers(r, term) != {}', 'makers(r) > 2', "any(share(c, r) > 10% for c in producers(r))", "all(makers(i) > 1 for i in inputs(r))", 'B in suppliers(r, term)');
    my $number = one('hhi(r)', 'missing(r)', 'makers(r)', "len($spans)", "sum(months(v) for v in $spans)", "count($yes for i in inputs(r))" =~ s/for i/for _i/r, 'count(c for c in producers(r) where share(c, r) > 5%)', "sum(i * (months(term.from..v.through)) for v in $spans for i in 1..2)", 'sum(share(c, r) for i in inputs(r) for c in producers(i))' =~ s/share\(c, r\)/share(c, i)/r,
        "sum(m for i in 1..3 for m in i..4 where m != $_[0])");
    my $w = "for w in $spans";
    if (often(15)) {
        my $again = one($number, 'hhi(r)', 'hhi(r)', 'makers(r)', 'available(r)');
        return '(' . join(' + ', map { "([$again for r in resources] at " . text_of(some(900)) . ')' } 1 .. 3) . ')';
    }
    return one("[$number for r in resources]", "sum($number for r in resources where $yes)", "count($yes for r in resources)", "[r for r in resources where $yes]", "max($number for r in resources)", "min($figure for r in resources where $yes)" =~ s/\bw\./term./gr, "[$figure $w]" =~ s/ for w in/ for r in resources for w in/r, "sum($number for r in resources $w)" =~ s/for w in/for _w in/r,
        "[$spans for r in resources]", "[w for r in resources for w in $spans where months(w) > 2]", "any(months(w) > 10 for r in resources for w in $spans)", "{c for r in resources for c in producers(r) where share(c, r) > 15%}", "[$figure for r in resources]" =~ s/\bw\./term./gr, "sum($figure for r in resources for _c in suppliers(r, term))" =~ s/\bw\./term./gr, "{r: $number for r in resources where $yes}");
}

part('over time, in columns as in rows', 40, sub {
    my ($seed) = @_;
    my $draft = plain_draft($seed);
    my $compared = 0;
    for my $i (1 .. 14) {
        my $asked = asks_time(between(1, 4));
        $asked = "($asked)" . one('', ' at ' . text_of(some(900)), " without A", " without {B, C}", " under am", " under s1", " under s2", " without ag.c3", " without A at 2026-08-01") if often(60);
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
