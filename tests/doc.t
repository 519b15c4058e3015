#!/usr/bin/perl
# What `entente doc` prints. The examples in the library's documentation comments are true, and each function, rule, table and value of it has one.
# A line of a comment that is indented by four blanks is an example: EXPR  # => VALUE. What stands so in the comment at
# the top of a module is the draft that the module's examples are asked of; a library module named by it is used first.
use strict;
use warnings;
use File::Temp;
use Test::More;
require './tests/drive.t';

my $dir = File::Temp::tempdir(CLEANUP => 1);
my $list = Drive::run('doc')->{out};
my $plain = "$dir/plain.ent";
Drive::spill($plain, "let nothing = 0\n");
for my $path (@ARGV ? @ARGV : sort glob 'stdlib/*.ent') {
    my ($name)  = $path =~ m{([^/]+)\.ent$};
    my @groups  = groups(Drive::slurp($path));
    my $top     = @groups && !@{ $groups[0]{declares} } ? shift @groups : undef;
    ok($top, "std.$name says what it is for") or next;
    my $draft = "$dir/$name.ent";
    Drive::spill($draft, join '', "use std.$name\n", map { "$_->[0]\n" } @{ $top->{code} });
    my $shown = Drive::run('doc', "std.$name");
    my $whole = join "\n", map { ($_->[0] // '') =~ s/^(?=.)/        /r } @{ $top->{code} };
    ok($shown->{code} == 0 && $shown->{out} =~ /^std\.$name\n    \Q$top->{prose}[0]\E/ && $shown->{out} =~ /\Q$whole\E/, "entente doc std.$name");
    like($list, qr/^  std\.$name +[A-Z]/m, "entente doc lists std.$name");
    my @silent = grep { Drive::run('eval', $plain, $_)->{err} !~ /it comes with  use std\.$name$/m } $shown->{out} =~ /^(?!country|unit)[a-z]+ (\w+)/mg;
    ok(!@silent, "a draft without std.$name is told of it by its names") or diag("@silent");
    my @cases;
    for my $group (@groups) {
        my @told = grep { /^(?:fn|rule|table|let) / } @{ $group->{declares} };
        my ($first, @others) = map { /^\w+ (\w+)/ } @told;
        fail("std.$name: $_ has a comment of its own") for grep { $_ ne $first } @others;
        ok(@{ $group->{prose} }, "std.$name: $_ is described") for @told;
        if (@told) {
            my $one = Drive::run('doc', "std.$name.$first");
            my @missing = grep { index($one->{out}, "    $_\n") < 0 } @{ $group->{prose} }, map { "    $_->[0]" } @{ $group->{code} };
            my ($head) = $told[0] =~ /^(\w+ \w+)/;
            ok($one->{code} == 0 && $one->{out} =~ /^\Q$head\E\b/m && !@missing, "entente doc std.$name.$first") or diag("missing: @missing\n$one->{out}$one->{err}");
            ok(index($shown->{out}, "\n$head") > 0, "entente doc std.$name has $first");
        }
        ok((grep { $_->[0] =~ /\b$first\b/ } @{ $group->{code} }), "std.$name: $first has an example") if @told;
        for (@{ $group->{code} }) {
            my ($text, $line) = @$_;
            if ($text =~ /^(.*\S)\s*# => (.*?)\s*$/) { push @cases, { expr => $1, want => "$2\n", exit => 0, name => "$path:$line $1" } }
            else { fail("$path:$line: not of the form  EXPR  # => VALUE") }
        }
    }
    Drive::evals($draft, [], @cases);
}
own_file(), specified() unless @ARGV;
done_testing();

# The page of the specification lists every module's functions and tables, with the first sentence of each. UPDATE=1 writes it.
sub specified {
    my $made = '';
    for my $path (sort glob 'stdlib/*.ent') {
        my ($name) = $path =~ m{([^/]+)\.ent$};
        my @rows;
        my $shown = Drive::run('doc', "std.$name")->{out} =~ s/\(\n +/(/gr =~ s/,\n +/, /gr =~ s/\n\)/)/gr;
        my @heads;
        for (split /\n/, $shown) {
            if (/^(fn|rule|table|let) /) { push @heads, $_ }
            elsif (@heads && /^    (\S.*)/) { push @{ $heads[0]{text} }, $1 if ref $heads[0] or @heads = ({ head => [@heads] }) }
            elsif (@heads && !/^ {4}\S/) { push @rows, $heads[0] if ref $heads[0]; @heads = () }
        }
        push @rows, $heads[0] if @heads && ref $heads[0];
        next unless @rows;
        $made .= "\n| `std.$name` | |\n|---|---|\n";
        for (@rows) {
            my ($first) = join(' ', @{ $_->{text} }) =~ /^(.*?\.)(?: |$)/;
            $made .= '| ' . join('<br>', map { "`" . s/\|/\\|/gr . "`" } @{ $_->{head} }) . ' | ' . ($first =~ s/\.$//r =~ s/\|/\\|/gr) . " |\n";
        }
    }
    my $spec = Drive::slurp('SPEC.md');
    my ($is) = $spec =~ /^<!-- library: .*?-->\n(.*?)\n?<!-- end -->/ms;
    if ($ENV{UPDATE} && ($is // '') ne $made) { $spec =~ s/^(<!-- library: .*?-->\n).*?(<!-- end -->)/$1$made\n$2/ms; Drive::spill('SPEC.md', $spec); $is = $made }
    is($is, $made, 'SPEC.md lists the functions of the library');
}

# The same of a file, and of what is not there.
sub own_file {
    my $own = "$dir/own.ent";
    Drive::spill($own, <<'OWN');
# A licence.
## What this file is for.
##
## More of it.

use std.stack

## Twice x.
##     twice(2)  # => 4
fn twice(
  x: number
): number = 2 * x
fn twice(s: string): string = s + s
## Three forms.
fn twice(d: date): date = d

let bare = [1, 2]
let _own = 3
unit parsec "parsecs"
# no documentation
table price "Price" (l: layer): number default 5
check c { require bare == [1, 2] }
## A layer.
layer deep "Deep" { note: "x" }
OWN
    my $got = Drive::run('doc', $own);
    is($got->{out} =~ s/\Q$own\E/own.ent/r, <<'SHOWN', 'a file of one\'s own');
own.ent
    What this file is for.

    More of it.

fn twice(
  x: number
): number
fn twice(s: string): string
    Twice x.
        twice(2)  # => 4

fn twice(d: date): date
    Three forms.

let bare = [1, 2]
unit parsec "parsecs"
table price "Price" (l: layer): number default 5

layer deep "Deep" { note: "x" }
    A layer.
SHOWN
    is(Drive::run('doc', $own, 'deep')->{out}, "layer deep \"Deep\" { note: \"x\" }\n    A layer.\n", 'one name of it');
    Drive::spill("$dir/first.ent", "## Of a.\nlet a = 1\n");
    is(Drive::run('doc', "$dir/first.ent")->{out}, "$dir/first.ent\n\nlet a = 1\n    Of a.\n", 'a comment just above the first declaration is its own');
    Drive::spill("$dir/empty.ent", '');
    is(Drive::run('doc', "$dir/empty.ent")->{out}, "$dir/empty.ent\n", 'an empty file');
    Drive::spill("$dir/bad.ent", 'let = 3');
    for (['64', 'std.stak', 'std.stack?'], ['64', 'std.coverage.coverd', "did you mean 'covered'?"], ['64', 'std.units', 'covered', "declares no 'covered'"],
         ['64', 'nothing', 'there is no library module'], ['64', 'std.coverage.covered', 'more', 'there is no library module'], ['64', 'a', 'b', 'c', 'doc tells'],
         ['64', $own, 'dep', "did you mean 'deep'?"], ['64', $own, '_own', "declares no '_own'"], ['66', "$dir/none.ent", 'No such file'], ['2', "$dir/bad.ent", 'error[E0101]']) {
        my ($code, @args) = @$_;
        my $text = pop @args;
        my $got = Drive::run('doc', @args);
        ok($got->{code} == $code && $got->{out} eq '' && index($got->{err}, $text) >= 0, "doc @args: $code") or Drive::show($got);
    }
}

# What a module says and declares: {prose, code [text, line], declares}, one for each comment and each declaration
# without one. Functions of one name that follow each other share the comment above them.
sub groups {
    my ($text) = @_;
    my ($line, @found, $open) = (0);
    for (split /\n/, $text) {
        $line++;
        if (/^##\s{5}(.*)/) { push @{ $open->{code} }, [$1, $line] }
        elsif (/^##\s*(.*)/) { push @{ $open->{prose} }, $1 if length $1 }
        elsif (/^$/) { push @found, delete $open->{all} // $open if $open; undef $open }
        elsif (/^\w/ && !/^use /) { push @{ $open->{declares} }, $_ }
        $_->{prose} //= [], $_->{code} //= [], $_->{declares} //= [] for $open // ();
    }
    push @found, $open if $open;
    return @found;
}
