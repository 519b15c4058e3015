#!/usr/bin/perl
# The time from start to prompt in a pseudo-terminal, `entente repl` and `lua5.4 -i` in turn: the ratio of medians.
# usage: prompt.pl ENTENTE PAIRS, from the repository root
use strict;
use warnings;
use File::Temp;
use Time::HiRes qw(time);
require './tests/terminal.pl';

my ($entente, $pairs) = @ARGV;
my $dir = File::Temp::tempdir(CLEANUP => 1);
my %env = (XDG_STATE_HOME => $dir, XDG_CONFIG_HOME => $dir, HOME => $dir);
my @asked = ([qr/^entente>\z/, $entente, 'repl'], [qr/^>\z/m, 'lua5.4', '-i']);
my @took;
for my $i (1 .. $pairs) {
    for my $which (0, 1) {
        my ($prompt, @command) = @{ $asked[$which] };
        my $from = time;
        my $t = Terminal->start({ env => \%env }, @command) or die "no pseudo-terminal\n";
        $t->sees($prompt) or die "no prompt of @command\n";
        push @{ $took[$which] }, time - $from;
        $t->kill('KILL');
        $t->ended;
    }
}
my ($ours, $peers) = map { (sort { $a <=> $b } @$_)[@$_ / 2] } @took;
printf "%-48s %5.2f   (%d pairs)\n", "start to prompt, entente repl : lua5.4 -i", $ours / $peers, $pairs;
