#!/usr/bin/perl
# The figures that the examples cite, and the rules that they check, are those of the files they were typed from, which stay where they are, beside the
# project (SHARED=... names another folder). Without them nothing is tested, and nothing counted as passed. What no file
# holds is named below, in @elsewhere: a figure that is neither there nor in a file fails.
# The codes of goods are those of the Harmonized System, as far as the file of codes goes.
use strict;
use warnings;
use Test::More;
require './tests/drive.t';

my $data = ($ENV{SHARED} // '../shared') . '/data';
plan(skip_all => "the data is not there: $data") unless -d $data;

# One base unit for each dimension, so that a draft may count in another than its source does.
my %unit = (
    'kg' => 0.001, 't' => 1, 'kt' => 1e3, 'Mt' => 1e6, 'GWh' => 0.001, 'TWh' => 1, 'm3' => 1, 'mcm' => 1e6, '%' => 1, '' => 1, 'MW' => 1, 'H100e' => 1,
    'metric tons' => 1, 'thousand metric tons' => 1e3, 'kilograms' => 0.001, 'million cubic meters' => 1e6, 'million liters' => 1e3);

# What no file holds, by citation: a report, or a page of an authority, each with its address in the draft.
my %elsewhere = map { $_ => 1 } qw(press_dec hormuz_exporters mpa_2024 tanger_med algeciras chokepoint_table sample us_au vault);

# Which rows of which file a draft's resource is, by the citation and the resource.
my %usgs = (
    ree_mined => ['Rare Earths', 'Mine production'],        rare_earths     => ['Rare Earths', 'Mine production'],
    lithium   => ['Lithium', 'Mine production'],            graphite        => ['Graphite (Natural)', 'Mine production'],
    copper    => ['Copper', 'Refinery production'],         gallium         => ['Gallium', 'Production capacity'],
    cobalt    => ['Cobalt', 'Mine production'],             nickel          => ['Nickel', 'Mine production'],
    fluorspar => ['Fluorspar', 'Mine production'],          silicon_metal   => ['Silicon', 'Silicon metal'],
    helium    => ['Helium', 'Helium Production'],           neon            => ['Neon', 'Rare gases production, (million liters)'],
    tantalum  => ['Tantalum', 'Mine production'],           manganese_mined => ['Manganese', 'Mine production']);
my %used = (
    graphite => ['Graphite (Natural)', 'Consumption, apparent'], graphite_mined => ['Graphite (Natural)', 'Consumption, apparent'],
    copper   => ['Copper', 'Consumption: Reported, refined copper'], gallium => ['Gallium', 'Consumption, reported'],
    fluorspar => ['Fluorspar', 'Consumption, apparent'], helium => ['Helium', 'Consumption, apparent: Grade-A and gaseous helium'],
    tantalum => ['Tantalum', 'Consumption, apparent'], cobalt => ['Cobalt', 'Consumption (includes secondary): Apparent'],
    nickel   => ['Nickel', 'Consumption: Apparent, primary']);
my %imports = (ree_refined => ['Rare Earths', 'Rare-earth compounds and metals'], graphite => ['Graphite (Natural)', 'All'],
    gallium => ['Gallium', 'Metal'], germanium => ['Germanium', 'Combined total'], antimony => ['Antimony', 'Total metal and oxide']);
my %iea = (lithium_mined => 'Lithium mining', cobalt_mined => 'Cobalt mining', nickel_mined => 'Nickel mining', graphite_mined => 'Graphite mining',
    ree_mined => 'Rare Earth Elements mining', copper_mined => 'Copper mining', copper => 'Copper mining', lithium_refined => 'Lithium refining',
    cobalt_refined => 'Cobalt refining', nickel_refined => 'Nickel refining', graphite_refined => 'Graphite refining',
    ree_refined => 'Rare Earth Elements refining', ree => 'Rare Earth Elements refining', copper_refined => 'Copper refining');
my %eu = (germanium => 'Germanium processing', gallium => 'Gallium processing', heavy_ree => 'Dysprosium processing', cobalt => 'Cobalt processing',
    lithium => 'Lithium processing', magnesium => 'Magnesium processing', neodymium => 'Neodymium processing', ree_refined => 'Neodymium processing',
    graphite => 'Natural Graphite extraction', helium => 'Helium processing');
my %generated = (electricity => qr/./, nuclear => qr/^Nuclear$/, gas_power => qr/^Gas$/, wind_solar => qr/^(?:Wind|Solar)$/);

my ($world, $raw, $bought) = map { [rows("usgs_mcs/$_")] } qw(world_production.csv raw_MCS2026_Commodities_Data.csv us_import_sources.csv);
my @iea      = rows('iea_critical_minerals/supply_by_country.csv');
my @eu       = rows('eu_crm/supply_shares_2023.csv');
my @power    = rows('electricity/generation_by_source_2020_2024.csv');
my @mix      = rows('electricity/demand_and_net_imports_2015_2021.csv');
my @clusters = grep { $_->{status} eq 'Existing' && $_->{exclude} eq '' && $_->{possible_duplicate} eq '' } rows('ai_compute/epoch_gpu_clusters_trimmed.csv');

my ($compared, %not_matched) = (0);
for my $path (sort glob 'examples/*/*.ent') {
    my @blocks = blocks($path);
    is(scalar @blocks, scalar(grep { /^(?:supply|demand|world) / } split /\n/, Drive::slurp($path)) + @{[ grep { $_->{what} =~ /^fact / } @blocks ]},
        "$path: every figure of supply and need was read");
    matches($path, $_) for @blocks;
}
ok($compared > 400, "$compared figures compared");
note("no file holds what these cite: $_ ($not_matched{$_} figures)") for sort keys %not_matched;
codes();
rules();
members();
cited($_) for glob 'examples/*/';
done_testing();

sub rows {
    my ($path) = @_;
    my @lines = csv(Drive::slurp("$data/$path"));
    my @names = @{ shift @lines };
    return map { my %row; @row{@names} = @$_; \%row } @lines;
}

# RFC 4180: quoted fields may hold commas, quotes and line ends.
sub csv {
    my ($text) = @_;
    my (@lines, @fields);
    while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|\z)/g) {
        my ($quoted, $plain, $end) = ($1, $2, $3);
        push @fields, defined $quoted ? $quoted =~ s/""/"/gr : $plain;
        next if $end eq ',';
        push @lines, [@fields] if @fields > 1 || length $fields[0];
        @fields = ();
        last if $end eq '';
    }
    return @lines;
}

# The figures of a draft: {what, name, from, cites, entries [who, low, high, unit, digits, form]}.
sub blocks {
    my ($path) = @_;
    my $text = Drive::slurp($path) =~ s/^(?:[^"\n#]|"[^"\n]*")*\K#.*//gmr;
    my @found;
    while ($text =~ /^(supply|demand|fact from_china|fact sourcing|fact sourced)[ (]+(\w+)\)?(?: from (\S+))?(?:\s+cite (\w+|\{[^}]*\}))?\s*\{([^}]*)\}/mg) {
        my ($what, $name, $from, $cite, $list) = ($1, $2, $3, $4, $5);
        my $block = { what => $what, name => $name, from => $from // '', cites => [($cite // '') =~ /\w+/g], entries => [] };
        while ($list =~ /(\w+):\s*(?:(at_least|at_most|between)\(([^()]*)\)|([^,\n]+))/g) {
            my ($who, $form, $ends) = ($1, $2 // '', $3 // $4);
            push @{ $block->{entries} }, { who => $who, form => $form, ends => [map { figure($_) } split /,/, $ends] };
        }
        push @found, $block;
    }
    while ($text =~ /^world (\w+): (.+?)(?: from (\S+))? cite (\w+)$/mg) {
        push @found, { what => 'world', name => $1, from => $3 // '', cites => [$4], entries => [{ who => 'world', form => '', ends => [figure($2)] }] };
    }
    return @found;
}

# `1_400.50 kt/yr`: the value and the last digit written, in the base unit.
sub figure {
    my ($text) = @_;
    my ($number, $unit) = $text =~ m{^\s*([\d_.]+(?:e\d+)?)\s*([\w%]*)} or die "not a figure: $text";
    $number =~ tr/_//d;
    my $factor = $unit{$unit} // 1;
    my ($places) = $number =~ /\.(\d+)$/;
    return { value => $number * $factor, last => $factor * 10**-length($places // ''), unit => $unit };
}

# Who has how much of what a block speaks of, by the file that it cites: {who => figure; undef where it is withheld, [low,
# high] where it is worked out from a bound}. Nothing where no file is known to have it.
sub published {
    my ($block, $cite) = @_;
    my $by = { usgs_2026 => \&by_usgs, iea_explorer => \&by_iea, eu_crm => \&by_eu, ember => \&by_ember, owid_mix => \&by_owid, epoch => \&by_epoch }->{$cite};
    return $by ? $by->(@$block{qw(what name)}, $block) : {};
}

sub by_usgs {
    my ($what, $name) = @_;
    my %of;
    if ($what eq 'supply' && $usgs{$name}) {
        my ($commodity, $detail) = @{ $usgs{$name} };
        for (grep { $_->{commodity} eq $commodity && $_->{detail} eq $detail && $_->{year} eq '2025' && $_->{row_kind} ne 'world_total' } @$world) {
            $of{ $_->{iso3} || 'rest' } = $_->{value} eq '' ? undef : $_->{value} * $unit{ $_->{unit} };
        }
    } elsif ($what eq 'fact from_china') {
        for my $r (keys %imports) {
            $of{$r} = $_->{value} for grep { $_->{commodity} eq $imports{$r}[0] && $_->{detail} eq $imports{$r}[1] && $_->{iso3} eq 'CHN' } @$bought;
        }
    } elsif ($used{$name}) { $of{USA} = told(@{ $used{$name} }) }
    elsif ($name eq 'germanium') {
        # "More than 50 %" of what is used is net imports, and no more than all of it.
        my $net = told('Germanium', 'Imports for consumption: Germanium metal') + told('Germanium', 'Imports for consumption: Germanium dioxide')
          - told('Germanium', 'Exports: Germanium metal') - told('Germanium', 'Exports: Germanium dioxide');
        $of{USA} = [$net, 2 * $net];
    } elsif ($name eq 'lithium') { $of{USA} = [0, 2 * told('Lithium', 'Imports for consumption')] }
    return \%of;
}

# A figure of the United States in 2025.
sub told {
    my ($commodity, $detail) = @_;
    my ($row) = grep { $_->{Commodity} eq $commodity && $_->{Statistics_detail} eq $detail && $_->{Year} eq '2025' && $_->{Country} eq 'United States' } @$raw;
    return $row ? $row->{Value} =~ tr/,//dr * $unit{ $row->{Unit} } : die "no row: $commodity, $detail";
}

sub by_iea {
    my ($what, $name, $block) = @_;
    my $year = $block->{from} =~ /^(\d{4})/ ? $1 : 2024;
    my %of;
    $of{ $_->{iso3} || 'rest' } += $_->{value_kt} * 1e3 for grep { "$_->{mineral} $_->{stage}" eq ($iea{$name} // '') && $_->{year} == $year } @iea;
    return \%of;
}

sub by_eu {
    my ($what, $name) = @_;
    return eu_shares($what eq 'supply' ? 'global' : 'eu_sourcing', $eu{$name} // '') if $what ne 'fact from_china';
    return { map { my $of = eu_shares('eu_sourcing', $eu{$_}); $of->{CHN} ? ($_ => $of->{CHN}) : () } keys %eu };
}

# Israel has no rows for 2024: a draft names it with its figure of 2023, or leaves it among the others.
sub by_ember {
    my ($what, $name, $block) = @_;
    my $israel = grep { $_->{who} eq 'ISR' } @{ $block->{entries} };
    my %of;
    for (grep { $generated{$name} && $_->{source} =~ $generated{$name} && $_->{generation_twh} ne '' } @power) {
        $of{ $_->{iso3} || '?' } += $_->{generation_twh} if $_->{year} == ($israel && $_->{iso3} eq 'ISR' ? 2023 : 2024);
    }
    return \%of;
}

sub by_owid {
    my ($what, $name) = @_;
    my ($column, $who, $early) = $what eq 'demand' ? ('demand_twh', qr/./, qr/^(?:ISR|ARE)$/) : ('nuclear_twh', qr/^(?:SGP|AUS|ISR)$/, qr/^ISR$/);
    return {} unless $what eq 'demand' || $name eq 'nuclear';
    return { map { $_->{iso3} => $_->{$column} } grep { $_->{iso3} =~ $who && $_->{$column} ne '' && $_->{year} == ($_->{iso3} =~ $early ? 2020 : 2021) } @mix };
}

sub by_epoch {
    my ($what, $name) = @_;
    my (%of, $all, %home);
    if ($name eq 'accelerators') {
        # What chips are in a tenth of it is not told.
        my %home = (Huawei => 'CHN', Anonymized => 'untold', Unknown => 'rest', PEZY => 'rest');
        for (@clusters) { $all += $_->{h100e} || 0; $of{ $home{ $_->{supplier} } // 'USA' } += $_->{h100e} || 0 }
        $_ *= 100 / $all for values %of;
        delete $of{untold};
    } elsif ($name =~ /^(?:ai_compute|public_compute|ai_power)$/) {
        my $column = $name eq 'ai_power' ? 'power_mw' : 'h100e';
        $of{ $_->{iso3} || '?' } += $_->{$column} || 0 for grep { $name ne 'public_compute' || $_->{sector} eq 'Public' } @clusters;
    }
    return \%of;
}

sub eu_shares {
    my ($scope, $which) = @_;
    return { map { $_->{iso3} => $_->{share_pct} } grep { $_->{scope} eq $scope && "$_->{material} $_->{stage}" eq $which && $_->{share_pct} ne '' } @eu };
}

sub matches {
    my ($path, $block) = @_;
    my $name    = "$path: $block->{what} $block->{name}" . ($block->{from} && " from $block->{from}");
    my @entries = @{ $block->{entries} };
    my @cites   = @{ $block->{cites} };
    if (!@cites) { $not_matched{'nothing: made up'} += @entries; return ok($path =~ m{^examples/extern/}, "$name cites a source") }
    my %of;
    for my $cite (@cites) { my $found = published($block, $cite); $of{$_} //= $found->{$_} for keys %$found }
    if (my ($foreign) = grep { $elsewhere{$_} } @cites) {
        my @theirs = grep { !%of || $_->{ends}[0]{unit} eq '%' } @entries;
        $not_matched{$foreign} += @theirs;
        @entries = grep { my $one = $_; !grep { $_ == $one } @theirs } @entries or return;
    }
    ok(%of, "$name has a file") or return;
    my @wrong;
    my $all = 0;
    $all += $_ for grep { defined && !ref } values %of;
    # The agency's file has tonnes where a draft may give a share.
    if ($cites[0] eq 'iea_explorer' && $entries[0]{ends}[0]{unit} eq '%') { $_ *= 100 / $all for values %of }
    my ($rest, $last) = (undef, 0);
    for (@entries) {
        $compared++;
        $last += $_->{ends}[0]{last};
        if ($_->{who} eq 'rest') { $rest = $_ }
        elsif ($_->{who} eq 'world') { push @wrong, differs($_, $all, $cites[0]) }
        elsif (!exists $of{ $_->{who} }) { push @wrong, "$_->{who}: no such row" }
        else { push @wrong, differs($_, delete $of{ $_->{who} }, $cites[0]) }
    }
    my $others = 0;
    $others += $_ // 0 for values %of;
    if ($rest) {
        my ($low, $high) = map { $_->{value} } @{ $rest->{ends} };
        push @wrong, "the rest is $others, the draft says $low" if $others < $low - $last || $others > ($high // $low) + $last;
    } elsif ($block->{what} ne 'demand' && $block->{what} !~ /world|from_china/ && @entries == @{ $block->{entries} } && $others > $last) {
        push @wrong, 'it leaves out ' . join ' ', sort keys %of;
    }
    ok(!@wrong, $name) or diag(join "\n", @wrong);
}

# How an entry differs from what is published. What is withheld must be a bound; what is known must be told as it is, and
# only what is a lower bound in the source itself, such as clusters that are known of, is one in the draft.
sub differs {
    my ($entry, $is, $cite) = @_;
    my ($low, $high) = @{ $entry->{ends} };
    return $entry->{form} ? () : "$entry->{who} is withheld, and the draft has $low->{value}" if !defined $is;
    return $high && abs($is->[0] - $low->{value}) <= $low->{last} && abs($is->[1] - $high->{value}) <= $high->{last}
      ? () : "$entry->{who} is between $is->[0] and $is->[1]" if ref $is;
    return "$entry->{who} is $is, and the draft has only a bound" if $entry->{form} && $cite ne 'epoch';
    my $slack = ($cite eq 'epoch' ? 1 : 0.5) * $low->{last} * 1.0001;
    return if $is >= $low->{value} - $slack && $is <= ($high // $low)->{value} + $slack;
    return "$entry->{who} is $is, the draft says $low->{value}";
}

# Each code of goods is one of the file's, or stands here: the file holds part of the system only.
sub codes {
    my %known = map { $_->{hs6} => 1 } rows('codes/hs6_ai_stack.csv');
    my %beyond = map { $_ => 1 } qw(253090 260800 271019 281820 370500 380110 760110 800110 810411 810820 850231);
    for my $path (glob('stdlib/*.ent'), glob('examples/*/*.ent')) {
        my @codes = Drive::slurp($path) =~ /\bhs:\s*"([\d.]+)"/g or next;
        my @odd = grep { my $code = tr/.//dr; !$known{$code} && !$beyond{$code} } @codes;
        ok(!@odd, "$path: codes of goods") or diag("not in the file of codes: @odd");
    }
}

# Each rule that has a figure is a check that names it, beside the figures of the rule.
sub rules {
    my (%titles, %figures);
    for my $path (glob 'examples/rules/*.ent') {
        my $text = Drive::slurp($path);
        $titles{$path}  = join "\n", $text =~ /^check \w+ "([^"]*)"/mg;
        $figures{$path} = { map { tr/_//dr + 0 => 1 } $text =~ /\b(\d[\d_]*(?:\.\d+)?(?:e\d+)?)/g };
    }
    for my $rule (grep { $_->{value} =~ /\d/ } rows('agreements/numeric_rules.csv')) {
        my ($path) = grep { $titles{$_} =~ /(?<![\w-])\Q$rule->{id}\E(?![\w-])/ } sort keys %titles;
        ok($path, "$rule->{id} is a check of examples/rules") or next;
        my @missing = grep { !$figures{$path}{ $_ + 0 } } $rule->{value} =~ /\d+/g;
        ok(!@missing, "... with its figures: $rule->{value}") or diag("$path has no @missing");
    }
}

# A source that a folder declares is cited there.
sub cited {
    my ($folder) = @_;
    my $text = join "\n", map { Drive::slurp($_) } glob "$folder*.ent";
    my %cited = map { $_ => 1 } map { /\w+/g } $text =~ /\bcite (\{[^}]*\}|\w+)/g;
    my @idle = grep { !$cited{$_} } $text =~ /^source (\w+)/mg;
    ok(!@idle, "$folder: each source is cited") or diag("never cited: @idle");
}

# The parties of a draft of a real coalition are its members; the Union, itself a member of one, is no state.
sub members {
    my %of = (ergi => 'ERGI', msp => 'MSP', ipef_chains => 'IPEF_SCA');
    my %members;
    $members{ $_->{group} }{ $_->{member} } = 1 for grep { $_->{member} ne 'EU' } rows('agreements/other_memberships.csv');
    for my $path (glob 'examples/*/*.ent') {
        my $text = Drive::slurp($path);
        while ($text =~ /^agreement (\w+) [^\n]*\{\n  parties: \{([^}]*)\}/mg) {
            my ($name, $parties) = ($1, $2);
            my $group = $of{$name} // next;
            is_deeply([sort $parties =~ /\w+/g], [sort keys %{ $members{$group} }], "$path: the parties of $name");
        }
    }
}
