use strict;
use warnings;
use IO::Socket::SSL;
use URI;

my ($trust, @urls) = @ARGV;

if ($trust eq '--version') {
    print "IO::Socket::SSL $IO::Socket::SSL::VERSION\n";
    print Net::SSLeay::SSLeay_version(0), "\n";
    exit;
}
my @roots = $trust eq 'native' ? () : (SSL_ca_file => $trust);
my $context = IO::Socket::SSL::SSL_Context->new(@roots)
    or die "$SSL_ERROR\n";
for my $url (map { URI->new($_) } @urls) {
    my $socket = IO::Socket::SSL->new(
        PeerHost      => $url->host,
        PeerPort      => $url->port,
        SSL_reuse_ctx => $context,
        SSL_verifycn_scheme => 'http',
    ) or die "$!, $SSL_ERROR\n";
    print $socket "GET / HTTP/1.0\r\n\r\n";
    print <$socket>;
}
