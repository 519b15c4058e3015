#!/usr/bin/perl
# Names of countries in many languages, from the package iso-codes, as C on standard output. usage: names.pl FOLDER
# FOLDER is where iso-codes is (/usr/share): iso-codes/json and locale lie in it. Without one the tables are empty.
use strict;
use warnings;

# Those of the United Nations, of the European Union, and of others that sign agreements on supply.
my @languages = qw(ar bg cs da de el en es et fi fr ga he hi hr hu id it ja ko lt lv ms mt nb nl pl pt pt_BR ro ru sk sl sv ta th tr
  uk vi zh_CN zh_TW);
my ($share) = @ARGV;
@languages = () unless defined $share;

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\niso-codes is missing (Debian: apt-get install iso-codes); `make ISO_CODES=` builds without the names\n";
    local $/;
    return scalar <$in>;
}

# The countries, in order of their code: [code, common name or undef, name].
sub countries {
    my %by;
    for (slurp("$share/iso-codes/json/iso_3166-1.json") =~ /\{([^{}]*)\}/g) {
        my %field = /"(\w+)":\s*"((?:[^"\\]|\\.)*)"/g;
        die "an escape in $_\n" if grep { /\\/ } values %field;
        $by{ $field{alpha_3} } = [@field{qw(alpha_3 common_name name)}];
    }
    die "iso-codes lists only " . keys(%by) . " countries\n" if keys %by < 200;
    return map { $by{$_} } sort keys %by;
}

# The translations in a catalogue of GNU gettext.
sub catalogue {
    my ($path) = @_;
    my $mo = slurp($path);
    my $order = unpack('V', $mo) == 0x950412de ? 'V' : unpack('N', $mo) == 0x950412de ? 'N' : die "$path: no catalogue\n";
    my (undef, undef, $n, $from, $to) = unpack "${order}5", $mo;
    my %text;
    for my $i (0 .. $n - 1) {
        my ($len, $at, $len2, $at2) = (unpack("${order}2", substr $mo, $from + 8 * $i, 8), unpack "${order}2", substr $mo, $to + 8 * $i, 8);
        $text{ substr $mo, $at, $len } = substr $mo, $at2, $len2;
    }
    return \%text;
}

my @countries = @languages ? countries() : ();
my ($blob, @rows) = ("\0");
for my $language (@languages) {
    my $text = $language eq 'en' ? undef : catalogue("$share/locale/$language/LC_MESSAGES/iso_3166-1.mo");
    my @row;
    for my $c (@countries) {
        my (undef, @names) = @$c;
        my ($name) = grep { defined && length } map { !defined() ? undef : $text ? $text->{$_} : $_ } @names;
        push @row, defined $name ? length $blob : 0;
        $blob .= "$name\0" if defined $name;
    }
    push @rows, \@row;
}
printf "#include \"vm/country_names.h\"\nconst unsigned ent_name_languages = %d, ent_name_countries = %d;\n", scalar @languages, scalar @countries;
print 'const char ent_name_language[][8] = {', join(', ', map { qq("$_") } @languages, ''), "};\n";
print 'const char ent_name_country[][4] = {', join(', ', map { qq("$_->[0]") } @countries ? @countries : ['']), "};\n";
print 'const unsigned ent_name_at[] = {', join(",\n  ", map { join ', ', @$_ } @rows, [0]), "};\n";
print 'const unsigned char ent_name_text[] = {', join(',', unpack 'C*', $blob), "};\n";
