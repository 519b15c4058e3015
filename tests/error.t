#!/usr/bin/perl
# Mistakes: each draft of tests/error/ gives exactly the diagnostics that its comments list, in their order, and, where
# it has lines  # help: , gives exactly these for them; and each
# code there is has such a draft, or a line in tests/error/ELSEWHERE, and an explanation.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my @files = @ARGV ? @ARGV : sort glob 'tests/error/*.ent';
my $diag_def = 'lang/source/diag.def';
plan(skip_all => 'no tests in tests/error') unless @files || -e $diag_def;

my %seen;
for my $file (@files) {
    my $text = Drive::slurp($file);
    next if $text =~ /^# helper\b/m;    # imported by another
    my @want = map {
        my ($severity, $is, $line) = @$_;
        $is =~ /^(\w+) +(?:(?:(\S+):)?(\d+):(\d+)|-)(?: +(.*))?$/
          ? { severity => $severity, code => $1, path => $2 // '', line => $3 // 0, col => $4 // 0, text => $5 // '' }
          : do { fail("$file:$line: not of the form  # $severity: CODE LINE:COL text"); () };
    } Drive::notes($text, qw(error warning));
    my @help = map { $_->[1] } Drive::notes($text, 'help');
    my ($exit) = map { $_->[1] } Drive::notes($text, 'exit');
    my ($args) = map { $_->[1] } Drive::notes($text, 'check-args');
    if (!@want) { fail("$file lists no # error: or # warning:"); next }
    $seen{ $_->{code} } = 1 for @want;

    my $got     = Drive::run('check', split(' ', $args // ''), $file);
    my @got     = Drive::diagnostics("$got->{out}\n$got->{err}");
    my $matches = @got == @want && !grep { !same($file, $want[$_], $got[$_]) } 0 .. $#want;
    my $helps = !@help || join("\n", @help) eq join("\n", map { $_->{help} } @got);
    diag('its help:', map { "\n  # help: $_->{help}" } @got) unless $helps;
    my $errors  = grep { $_->{severity} eq 'error' } @want;
    my $coded   = defined $exit ? $got->{code} eq $exit : $errors ? $got->{code} == 2 : Drive::understood($got);
    ok($matches && $helps && $coded, $file) and next;
    diag("exit $got->{code}, wanted " . ($exit // ($errors ? 2 : '0, 1 or 3'))) unless $coded;
    if (!$matches) {
        diag('it gave:');
        diag(line($file, $_)) for @got;
        diag('wanted:');
        diag(line($file, $_)) for @want;
        Drive::show($got) unless @got;
    }
}

if (-e $diag_def && !@ARGV) {
    my @codes = Drive::slurp($diag_def) =~ /^\s*DIAG\(\s*(\w+)/mg;
    my %known = map { $_ => 1 } @codes;
    my $list  = 'tests/error/ELSEWHERE';
    my %elsewhere = -e $list ? map { /^\s*(\w+)\s+(\S.*)/ ? ($1 => $2) : () } split /\n/, Drive::slurp($list) : ();
    my @bare     = grep { !$seen{$_} && !$elsewhere{$_} } @codes;
    my @unknown  = grep { !$known{$_} } sort(keys %seen), sort keys %elsewhere;
    my %says     = map { my $got = Drive::run('explain', $_); ($_ => $got->{code} == 0 ? $got->{out} : '') } @codes;
    my @silent   = grep { $says{$_} !~ /\S/ } @codes;
    # The examples stand behind two blanks, and end before two, or with a mark behind one.
    my ($examples, @torn) = (0);
    my $pages = Drive::slurp($diag_def);
    while ($pages =~ /DIAG\((\w+), \w+, ".*?",\n((?:\s*"(?:[^"\\]|\\.)*"\n?)*)/g) {
        my ($code, $quoted) = ($1, $2);
        my $text = $quoted =~ s/"\s*\n\s*"//gr =~ s/^\s*"|"\s*$//gr =~ s/\\(["\\])/$1/gr;
        for my $example ($text =~ /[ ]{2}(\S.*?)(?:[ ]{2}|[ ][.,;](?=[ ]|$)|$)/g) { $examples++; push @torn, "$code: $example" if index($says{$code}, $example) < 0 }
    }
    ok(!@bare && @codes, 'every code has a draft in tests/error, or a line in ELSEWHERE') or diag("without: @bare");
    ok(!@unknown, "every code tested is in $diag_def") or diag("not there: @unknown");
    ok($examples > 10 && !@torn, "no line of entente explain ends within one of $examples examples") or diag(join "\n", @torn);
    ok(!@silent, 'entente explain says something of every code') or diag("silent on: @silent");
}
done_testing();

# A place without a path is in the draft itself; a path may leave out its beginning.
sub same {
    my ($file, $want, $got) = @_;
    my $path = $want->{path} eq '' ? $want->{line} ? $file : '' : $want->{path};
    return $want->{severity} eq $got->{severity} && $want->{code} eq $got->{code}
      && $want->{line} == $got->{line} && $want->{col} == $got->{col}
      && ($got->{path} eq $path || $path ne '' && $got->{path} =~ m{(?:^|/)\Q$path\E$})
      && index($got->{text}, $want->{text}) >= 0;
}

# As a test would say it.
sub line {
    my ($file, $d) = @_;
    my $path = $d->{path} eq '' || $d->{path} eq $file ? '' : "$d->{path}:";
    return "# $d->{severity}: $d->{code} " . ($d->{line} ? "$path$d->{line}:$d->{col}" : '-') . " $d->{text}";
}
