# Sweeps over worlds: counts over resources that are looked up in tables of what countries and pairs change, lanes where
# that would take more, and the loop's own code where a world lacks three. The same answers in all ways.
package Caches;
use strict;
use warnings;

my $rules = <<'END';
rule bare(r: resource) = suppliers(r, term) == {} or any(bare(i) for i in inputs(r))
rule weak(r: resource) = count(c for c in suppliers(r)) < 2 or any(weak(i) for i in inputs(r))
rule cut(r: resource) = any(cut(i) for i in inputs(r)) or not any(committed(c, r) > 1 t/yr for c in suppliers(r))
rule vague(r: resource) = available(r) < needed(r) or any(vague(i) for i in inputs(r))
rule spare(r: resource) = r.layer == l3 or {} == suppliers(r, 2026-03-01..2027-12-31) or any(spare(u) for u in uses(r))
rule double(r: resource) = any(double(i) for i in inputs(r)) or nobody(r, term) or any(double(u) for u in uses(r)) or nobody(r, 2026-06-01..2026-12-31)
kind site { good: resource load: quantity[t/yr] along: set of site }
rule heavy(s: site) = s.load > 3 t/yr or nobody(s.good, term) or any(heavy(i) for i in s.along)
rule light(s: site) = nobody(s.good, term) or any(light(i) for i in s.along)
rule odd(r: resource) = (suppliers(r, term) != {} and r.layer == l1) or any(odd(i) for i in inputs(r))
fn nobody(r: resource, t: range): bool = suppliers(r, t) == {}
fn sound(r: resource): bool = not bare(r)
fn sound(l: layer): bool = count(sound(r) for r in resources where r.layer == l) >= 60% * count(r for r in resources where r.layer == l)
fn lost(w: set of country, l: layer): bool = sound(l) and not (sound(l) without w)
END

# Resources in chains and circles, each with no supplier, or with up to four. dense: mostly one or two.
sub chains {
    my ($ncountry, $nresource, $dense) = @_;
    my @countries = map { "C$_" } 1 .. $ncountry;
    my @parties = sample(between(2, $ncountry), @countries);
    my @goods = map { "g$_" } 1 .. $nresource;
    my $text = "use std.units\nuse std.coverage\nlayer l1\nlayer l2\nlayer l3\n" . join('', map { "country $_\n" } @countries);
    my $clauses = '';
    for my $i (1 .. $nresource) {
        $text .= "resource g$i { layer: l" . between(1, 3) . " unit: t/yr }\n";
        $text .= "site s$i { good: " . one(@goods) . ' load: ' . one('2 t/yr', '5 t/yr', "capacity(C1, g$i)") . ' along: ' . set(map { s/g/s/r } often(40) ? up_to(2, @goods) : ()) . " }\n";
        $text .= "supply g$i { C1: 4 t/yr }\n" if often(30);
        $text .= "demand g$i: " . between(1, 4) . " t/yr\n" if often(70);
        my @inputs = grep { $_ ne "g$i" } up_to(2, often(10) ? @goods : @goods[0 .. $i - 1]);
        $text .= "requires g$i { " . join(', ', @inputs) . " }\n" if @inputs && often(60);
        next if often(5);
        my @by = sample($dense ? between(1, 2) : one(1, 2, 2, 3, 4), @parties);
        for my $k (0 .. $#by) { $clauses .= "  clause c${i}_$k: $by[$k] shall supply " . one(1, 2, '2.5', 4) . " t/yr of g$i" . window(15, 0, 700) . "\n" }
    }
    $text .= "agreement ag {\n  parties: " . set(@parties) . "\n  term: 2026-01-01..2028-12-31\n$clauses}\n$rules";
    $text .= 'let places = [' . join(', ', @countries) . "]\nlet pairs = [{places[a], places[b]} for a in 1..len(places) for b in a..len(places)]\n";
    $text .= 'let sites = ' . set(map { "s$_" } 1 .. $nresource) . "\n";
    $text .= 'let mixed = [' . join(', ', '{}', map({ set(up_to(2, @countries)) } 1 .. 9), map { "{$_, $_}" } sample(2, @countries)) . "]\n";
    $text .= 'let larger = [' . join(', ', map { set(up_to(4, @countries)) } 1 .. 6) . "]\n";
    return ($text, \@countries, \@goods);
}

sub sweep {
    my ($countries, $goods) = @_;
    my ($r, $n) = (one(@$goods), between(1, 3));
    my $rule = sub { one('bare(r)', 'not bare(r)', 'sound(r)', 'weak(r)', 'cut(r)', 'not cut(r)', 'covered(r)', 'vague(r)', 'spare(r)', 'double(r)', 'not double(r)', 'odd(r)') };
    my $over = sub { one('resources', 'resources', "resources where r.layer == l$n", 'resources where needed(r) > 2 t/yr', "members(l$n)", '[' . join(', ', map { one(@$goods) } 1 .. 4) . ']', 'resources where cut(r)', "inputs($r)") };
    my $agg = sub { return one('count', 'any') . '(' . one('heavy', 'light', 'not heavy') . '(s) for s in sites)' if often(15); my $is = $rule->(); one(('count') x 4, 'any', 'all') . "($is for r in " . $over->() . ')' };
    my $figure = sub { 'count(' . $rule->() . ' for r in ' . $over->() . ')' };
    my $world = one(('w') x 6, '{a, b}', '{a, b}', '{a, ' . one(@$countries) . '}', 'a', '{a, a}');
    my $for = $world =~ /b/ ? 'for a in places for b in places where a != b' : $world =~ /a/ ? 'for a in places' : 'for w in ' . one('pairs', 'pairs', 'mixed', 'mixed', 'larger', '[{c} for c in places]');
    my $without = sub { '(' . $_[0] . " without $world)" };
    my $f = $without->($figure->());
    return one('[' . $without->($agg->()) . " $for]", '[' . $without->($agg->()) . " $for]", "sum($f $for)", "max($f $for)", "[($f, ) $for]" =~ s/\((.*), \)/$1 - $n/r,
        "count($f > $n $for)", 'sum(' . $without->("sum(if bare(r) then $n else 2 for r in resources)") . " $for)", '[' . $without->("bare($r)") . " $for]",
        '[' . $without->("sound(l$n)") . " $for]", '[' . $without->("covered(l$n)") . " $for]", '[' . $without->('count(sound(r) for l in layers for r in resources where r.layer == l)') . " $for]",
        ('[(' . one('s.load', "s.load > $n t/yr", 'covered(s.good)') . ' without {a}) for a in places for s in sites]', "[(count(s.load > $n t/yr for s in sites) without {a}) for s in sites for a in places]" =~ s/for s in sites for a/for a/r) x 2,
        "[[$f, " . $without->($figure->()) . ', ' . $without->($figure->()) . "] $for]", "let xs = [$f $for]; sum(i * xs[i] for i in 1..len(xs))",
        $world eq 'w' ? ("[count(lost(w, l) for l in layers) $for]", "[[l for l in layers where lost(w, l)] $for]") : ());
}

part('sweeps', 24, sub {
    my ($seed) = @_;
    seed($seed);
    my ($text, $countries, $goods) = chains(between(2, 12), between(3, 24), often(40));
    my $draft = { seed => $seed, text => $text, file => spill("$seed.ent", $text) };
    my $compared = 0;
    for (1 .. 14) {
        my $asked = sweep($countries, $goods);
        $asked = "($asked) at " . text_of(some(1100)) if often(70);
        $compared += compared($draft, $asked);
    }
    unlink $draft->{file};
    return $compared;
});

# What is too much for a table: more cuts than are kept, more countries than it has places for, more pairs than lanes would
# take steps; and, counted by a sum, more lanes than one block takes.
sub large {
    my ($ncountry, $sole, $n) = @_;
    my @pairs = map { my $c = $_; map { [$c, $_] } $c + 1 .. $ncountry } 1 .. $ncountry;
    my $text = "use std.units\nlayer l1\nrule bare(r: resource) = suppliers(r, term) == {} or any(bare(i) for i in inputs(r))\n";
    $text .= "country C$_\n" for 1 .. $ncountry;
    for my $i (1 .. $n) { $text .= "resource g$i { layer: l1 unit: t/yr }\n" . ($i > 1 ? "requires g$i { g" . ($i - 1) . " }\n" : '') }
    $text .= "agreement ag {\n  parties: countries\n  term: 2026-01-01..2028-12-31\n";
    for my $i (1 .. $n) {
        my @by = $sole ? $i % $ncountry + 1 : @{ $pairs[$i - 1] };
        $text .= "  clause c${i}_$_: C$_ shall supply 1 t/yr of g$i\n" for @by;
    }
    return { seed => 0, text => "$text}\n", file => spill("large.ent", "$text}\n") };
}
for my $kind ([80, 0, 'cuts'], [520, 0, 'countries'], [80, 1, 'pairs']) {
    my ($ncountry, $sole, $what) = @$kind;
    my $draft = large($ncountry, $sole, 3000);
    ok(compared($draft, '[(count(bare(r) for r in resources) without w) for w in [{C1, C2}, {C3, C4}, {C2, C70}, {C1}, {}, {C7, C7}]]'), "many $what: as element by element");
    my $got = Drive::run('eval', $draft->{file}, 'let c = [x for x in countries]; let w = [{c[a], c[b]} for a in 1..80 for b in 1..80 for _i in 1..4]; '
        . 'let n = [(count(bare(r) for r in resources) without x) for x in w]; let m = [(sum(if bare(r) then 1 else 0 for r in resources) without x) for x in w]; "{n == m} {len(n)} {max(n)}"');
    is("$got->{out}$got->{err}", "true 25_600 3000\n", "many $what: counted in two ways");
}

1;
