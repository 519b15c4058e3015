# A good draft, spoilt: cut off at any place, with any byte changed, left out, doubled, or a piece moved. Whatever comes
# of it, it is a verdict or messages with places. HOSTILE_RUNS: how many (300); HOSTILE_SEED: from where (1).
package Hostile;
use strict;
use warnings;
use Test::More;
our $dir;

my $whole = Drive::slurp('tests/hostile/rich.ent');
my $runs  = $ENV{HOSTILE_RUNS} || 300;
my $seed  = $ENV{HOSTILE_SEED} || 1;
my @words = ($whole =~ /(\w+|\S)/g, '{', '}', '(', ')', '"', '[', ']', "\n", '#', '9' x 50, '..', '==', "\xc3", "\0", 'at', 'without', 'not', '-', '%', '^');
file('spoilt/more.ent', Drive::slurp('tests/hostile/more.ent'));

# The same numbers on every machine.
sub some { my ($n) = @_; $seed = ($seed * 1103515245 + 12345) % 2147483648; return int($seed / 65536) % $n }

my ($bad, %codes) = (0);
for my $run (1 .. $runs) {
    my $text = $whole;
    my $at   = some(length $text);
    my $kind = $run % 7;
    if    ($kind == 0) { $text = substr $text, 0, $at }
    elsif ($kind == 1) { substr($text, $at, 1) = chr some(256) }
    elsif ($kind == 2) { substr($text, $at, 1 + some(8)) = '' }
    elsif ($kind == 3) { substr($text, $at, 0) = $words[some(scalar @words)] }
    elsif ($kind == 4) { substr($text, $at, 0) = substr $text, some(length $text), some(60) }
    elsif ($kind == 5) { my @w = $text =~ /(\w+|\W+)/g; my ($i, $j) = (some(scalar @w), some(scalar @w)); @w[$i, $j] = @w[$j, $i]; $text = join '', @w }
    else { my @l = split /^/, $text; my ($i, $j) = (some(scalar @l), some(scalar @l)); @l[$i, $j] = @l[$j, $i]; splice @l, some(scalar @l), 1; $text = join '', @l }
    my $file = file('spoilt/x.ent', $text);
    my $got = run({}, 'check', $file);
    my @found = grep { $_->{severity} eq 'error' } Drive::diagnostics($got->{err});
    my $why = broken($got) || '';
    if (!$why && $got->{code} == 2) {
        $why = 'no error is named' if !@found;
        $why = 'an error without a place' if grep { !$_->{line} } @found;
        $why = 'a report beside errors' if length $got->{out};
    }
    $why ||= 'an error, but no exit 2' if $got->{code} != 2 && @found;
    $codes{ $got->{code} }++;
    next if !$why;
    $bad++;
    Drive::spill("/tmp/entente-spoilt-$run.ent", $text);
    diag("run $run: $why; kept as /tmp/entente-spoilt-$run.ent");
    diag(substr $got->{err}, 0, 500);
}
is($bad, 0, "$runs spoilt drafts (" . join(', ', map { "exit $_: $codes{$_}" } sort keys %codes) . ')');

1;
