#!/usr/bin/perl
# Each example says what its NAME.expected says: first the line `exit N`, then all of stdout. UPDATE=1 rewrites them.
# A first line `# run: OPTION...` gives options for `entente check`.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my @drafts = @ARGV ? @ARGV : sort glob 'examples/*/*.ent';
plan(skip_all => 'no examples') unless @drafts;

my %shown;
for my $draft (@drafts) {
    my $folder   = $draft =~ s{/[^/]*$}{}r;
    my $expected = $draft =~ s/\.ent$/.expected/r;
    $shown{$folder} //= 0;
    next unless -e $expected;
    $shown{$folder}++;
    my ($options) = Drive::slurp($draft) =~ /\A# run: (.*)/;
    my $got  = Drive::run('check', split(' ', $options // ''), $draft);
    my $text = "exit $got->{code}\n$got->{out}";
    my $want = Drive::slurp($expected);
    if ($ENV{UPDATE} && $text ne $want) {
        Drive::spill($expected, $text);
        diag("rewritten: $expected");
        $want = $text;
    }
    ok($text eq $want, $draft) and next;
    my @got  = split /\n/, $text, -1;
    my @want = split /\n/, $want, -1;
    my $line = 0;
    $line++ while $line < @got && $line < @want && $got[$line] eq $want[$line];
    diag('they part in line ' . ($line + 1) . ' (UPDATE=1 prove tests/examples.t rewrites; read the diff):');
    diag('wanted: ' . ($want[$line] // '(the end)'));
    diag('gave:   ' . ($got[$line]  // '(the end)'));
    diag("stderr: $got->{err}") if length $got->{err};
}
ok($shown{$_}, "$_ has an expected output") for sort keys %shown;
done_testing();
