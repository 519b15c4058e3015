#!/usr/bin/perl
# At most one message for one mistake: every draft of the language tests, examples, library and SPEC.md, and what they ask, with one small
# mistake made in it by chance, must be told of at most once. The kinds of mistake below of which that is known hold without exception but
# for those that a token at fault makes two of (see %most). What is drawn for a draft rests on its text alone, so that whoever adds or changes
# one meets the mistakes in that one and in no other. MISTAKES_SEED=N makes other ones, MISTAKES=N how many of each draft, MISTAKES_SHOW=1
# shows all that is told more than once; then, and where a test fails, the drafts stay.
use strict;
use warnings;
use Test::More;
use File::Path;
use File::Temp;
require './tests/drive.t';
require './tests/mistakes/make.pl';

my $seed  = $ENV{MISTAKES_SEED} || 2026;
my $many  = $ENV{MISTAKES} || 22;
my $at    = File::Temp::tempdir('mistakes-XXXX', DIR => 'build');    # below the root, beside nobody else's

# Per cent of the mistakes of a kind that may be told more than once; 0 for those not named. What is left are mistakes that leave two
# things wrong: tokens that change places, over a line's end too, leave both places wrong; another word before a declaration, or another
# name, makes another thing of it; without the line that brings names in, each is unknown; of two functions of a name one is left, which is
# then wrong in each place.
my %most = ('swapped' => 6, 'typed over' => 1, 'another word' => 2, 'line left out' => 4, 'line doubled' => 1, 'another thing' => 1, 'letter' => 1,
    'bracket left out' => 1, 'left out' => 1, 'capital' => 1, 'keyword' => 1, 'and for a comma' => 1, 'quote not closed' => 1);
my $most_of_all = 0.5;

my @drafts = Mistakes::drafts($at);
my @asked  = Mistakes::asked(@drafts);
ok(@drafts > 100 && @asked > 1000, @drafts . ' drafts and ' . @asked . ' expressions without a mistake');

my @made = Mistakes::make($seed, $many, \@drafts, \@asked);
my $among = made_of(grep { $_->{draft} == $drafts[-1] } @made);
is(made_of(Mistakes::make($seed, $many, [$drafts[-1]], [])), $among, 'the mistakes of a draft do not rest on other drafts');
sub made_of { return join "\n", map { ($_->{kind}, Drive::slurp($_->{file})) } @_ }

my (%told, %more, %silent, $all, $twice);
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
    $twice++;
    $more{ $m->{kind} }++;
    diag("$m->{kind}: $m->{draft}{name}, $m->{file}", map { "\n  $_" } @new) if $ENV{MISTAKES_SHOW};
}
cmp_ok($all, '>=', @made / 2, "seed $seed: " . @made . " mistakes, $all of them told, $twice more than once");
cmp_ok(100 * $twice / $all, '<=', $most_of_all, "at most $most_of_all % of all are told more than once");
is(join(' ', %silent), '', 'what does not compile is told why');
for my $kind (Mistakes::kinds()) {
    my ($n, $k) = ($told{$kind} || 0, $more{$kind} || 0);
    my $may = $most{$kind} ? int($n * $most{$kind} / 100) + 1 : 0;
    ok($k <= $may, "$kind: $k of $n told more than once, at most $may");
}
if (Test::More->builder->is_passing && !$ENV{MISTAKES_SHOW}) { File::Path::remove_tree($at) }
else                                                         { diag("the drafts stay in $at") }
done_testing();
