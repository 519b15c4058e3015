#!/usr/bin/perl
# Each example says what its NAME.expected says: first the line `exit N`, then all of stdout. NAME.WORD.expected is what
# `entente eval NAME.ent WORD` says. UPDATE=1 rewrites them. Every draft has one, and by itself ends with 0, 1 or 3.
# A first line `# run: OPTION...` gives options for `entente check`.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my @drafts = @ARGV ? @ARGV : sort glob 'examples/*/*.ent';
plan(skip_all => 'no examples') unless @drafts;

# What a run gave, against what is kept in the file.
sub same {
    my ($name, $expected, $got) = @_;
    my $text = "exit $got->{code}\n$got->{out}";
    my $want = Drive::slurp($expected);
    if ($ENV{UPDATE} && $text ne $want) {
        Drive::spill($expected, $text);
        diag("rewritten: $expected");
        $want = $text;
    }
    ok($text eq $want, $name) and return;
    my @got  = split /\n/, $text, -1;
    my @want = split /\n/, $want, -1;
    my $line = 0;
    $line++ while $line < @got && $line < @want && $got[$line] eq $want[$line];
    diag('they part in line ' . ($line + 1) . ' (UPDATE=1 prove tests/examples.t rewrites; read the diff):');
    diag('wanted: ' . ($want[$line] // '(the end)'));
    diag('gave:   ' . ($got[$line]  // '(the end)'));
    diag("stderr: $got->{err}") if length $got->{err};
}

for my $draft (@drafts) {
    my $name = $draft =~ s/\.ent$//r;
    my ($options) = Drive::slurp($draft) =~ /\A# run: (.*)/;
    my $got = Drive::run('check', split(' ', $options // ''), $draft);
    ok($got->{code} =~ /^[013]$/, "$draft can be checked by itself") or diag($got->{err});
    Drive::spill("$name.expected", '') if $ENV{UPDATE} && !-e "$name.expected";
    if (-e "$name.expected") { same($draft, "$name.expected", $got) }
    else { fail("$draft has no expected output; UPDATE=1 writes it") }
    for my $expected (glob "$name.*.expected") {
        my ($word) = $expected =~ /\.(\w+)\.expected$/ or next;
        same("$draft $word", $expected, Drive::run('eval', $draft, $word));
    }
}
done_testing();
