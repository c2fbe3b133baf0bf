use strict;
use warnings;
use LWP::UserAgent;
use LWP::Protocol::https;
use Net::SSLeay;

my ($trust, @urls) = @ARGV;

if ($trust eq '--version') {
    print "LWP $LWP::UserAgent::VERSION\n";
    print Net::SSLeay::SSLeay_version(0), "\n";
    exit;
}
my $ssl = $trust eq 'native' ? {} : { SSL_ca_file => $trust };
my $client = LWP::UserAgent->new(max_redirect => 0, ssl_opts => $ssl);
for my $url (@urls) {
    my $response = $client->get($url);
    # A failed connection is a 500 of LWP's own making.
    die $response->status_line, "\n", $response->content, "\n" unless $response->is_success;
    print $response->content;
}
