# Drafts of plain facts over time, with now and then one that is not, and loops over them.
package Caches;
use strict;
use warnings;

our @goods = map { "g$_" } 1 .. 9;
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
    return '{ ' . join(', ', map({ "$_: 0%" } @who[1 .. $#who]), "$who[0]: 100%") . ' }' if often(5);
    return "{ $who[0]: 30%" . window(30) . ", " . join(', ', map { "$_: " . 70 / (@who - 1) . '%' . (often(10) ? window(30) : '') } @who[1 .. $#who]) . ' }' if (@who == 2 || @who == 3) && often(25);
    return '{ ' . join(', ', (map { "$_: " . (often(92) ? between(1, 24) . '%' : one('3 t/yr', '2.5 t/yr', 'at_least(5%)')) . window(30) } @who), often(15) ? 'rest: 2%' : ()) . ' }';
}
sub plain_clause {
    my ($n, $odd, $parties, @term) = @_;
    my $c = one(@$parties);
    my $much = one(3, 12, '2.5', '0.25', '7.125', 1000) . ' ' . one('t/yr', 't/yr', 't/yr', 'kg/yr');
    $much = one('0', '0.0000000001', '4_000_000_000_000_000_000', '9_223_372_036_854_775_807', '0.000_000_000_000_000_000_001', '1_000_000_000_000') . ' t/yr' if often(4);
    my $g = one(@goods);
    return "  clause c$n: jointly " . set(@$parties[0, 1]) . " shall supply $much of $g\n" if $odd && often(8);
    return "  clause c$n: $c shall supply $much of $g" . one(' to B', ' via ro1', ' when fl(A)', ' unless fl(B)') . window(50, @term) . "\n" if $odd && often(15);
    return "  clause c$n: $c shall supply {" . name_day($term[0]) . ": $much, " . name_day($term[0] + 90) . ": 2 t/yr} of $g\n" if often(5);
    return "  clause c$n: $c " . one(('shall') x 7, 'intends to') . ' ' . (often(95) ? 'supply' : 'buy') . " $much of $g" . window(70, @term) . "\n";
}
# more: gives text that goes into it, too.
sub plain_draft {
    my ($seed, $more) = @_;
    seed($seed);
    my $odd = often(40);
    my ($from) = between(0, 40);
    my @term = ($from, $from + between(300, 1400));
    my $text = "use std.units\nuse std.coverage\nlayer l1\nlayer l2\nroute ro1\ntable fl (c: country): bool default false\nfact fl(A) = true from 2026-05-01\n" . join('', map { "country $_\n" } @Caches::countries) . 'concern ' . join(', ', up_to(2, @Caches::countries)) . "\n";
    $text .= "resource $_ { layer: " . one('l1', 'l2') . ($odd && often(5) ? ' unit: kg/yr' : ' unit: t/yr') . " }\n" for @goods;
    for my $g (@goods) {
        $text .= "supply $g " . plain_supply() . "\n" if !$odd || often(90);
        $text .= "demand $g: " . (often(96) ? one(4, '6.5', 9, '0.125') : one('9_000_000_000_000_000_000', '0.000_000_000_1', 0)) . ' t/yr' . window(25) . "\n" if often(85);
        $text .= "demand $g { A: 3 t/yr" . window(40) . ", F: 0.5 t/yr }\n" if often(20);
        $text .= "requires $g" . window(10) . ' { ' . join(', ', map { $odd && often(20) ? "$_: 0.5 t/t" : $_ } sample(2, grep { $_ ne $g } @goods)) . " }\n" if often(60);
    }
    $text .= $over_time . ($more ? $more->() : '');
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
        "sum(m for i in 1..3 for m in i..4 where m != $_[0])", 'count(known(share(c, r)) for c in countries)', 'sum(share(c, r) for c in countries where known(share(c, r)))');
    my $w = "for w in $spans";
    if (often(15)) {
        my $again = one($number, 'hhi(r)', 'hhi(r)', 'makers(r)', 'available(r)');
        return '(' . join(' + ', map { "([$again for r in resources] at " . text_of(some(900)) . ')' } 1 .. 3) . ')';
    }
    return one("[share(c, r) for r in resources for c in countries]", "[$number for r in resources]", "sum($number for r in resources where $yes)", "count($yes for r in resources)", "[r for r in resources where $yes]", "max($number for r in resources)", "min($figure for r in resources where $yes)" =~ s/\bw\./term./gr, "[$figure $w]" =~ s/ for w in/ for r in resources for w in/r, "sum($number for r in resources $w)" =~ s/for w in/for _w in/r,
        "[$spans for r in resources]", "[w for r in resources for w in $spans where months(w) > 2]", "any(months(w) > 10 for r in resources for w in $spans)", "{c for r in resources for c in producers(r) where share(c, r) > 15%}", "[$figure for r in resources]" =~ s/\bw\./term./gr, "sum($figure for r in resources for _c in suppliers(r, term))" =~ s/\bw\./term./gr, "{r: $number for r in resources where $yes}");
}

1;
