# Lists that loops in columns make are columns themselves until somebody asks for a value: whatever is asked of them, in
# whatever order, must be what the same lists give when they are made value by value.
package Caches;
use strict;
use warnings;

my $functions = <<'END';
rule bare(r: resource) = suppliers(r, term) == {} or any(bare(i) for i in inputs(r))
fn hit(w: set of country): number = count(bare(r) for r in resources) - (count(bare(r) for r in resources) without w)
fn parity(x: number): number = x mod 2
let all = sorted(countries)
END

# What a list is made of, and whether that is a number (n), a quantity (q), a date (d), a set of countries (s), an entity (e) or a text (t).
sub element {
    my $n = between(1, 9);
    return one([n => one("i * $n", 'i', "i / 4 - $n", "i mod $n", "if i > $n then i else 0.5", "i ^ 2 * 0.25", "sum(j for j in 1..3 where j > i)", "hit({all[i mod len(all) + 1]})", "9_223_372_036_854_775_000 + i * $n * $n", "10 / (i - $n)", ("if i > 1500 then " . one('i / 4', 'i / 3', "hit({A})") . ' else i') x 2)],
        [q => one("i * $n t", "i * 1 t - $n kg", "sum(j * 1 t for j in 1..$n where j > i)", "if i > $n then i * 1 t/yr else 2 t/yr", "available(r" . between(1, 3) . ") * i")],
        [d => one("2026-01-01 + i * 3 d", "if i > $n then 2027-05-01 else 2026-02-01 + i * 1 d")],
        [s => one('{all[i mod len(all) + 1], all[i * i mod len(all) + 1]}', '{all[i mod len(all) + 1]}', '{A, all[i mod len(all) + 1]}', '{all[1], all[2], all[i mod len(all) + 1]}', 'if i mod 2 == 0 then {all[2], all[1]} else {all[i mod len(all) + 1], B}', 'if i > 1500 then {A, B, C} else {A, all[i mod len(all) + 1]}')],
        [e => 'all[i mod len(all) + 1]'], [t => '"x{i}"']);
}
sub list_of {
    my ($kind, $x) = @{ +shift };
    my $n = $x =~ /1500/ ? 3000 : one(0, 1, 2, 3, 4, 5, 24, 40, 60, 3000);
    return one("[$x for i in 1..$n]", "[$x for i in 1..$n]", "[$x for i in 1..$n where i mod 3 != 1]", "[if k == 1 then $x else $x for k in 1..2 for i in k..$n]", "[$x for i in [j * 2 for j in 1..$n]]");
}

# Of xs, which is such a list; each is a text.
sub asked {
    my ($kind) = @_;
    my $k = between(1, 6);
    my @any = ('len(xs)', 'xs == [x for x in xs]', 'len([x for x in xs where x != xs[1]])', "if len(xs) >= $k then [xs[$k]] else []", "[xs[i] for i in 1..len(xs) where i mod $k == 0]", 'count(x == y for x in xs for y in xs where x == xs[1])',
        'len({x for x in xs})', 'xs[len(xs) + 1]', 'len(xs + xs)', 'xs + [xs[1]] == xs', 'len([xs, xs])', "any(x == xs[$k] for x in xs)", 'all(x in xs for x in xs)', '[[x] for x in xs where x == xs[1]]', 'len([[x, x] for x in xs])', '[y for x in [xs] for y in x where y != xs[2]]', '({1: xs})[1] == xs');
    my %of = (
        n => ['sum(xs)', 'max(x for x in xs)', 'min(xs)', 'sum(x * x for x in xs)', 'sum(i * xs[i] for i in 1..len(xs))', 'sorted(xs)', '[x / 2 for x in xs where x > 1]', '[if x > 2 then x else -x for x in xs]', 'sum(parity(x) for x in xs where x mod 1 == 0)', 'sum(xs[i] - xs[len(xs) - i + 1] for i in 1..len(xs))'],
        q => ['sum(xs)', 'max(xs)', '[x * 2 for x in xs]', '[x > 0 for x in xs]', 'sum(x - xs[1] for x in xs)', 'count(x == 0 for x in xs)'],
        d => ['max(xs)', '[x + 1 d for x in xs]', 'count(x in term for x in xs)', '[xs[i] - xs[1] for i in 1..len(xs)]', 'sorted(xs)'],
        s => ['[hit(x) for x in xs]', '[hit({}) - hit(x) for x in xs where A in x]', 'sum(hit(x) for x in xs)', '[len(x) for x in xs]', '[c for x in xs for c in x]', 'count(A in x for x in xs)', 'any(x == {} for x in xs)', '[x + {B} for x in xs]', '[(count(bare(r) for r in resources where r.critical) without x) for x in xs]', 'count(any(bare(r) for r in resources) without x for x in xs)', '[(count(bare(r) for r in resources) without {c, A}) for x in xs for c in x]', 'sum((count(bare(r) for r in resources) without xs[i]) for i in 1..len(xs))', '[committed(A, r1) without x for x in xs]', 'all((bare(r1) without x) implies A in x for x in xs)'],
        e => ['sorted(xs)', '[{x} for x in xs]', 'count(x == A for x in xs)', '[committed(x, r1) for x in xs]'],
        t => ['join(xs, "")', 'sorted(xs)', '["{x}y" for x in xs]']);
    return one(@any, (@{ $of{$kind} }) x 2);
}

part('lists that are columns as lists of values', 30, sub {
    my ($seed) = @_;
    my $draft = world_draft($seed, $functions) or return 0;
    my ($compared, $at) = (0, ' at ' . one(@{ $draft->{days} }));
    for my $i (1 .. 16) {
        my $element = element();
        my $text = 'let xs = ' . list_of($element) . '; "' . join('|', map { '{' . asked($element->[0]) . '}' } 1 .. between(1, 4)) . '"';
        $text = "($text)" . one('', '', $at, ' under ' . one(@{ $draft->{scenarios} }));
        my ($rows, $columns) = map { Drive::run('eval', '--columns', $_, $draft->{file}, $text) } qw(never always);
        my ($wanted, $got) = map { "$_->{code}: " . ($_->{out} =~ s/^unknown: (.*)$/'unknown: ' . join '; ', sort split m{; }, $1/emgr) . $_->{err} } $rows, $columns;
        $compared++ if $rows->{code} == 0 || $rows->{code} == 3;
        differ($draft, $text, $wanted, $got) if $wanted ne $got;
        print STDERR "$rows->{code} $text\n   $rows->{out} $rows->{err}\n" if $ENV{LISTS_SHOW};
    }
    unlink $draft->{file};
    return $compared;
});

1;
