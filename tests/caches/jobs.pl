# One draft judged by several processes, which say what one says: findings, their order, what is missing and what would settle it,
# the matrix, tests, and what loops come to.
package Caches;
use strict;
use warnings;

my @loops = (
    'sum(x * x + 3 for x in 1..4000)', 'count(x * 3 > 400 for x in 1..3000)', '[x * 2 for x in 1..2000 where x * 3 > 5500]', 'max(x * 7 - 3 for x in 1..2500)',
    'min(1 / x for x in 1..2000)', 'any(1 / (x - 700) > 3 for x in 1..2000)', 'all(x < 1990 for x in 1..2000)', 'len({x - x mod 7 for x in 1..2000})',
    'sum(x * y for x in 1..60 for y in 1..60 where y > x)', '[count(covered(r) for r in resources) without {c, d} for c in parties for d in parties]',
    '[count(covered(r) for r in resources) - (count(covered(r) for r in resources) without w) for w in [{c} for c in countries for _i in 1..200]]',
);

sub checks {
    my @names = map { $_->[0] } my @fors = (
        ['r', 'for r in resources'], ['r', 'for r in resources for c in countries'], ['r', 'for c in parties for r in resources where r.critical'],
        ['r', 'for r in members(l1)'], ['r', 'for n in 1..7 for r in resources where n > 2'], ['r', 'for r in [' . join(', ', map { one(@Caches::resources) } 1 .. 6) . ']'],
        ['r', 'for c in producers(' . one(@Caches::resources) . ') for r in resources']);
    my @require = ('covered(R)', 'available(R) >= needed(R)', 'rank(R) >= 3', 'share(' . one(@Caches::countries) . ', R) < 50%', 'available(R) > 3 t/yr else warn "only {available(R)} of {R}"',
        'not resilient(R) else note "fine: {R}"', '(covered(R) without ' . one(@Caches::countries) . ') at ' . text_of(some(900)), 'potential(R) + needed(R) > 7 t/yr else warn "little"', 'capacity(' . one(@Caches::countries) . ', R) > capacity(' . one(@Caches::countries) . ', R)', 'committed(' . one(@Caches::countries) . ', R) > 0');
    my $text = '';
    for my $i (1 .. between(2, 6)) {
        my $for = one(@fors);
        $text .= "check j$i \"J $i\" $for->[1] {\n" . join('', map { '  require ' . one(@require) =~ s/\bR\b/$for->[0]/gr . "\n" } 1 .. between(1, 3)) . "}\n";
    }
    return $text . "check alone { require covered($Caches::resources[0]) }\n" . join '', map { "test \"t$_\" { expect " . one(@require) =~ s/ else .*//r =~ s/\bR\b/one(@Caches::resources)/ger . " }\n" } 1 .. 4;
}

# What a loop that was divided came to is remembered, for as long as all of its pieces hold: each is about another resource, the first about one that never changes.
my $kept = <<'END';
resource calm { layer: l1 unit: t/yr }
let goods = [calm] + [r for r in resources where r != calm]
let parts = sum(needed(goods[(i - i mod 300) / 300 + 1]) + committed(A, goods[(i - i mod 300) / 300 + 1]) for i in 1..1490)
let far = sum(needed(r) * i + available(r) * (i mod 3) for i in 1..700 for r in resources)
let who = [count(committed(c, r) > 1 t/yr for r in resources) + i mod 2 for i in 1..600 for c in countries]
END
sub over_days {
    my ($draft) = @_;
    my @days = @{ $draft->{days} };
    return 'let xs = [' . join(', ', map { '(' . one('far', 'parts', 'parts', 'sum(who)') . ' at ' . one(@days) . ')' } 1 .. 8) . ']; xs';
}

sub same {
    my ($draft, $command, @rest) = @_;
    my @got = map { Drive::run($command, '--jobs', $_, '--jobs-after', 0, @rest) } 1, 3;
    return $got[0]{code} != 2 if join("\0", %{ $got[0] }{qw(code out err)}) eq join("\0", %{ $got[1] }{qw(code out err)});
    my ($a, $b) = map { [split /\n/, "$_->{code}\n$_->{err}$_->{out}"] } @got;
    my ($i) = grep { ($a->[$_] // '') ne ($b->[$_] // '') } 0 .. @$a;
    differ($draft, "$command @rest, line $i", $a->[$i] // 'nothing', $b->[$i] // 'nothing');
    return 1;
}

part('several processes say what one says', 15, sub {
    my ($seed) = @_;
    my $draft = world_draft($seed) or return 0;
    $draft->{text} .= checks() . $kept;
    Drive::spill($draft->{file}, $draft->{text});
    my $n = same($draft, 'check', '--format', one(qw(json text tap)), $draft->{file});
    $n += same($draft, 'check', '--max-steps', between(2, 60) * 1000, $draft->{file});
    $n += same($draft, 'test', $draft->{file});
    $n += same($draft, 'eval', $draft->{file}, sample(3, @loops));
    $n += same($draft, 'eval', $draft->{file}, over_days($draft));
    unlink $draft->{file};
    return $n;
});

1;
