#!/usr/bin/perl
# Answers that are remembered: from day to day, world to world and round to round of a recursive rule. Whatever is asked
# together, the answer is what it would have been alone. Drafts are made from a seed: CACHES_SEED: the first (1), one more
# for each draft; CACHES_RUNS: how many drafts for each part. One part: `prove tests/caches.t :: worlds`.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';
require './tests/caches/draft.pl';

my @parts = @ARGV ? @ARGV : qw(rules worlds checks columns lists together sweeps texts coverage rows shares jobs);
require "./tests/caches/$_.pl" for @parts;
done_testing();
