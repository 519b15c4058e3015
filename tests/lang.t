#!/usr/bin/perl
# Programs of the language: tests/lang/**/*.ent, each with its questions and their answers in comments (tests/README.md).
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my @files = @ARGV ? @ARGV : Drive::files('tests/lang', '.ent');
plan(skip_all => 'no tests in tests/lang') unless @files;

for my $file (@files) {
    my $text = Drive::slurp($file);
    next if $text =~ /^# helper\b/m;    # imported by another
    my (@asked, @eval_args, @check_args);
    for (Drive::notes($text, qw(eval eval-args check check-args expect exit error))) {
        my ($word, $is, $line) = @$_;
        my $last = $asked[-1];
        if ($word eq 'eval-args') { @eval_args  = split ' ', $is; next }
        if ($word eq 'check-args') { @check_args = split ' ', $is; next }
        if ($word eq 'eval') {
            push @asked, { eval => 1, expr => $is, lines => [], exit => 0, args => [@eval_args], name => "$file:$line $is" };
        } elsif ($word eq 'check') {
            push @asked, { code => $is, lines => [], args => [@check_args], name => "$file:$line check" };
        } elsif (!$last) {
            fail("$file:$line: # $word: before any # eval: or # check:");
        } elsif ($word eq 'expect') {
            push @{ $last->{lines} }, $is;
        } elsif ($last->{eval}) {
            $last->{$word} = $is;
        } else {
            fail("$file:$line: # $word: belongs to an # eval:; a check has its code in # check: CODE");
        }
    }
    fail("$file asks nothing: no # eval: and no # check:") unless @asked;

    while (my $next = shift @asked) {
        if (!$next->{eval}) { check($file, $next); next }
        my @group = $next;
        push @group, shift @asked while @asked && $asked[0]{eval} && "@{$asked[0]{args}}" eq "@{$next->{args}}";
        for (@group) {
            $_->{want} = join '', map { "$_\n" } @{ $_->{lines} };
            fail("$_->{name}: no # expect:") if $_->{want} eq '' && !$_->{exit};
        }
        Drive::evals($file, $next->{args}, grep { $_->{want} ne '' || $_->{exit} } @group);
    }
}
done_testing();

# The exit code, and each expected text somewhere in the output, in this order.
sub check {
    my ($file, $case) = @_;
    my $got = Drive::run('check', @{ $case->{args} }, $file);
    my $all = $got->{out} . $got->{err};
    my ($at, $absent) = (0);
    for (@{ $case->{lines} }) {
        my $found = index $all, $_, $at;
        if ($found < 0) { $absent = $_; last }
        $at = $found + length;
    }
    ok($got->{code} eq $case->{code} && !defined $absent, $case->{name}) and return;
    diag("wanted exit $case->{code}");
    diag("not found, or not in this order: $absent") if defined $absent;
    Drive::show($got);
}
