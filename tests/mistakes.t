#!/usr/bin/perl
# At most one message for one mistake: every draft of the language tests, examples, library and SPEC.md, and what they ask, with one small
# mistake made in it by chance, must be told of at most once. The kinds of mistake below of which that is known hold without exception but
# for those that a token at fault makes two of (see %most). MISTAKES_SEED=N makes other ones, MISTAKES=N how many, MISTAKES_SHOW=1 shows
# all that is told more than once; the drafts stay in build/mistakes.
use strict;
use warnings;
use Test::More;
use File::Basename qw(dirname);
use File::Path;
require './tests/drive.t';
require './tests/mistakes/make.pl';

my $seed  = $ENV{MISTAKES_SEED} || 2026;
my $count = $ENV{MISTAKES} || 4000;
my $at    = 'build/mistakes';

# Per cent of the mistakes of a kind that may be told more than once; 0 for those not named. What is left are mistakes that leave two
# things wrong: an operator in place of a letter makes two words, both unknown; tokens that change places, over a line's end too, leave
# both places wrong; another word before a declaration makes another thing of it; a row that stands twice clashes in each of its cells.
my %most = ('swapped' => 8, 'typed over' => 5, 'another word' => 3, 'line left out' => 4, 'line doubled' => 5, 'another thing' => 2, 'letter' => 2, 'a wrong date' => 2,
    'bracket left out' => 1, 'a wrong bracket' => 1, 'one bracket more' => 1, 'left out' => 1, 'capital' => 1, 'keyword' => 1, 'a wrong number' => 1, 'and for a comma' => 1, 'single quotes' => 2, 'quote not closed' => 1);
my $most_of_all = 1;

File::Path::remove_tree($at);
my @drafts = Mistakes::drafts($at);
my @asked  = Mistakes::asked(@drafts);
ok(@drafts > 100 && @asked > 1000, @drafts . ' drafts and ' . @asked . ' expressions without a mistake');

my @made = Mistakes::make($seed, $count, $at, \@drafts, \@asked);
my (%told, %more, %silent, $all, $many);
my $reports = Mistakes::reports(map { $_->{file} } @made);
for my $m (@made) {
    my $report = $reports->{ $m->{file} };
    my %row;    # what is wrong with rows of data is told of each row
    my @new = grep { !$m->{draft}{known}{$_} && !(/^(E041\d)/ && $row{$1}++) } @{ $report->{told} };
    $silent{ $m->{kind} }++, diag("no message: $m->{kind} in $m->{file}") if !@new && $report->{code} == 2;
    next if !@new;
    $all++;
    $told{ $m->{kind} }++;
    next if @new == 1;
    $many++;
    $more{ $m->{kind} }++;
    diag("$m->{kind}: $m->{draft}{name}, $m->{file}", map { "\n  $_" } @new) if $ENV{MISTAKES_SHOW};
}
cmp_ok($all, '>=', $count / 2, "seed $seed: " . @made . " mistakes, $all of them told, $many more than once");
cmp_ok(100 * $many / $all, '<=', $most_of_all, "at most $most_of_all % of all are told more than once");
is(join(' ', %silent), '', 'what does not compile is told why');
for my $kind (Mistakes::kinds()) {
    my ($n, $k) = ($told{$kind} || 0, $more{$kind} || 0);
    my $may = $most{$kind} ? int($n * $most{$kind} / 100) + 1 : 0;
    ok($k <= $may, "$kind: $k of $n told more than once, at most $may");
}
done_testing();
