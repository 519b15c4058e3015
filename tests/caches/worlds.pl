# Questions about other days and worlds, all asked in one run, against each in a process of its own; and spans() against
# the single days it speaks of.
package Caches;
use strict;
use warnings;

# What is known of a resource, as functions of the draft, since only they are remembered; and what std.coverage makes of it.
my @both = qw(committed capacity share blocked intended demanded);
my @one  = qw(needed suppliers has_need stockpiled clauses inputs carried exposure producers);
my %gives = (share => 'number', exposure => 'number', blocked => 'bool', has_need => 'bool', suppliers => 'set of country', producers => 'set of country',
    clauses => 'set of clause', inputs => 'set of resource');
my $functions = join '', map({ "fn my_$_(c: country, r: resource): " . ($gives{$_} // 'quantity') . " = $_(c, r)\n" } @both),
    map({ "fn my_$_(r: resource): " . ($gives{$_} // 'quantity') . " = $_(r)\n" } @one);

sub question {
    my ($c, $r) = (one(@Caches::countries), one(@Caches::resources));
    return one(map({ "my_$_($c, $r)" } @both), map({ "my_$_($r)" } @one), map({ "$_($r)" } qw(covered uncovered resilient status available)),
        'rank(l1)', 'status(l2)', 'parties');
}

sub sentence {
    my ($c, $r) = (one(@Caches::countries), one(@Caches::resources));
    return one("covered($r)", "known(committed($c, $r)) and committed($c, $r) > 0", "status($r) == \"soft\"", "blocked($c, $r)", 'known(rank(l1)) and rank(l1) >= 2');
}

# All at once, and one by one: a few questions about a few worlds over and over, so that answers are there to be used again.
sub batch {
    my ($draft, $n) = @_;
    my @questions = map { question() } 1 .. 6;
    my @worlds = ('', '', ' without ' . one(@Caches::countries), ' without ' . set(sample(2, @Caches::countries)), ' under ' . one(@{ $draft->{scenarios} }), world($draft));
    my @days = sample(12, @{ $draft->{days} });
    my @asked = map { '"{(' . one(@questions) . one(@worlds) . ' at ' . one(@days) . ')}"' } 1 .. $n;
    my @got = together($draft->{file}, @asked);
    for my $i (0 .. $#asked) {
        my ($alone) = together($draft->{file}, $asked[$i]);
        next if defined $alone && ($got[$i] // '') eq $alone;
        # One question before it may be enough.
        my ($cause) = grep { ((together($draft->{file}, $_, $asked[$i]))[1] // '') ne ($alone // '') } @asked[0 .. $i - 1];
        differ($draft, $asked[$i], $alone, $got[$i], 'asked after: ' . ($cause // join ', ', @asked[0 .. $i - 1]));
    }
    return $n;
}

sub spans {
    my ($draft) = @_;
    my ($is, $world) = (sentence(), world($draft));
    my $asked = "spans(known($is) and ($is))$world";
    my $got = Drive::run('eval', $draft->{file}, $asked, 'term');
    my ($spans, $term) = split /\n/, $got->{out};
    if ($got->{code}) { differ($draft, $asked, 'a list of spans', $got->{err}); return 0 }
    my ($first, $last) = $term =~ /^(\S{10})\.\.(\S{10})$/ or die "no term: $term";
    my @days = grep { $_ ge $first && $_ le $last } @{ $draft->{days} }, map { text_of(some(1201)) } 1 .. 5;
    @days = sample(15, @days);
    my @alone = Drive::run('eval', $draft->{file}, '[' . join(', ', map { "(known($is) and ($is))$world at $_" } @days) . ']')->{out} =~ /\w+/g;
    my @spans = $spans =~ /(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)/g;
    for my $i (0 .. $#days) {
        my $in = grep { $spans[2 * $_] le $days[$i] && $days[$i] le $spans[2 * $_ + 1] } 0 .. @spans / 2 - 1;
        differ($draft, $asked, "$days[$i]: " . ($alone[$i] // 'no answer'), $spans) if ($alone[$i] // '') ne ($in ? 'true' : 'false');
    }
    return scalar @days;
}

part('asked together as alone', 30, sub {
    my ($seed) = @_;
    my $draft = world_draft($seed, $functions) or return 0;
    my $compared = batch($draft, 60);
    $compared += spans($draft) for 1 .. 4;
    unlink $draft->{file};
    return $compared;
});

1;
