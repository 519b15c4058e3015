#!/usr/bin/perl
# The fenced blocks of SPEC.md and README.md say what is true (tests/README.md tells how they are marked).
use strict;
use warnings;
use File::Temp;
use Test::More;
require './tests/drive.t';

my @pages = @ARGV ? @ARGV : grep { -e } qw(SPEC.md README.md);
plan(skip_all => 'no SPEC.md and no README.md') unless @pages;

for my $page (@pages) {
    my $dir   = File::Temp::tempdir(CLEANUP => 1);
    my $count = 0;
    my (%draft, %path);    # by id
    for my $block (blocks(Drive::slurp($page))) {
        my ($language, $mark, $text, $line) = @$block{qw(language mark text line)};
        my $place = "$page:$line";
        if ($mark->{file} && $mark->{file} =~ m{^\w[\w.-]*$}) { Drive::spill("$dir/$mark->{file}", $text) }
        if ($language eq 'tap' && defined $mark->{in}) { told($place, $text, draft_for($place, $mark->{in}, \%path, $dir)); next }
        next unless $language eq 'entente';

        my @odd = grep { !/^(id|in|after|file|error|exit|test|eval)$/ } sort keys %$mark;
        if (@odd) { fail("$place: unknown mark: @odd"); next }
        if ($mark->{eval}) { values_of($place, $text, draft_for($place, $mark->{in}, \%path, $dir)); next }

        if (defined $mark->{after}) {
            my $before = $draft{ $mark->{after} };
            if (!defined $before) { fail("$place: no block before it has id=$mark->{after}"); next }
            $text = $before . $text;
        }
        my $file = $mark->{file} ? "$dir/$mark->{file}" : "$dir/" . ($mark->{id} // 'block') . '-' . ++$count . '.ent';
        Drive::spill($file, $text);
        ($draft{ $mark->{id} }, $path{ $mark->{id} }) = ($text, $file) if defined $mark->{id};

        if (defined $mark->{test}) {
            my $got = Drive::run('test', $file);
            ok($got->{code} eq $mark->{test}, "$place tests") or Drive::show($got);
        }
        my $got  = Drive::run('check', defined $mark->{exit} ? () : '--allow-undecided', $file);
        my @gave = map { $_->{code} } grep { $_->{severity} eq 'error' } Drive::diagnostics("$got->{out}\n$got->{err}");
        my $good = defined $mark->{error} ? $got->{code} == 2 && "@gave" eq join ' ', split /,/, $mark->{error}
          : defined $mark->{exit} ? $got->{code} eq $mark->{exit}
          :                         Drive::understood($got);
        ok($good, "$place draft") or do {
            diag("wanted error=$mark->{error}") if defined $mark->{error};
            diag("wanted exit=$mark->{exit}")   if defined $mark->{exit};
            Drive::show($got);
        };
    }
}
if (grep { $_ eq 'SPEC.md' } @pages) {
    my $page = Drive::slurp('SPEC.md');
    my @unsaid = grep { index($page, $_) < 0 } Drive::slurp('lang/source/diag.def') =~ /^DIAG\(([EW]\d+)/mg;
    is("@unsaid", '', 'SPEC.md says when each code is given');
}
done_testing();

# The fenced blocks of a page. After the language come words: a=b is a mark with a value, a one that is true.
sub blocks {
    my ($text) = @_;
    my ($line, $open, @found) = (0);
    for (split /\n/, $text) {
        $line++;
        if ($open) {
            if (/^\s*(`{3,})\s*$/ && length $1 >= length $open->{fence}) { push @found, $open; undef $open }
            else { s/^ {0,$open->{indent}}//; $open->{text} .= "$_\n" }
        } elsif (/^(\s*)(`{3,})\s*(\S*)\s*(.*)$/) {
            my %mark = map { /^(\w+)=(.*)$/ ? ($1 => $2) : ($_ => 1) } split ' ', $4;
            $open = { fence => $2, indent => length $1, language => $3, mark => \%mark, text => '', line => $line };
        }
    }
    fail("the block opened in line $open->{line} is not closed") if $open;
    return @found;
}

# The file in which a block of values is asked: the draft it names, or one with the library's coverage and units.
sub draft_for {
    my ($place, $in, $path, $dir) = @_;
    if (defined $in) {
        fail("$place: no draft before it has id=$in") unless $path->{$in};
        return $path->{$in};
    }
    my $empty = "$dir/empty.ent";
    Drive::spill($empty, "use std.units\nuse std.coverage\n") unless -e $empty;
    return $empty;
}

# What `entente test` says of a draft, which is named by its id there.
sub told {
    my ($place, $text, $file) = @_;
    my ($id) = $file =~ m{([^/]*?)(?:-\d+)?\.ent$};
    my $got = Drive::run('test', $file)->{out} =~ s/\Q$file\E/$id.ent/gr;
    is($got, $text, "$place results of tests");
}

# Lines `EXPR  # => VALUE`; a VALUE of the form error[CODE] says that it fails so.
sub values_of {
    my ($place, $text, $file) = @_;
    my ($page, $line) = $place =~ /^(.*):(\d+)$/;
    my @cases;
    for (split /\n/, $text) {
        $line++;
        next if /^\s*(#|$)/;
        if (!/^\s*(.*\S)\s*# => (.*?)\s*$/) { fail("$page:$line: not of the form  EXPR  # => VALUE"); next }
        my $case = { expr => $1, want => "$2\n", exit => 0, name => "$page:$line $1" };
        @$case{qw(exit want error)} = (2, '', $2) if $2 =~ /^error\[\w+\]$/;
        push @cases, $case;
    }
    Drive::evals($file, [], @cases) if defined $file;
}
