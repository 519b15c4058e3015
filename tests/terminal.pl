# A program at a terminal: a pseudo-terminal of the kernel's, and a screen that knows the few sequences that such a program may send.
# What it does not know is a fault of the program: `odd` keeps it. Nothing here sleeps; all waits are for a text, and generous.
package Terminal;
use strict;
use warnings;
use Encode ();
use Fcntl;
use POSIX ();
use Time::HiRes qw(time);

use constant { TIOCSPTLCK => 0x40045431, TIOCGPTN => 0x80045430, TIOCSWINSZ => 0x5414, TIOCSCTTY => 0x540E };
our $patience = $ENV{ENTENTE_TIMEOUT} || 60;

# Terminal->start({rows, columns, env => {...}}, PROGRAM, ARGS...); undef where there are no pseudo-terminals.
sub start {
    my ($class, $o, @command) = @_;
    sysopen my $main, '/dev/ptmx', O_RDWR | O_NOCTTY or return;
    my $unlocked = pack 'i', 0;
    ioctl $main, TIOCSPTLCK, $unlocked or return;
    my $number = pack 'i', 0;
    ioctl $main, TIOCGPTN, $number or return;
    my $path = '/dev/pts/' . unpack('i', $number);
    my $self = bless { main => $main, rows => $o->{rows} // 24, columns => $o->{columns} // 80, odd => [], raw => '', held => '' }, $class;
    $self->clear;
    $self->{pid} = fork() // die "fork: $!";
    if (!$self->{pid}) {
        POSIX::setsid();
        sysopen my $tty, $path, O_RDWR or POSIX::_exit(126);
        ioctl $tty, TIOCSCTTY, 0;
        my $size = pack 'S4', $self->{rows}, $self->{columns}, 0, 0;
        ioctl $tty, TIOCSWINSZ, $size;
        delete @ENV{qw(NO_COLOR COLUMNS LINES PAGER LESS INPUTRC)};
        %ENV = (%ENV, TERM => 'xterm', LC_ALL => 'C.UTF-8', %{ $o->{env} // {} });
        open STDIN, '<&', $tty;
        open STDOUT, '>&', $tty;
        open STDERR, '>&', $tty;
        close $main;
        { no warnings 'exec'; exec {$command[0]} @command }
        POSIX::_exit(127);
    }
    return $self;
}

sub clear {
    my ($self) = @_;
    @$self{qw(row column screen)} = (0, 0, [map { [] } 1 .. $self->{rows}]);
}

sub scroll {
    my ($self) = @_;
    shift @{ $self->{screen} };
    push @{ $self->{screen} }, [];
}

sub down { my ($self) = @_; if ($self->{row} + 1 < $self->{rows}) { $self->{row}++ } else { $self->scroll } }

# Acts on what the program sent. A full row leaves the cursor on its last place until more comes, as terminals do.
sub feed {
    my ($self, $bytes) = @_;
    $self->{raw} .= $bytes;
    $bytes = $self->{held} . $bytes;
    $self->{held} = $bytes =~ s/(\e(?:\[[0-9;?]*)?|[\xC2-\xF4][\x80-\xBF]{0,2})\z// ? $1 : '';
    if (length $self->{held} && $self->{held} !~ /^\e/) {    # a character that is whole already
        my $wants = ord $self->{held} >= 0xF0 ? 4 : ord $self->{held} >= 0xE0 ? 3 : 2;
        if (length $self->{held} >= $wants) { $bytes .= $self->{held}; $self->{held} = '' }
    }
    while ($bytes =~ /\G(?:\e\[([0-9;?]*)([A-Za-z])|(\e.?)|([\x00-\x1F\x7F])|([\x20-\x7E]|[\xC2-\xF4][\x80-\xBF]+)|(.))/gs) {
        my ($args, $verb, $esc, $control, $char, $bad) = ($1, $2, $3, $4, $5, $6);
        my $n = ($args // '') =~ /^(\d+)$/ ? $1 : 1;
        my $line = $self->{screen}[ $self->{row} ];
        if (defined $char) {
            if ($self->{column} >= $self->{columns}) { $self->{column} = 0; $self->down; $line = $self->{screen}[ $self->{row} ] }
            $line->[$_] //= ' ' for 0 .. $self->{column};
            $line->[ $self->{column}++ ] = $char;
        }
        elsif (defined $control) {
            if    ($control eq "\r") { $self->{column} = 0 }
            elsif ($control eq "\n") { $self->down }
            elsif ($control eq "\b") { $self->{column}-- if $self->{column} }
            elsif ($control eq "\a") { }
            else                     { push @{ $self->{odd} }, sprintf 'byte %02x', ord $control }
        }
        elsif (defined $verb && $verb eq 'A') { $self->{row} -= $n; $self->{row} = 0 if $self->{row} < 0 }
        elsif (defined $verb && $verb eq 'C') { $self->{column} += $n; $self->{column} = $self->{columns} - 1 if $self->{column} >= $self->{columns} }
        elsif (defined $verb && $verb eq 'H' && $args eq '') { @$self{qw(row column)} = (0, 0) }
        elsif (defined $verb && $verb eq 'K') { splice @$line, $self->{column} }
        elsif (defined $verb && $verb eq 'J') { splice @$line, $self->{column}; @{ $self->{screen}[$_] } = () for $self->{row} + 1 .. $self->{rows} - 1 }
        elsif (defined $verb && $verb eq 'm') { }
        elsif (defined $verb && $verb =~ /[hl]/ && $args =~ /^\?(2004|1|1034)$/) { }    # bracketed paste, keypad
        elsif (defined $esc && $esc =~ /^\e[=>]$/) { }
        else { push @{ $self->{odd} }, defined $verb ? "ESC [ $args $verb" : defined $esc ? 'ESC ' . substr($esc, 1) : sprintf 'byte %02x', ord $bad }
    }
}

# Reads what is there, waiting at most so long; false at the end.
sub pump {
    my ($self, $wait) = @_;
    my ($ready, $buffer) = ('', '');
    vec($ready, fileno $self->{main}, 1) = 1;
    return 1 unless select($ready, undef, undef, $wait) > 0;
    my $n = sysread $self->{main}, $buffer, 1 << 16;
    return 0 unless $n;
    $self->feed($buffer);
    return 1;
}

sub send {
    my ($self, $text) = @_;
    my $until = time + $patience;
    while (length $text && time < $until) {    # what is sent is echoed: both sides must move
        my ($r, $w) = ('', '');
        vec($r, fileno $self->{main}, 1) = vec($w, fileno $self->{main}, 1) = 1;
        select($r, $w, undef, 1);
        $self->pump(0) if vec($r, fileno $self->{main}, 1);
        next unless vec($w, fileno $self->{main}, 1);
        my $n = syswrite $self->{main}, $text, 1024;
        substr $text, 0, $n // 0, '';
    }
    return $self;
}

# The screen as text: rows without blanks at their ends, down to the last that has any.
sub screen {
    my ($self) = @_;
    my $all = join "\n", map { my $row = join '', map { $_ // ' ' } @$_; $row =~ s/\s+$//r } @{ $self->{screen} };
    return $all =~ s/\n+\z//r;
}

# Whether the screen comes to match; what it shows then is in `screen`.
sub sees {
    my ($self, $pattern, $seconds) = @_;
    my $until = time + ($seconds // $patience);
    while (1) {
        return 1 if $self->screen =~ $pattern;
        return 0 if time >= $until;
        if (!$self->pump(0.1)) { return scalar($self->screen =~ $pattern) }
    }
}

sub resize {
    my ($self, $rows, $columns) = @_;
    @$self{qw(rows columns)} = ($rows, $columns);
    $self->clear;
    my $size = pack 'S4', $rows, $columns, 0, 0;
    ioctl $self->{main}, TIOCSWINSZ, $size;    # the kernel sends SIGWINCH
}

# The exit code once the program has ended; -1 when it does not.
sub ended {
    my ($self) = @_;
    my $until = time + $patience;
    while (time < $until) {
        my $gone = waitpid $self->{pid}, POSIX::WNOHANG();
        if ($gone == $self->{pid}) { my $status = $?; delete $self->{pid}; $self->pump(0); return $status & 127 ? 128 + ($status & 127) : $status >> 8 }
        $self->pump(0.05);
    }
    return -1;
}

sub kill { my ($self, $signal) = @_; CORE::kill $signal, $self->{pid} if $self->{pid} }
sub DESTROY { my ($self) = @_; local ($?, $!); if ($self->{pid}) { CORE::kill KILL => $self->{pid}; waitpid $self->{pid}, 0 } }

1;
