#!/usr/bin/perl
# A real data set through data blocks: the 126 inputs of a logic chip, 139 edges between them and who supplies them. The
# files stay where they are, beside the project (SHARED=... names another folder); what is expected is worked out from
# them here by other means. Without them nothing is tested, and nothing counted as passed.
use strict;
use warnings;
use File::Copy;
use File::Temp qw(tempdir);
use Test::More;
require './tests/drive.t';

my $from = ($ENV{SHARED} // '../shared') . '/data/eto_chip_explorer';
plan(skip_all => "the data is not there: $from") unless -d $from;
my $dir = tempdir(CLEANUP => 1);
copy("$from/$_", "$dir/$_") or die "$_: $!" for qw(inputs.csv derived_requires.csv derived_country_shares.csv);
copy('tests/chips/chips.ent', $dir) or die $!;

my @inputs = rows("$dir/inputs.csv");
my @edges  = rows("$dir/derived_requires.csv");
my @shares = rows("$dir/derived_country_shares.csv");

sub ask {
    my ($expr) = @_;
    my $got = Drive::run('eval', "$dir/chips.ent", $expr);
    chomp(my $out = $got->{out});
    return $out . $got->{err};
}

# Everything on the way to the finished chip, by a search of our own: what is needed, and each kind of it.
my (%seen, %next);
push @{ $next{ $_->{resource_id} } }, $_ for @edges;
my ($chip) = map { $_->{input_id} } grep { $_->{type} eq 'ultimate_output' } @inputs;
my @todo = ($chip);
while (defined(my $at = shift @todo)) {
    push @todo, grep { !$seen{$_}++ } map { $_->{needs_id} } grep { $at ne $chip || $_->{relation} eq 'requires' } @{ $next{$at} // [] };
}

# Producers of what the data gives a share of.
my %makers;
$makers{ $_->{input_id} }{ $_->{country} } = 1
  for grep { $_->{country} ne '' && $_->{input_type} ne 'stage' && $_->{share_pct} ne '' } @shares;
my @sole = grep { keys %{ $makers{$_} } == 1 } keys %makers;

is(ask('len(resources)'), scalar @inputs, 'an input is a resource');
is(scalar @edges, 139, 'all edges were read here');
is(ask('sum(len(inputs(r)) for r in resources)'), scalar(grep { $_->{relation} eq 'requires' } @edges), 'edges between what needs and what is needed');
is(ask('count(x for x in resources for r in resources where variant(x, r))'), scalar(grep { $_->{relation} eq 'has_variant' } @edges), 'edges to kinds of one thing');
is(ask('len(behind_the_chip)'), scalar(keys %seen), 'what a finished chip depends on, by a rule that refers to itself');
is(ask('{x.id for x in behind_the_chip}'), '{' . join(', ', map { "\"$_\"" } sort keys %seen) . '}', '... each of them');
is(ask('len(told)'), scalar(keys %makers), 'inputs of which the data gives a share');
is(ask('{r.id for r in told where len(producers(r)) == 1}'), '{' . join(', ', map { "\"$_\"" } sort @sole) . '}', 'inputs that one country alone supplies');
ok(@sole > 3, 'there are some');
is(ask('producers(@"N20")'), '{' . join(', ', sort keys %{ $makers{N20} }) . '}', 'who makes EUV lithography tools');

my $got = Drive::run('check', "$dir/chips.ent");
is($got->{code}, 1, 'the check on EUV tools is denied');
like($got->{out}, qr/Netherlands holds .* of EUV lithography tools/, '... in words');
like($got->{out}, qr/warned: ${\ scalar @sole} of ${\ scalar keys %makers} fail/, 'each input with one supplier is a finding');
my ($line) = grep { $shares[$_]{input_id} eq 'N20' && $shares[$_]{country} eq 'NLD' } 0 .. $#shares;
like($got->{out}, qr/derived_country_shares\.csv:${\ $shares[$line]{LINE} }:\d+\)/, 'a fact is cited by its line in the data');
done_testing();

# The rows of a CSV file as hashes by its header, each with the line that it begins on.
sub rows {
    my ($path) = @_;
    my $text = Drive::slurp($path);
    my ($line, @all) = (1);
    while ($text =~ /\G((?:"(?:[^"]|"")*"|[^",\r\n])*(?:,(?:"(?:[^"]|"")*"|[^",\r\n])*)*)\r?\n/g) {
        my ($row, $at) = ($1, $line);
        $line += 1 + ($row =~ tr/\n//);
        my @cells = map { s/^"(.*)"$/$1/s; s/""/"/g; $_ } $row =~ /((?:"(?:[^"]|"")*"|[^",])*)(?:,|\z)/g;
        push @all, [$at, @cells];
    }
    my ($head, @rest) = @all;
    return map { my @c = @$_; my %h = (LINE => $c[0]); $h{ $head->[$_] } = $c[$_] for 1 .. $#$head; \%h } @rest;
}
