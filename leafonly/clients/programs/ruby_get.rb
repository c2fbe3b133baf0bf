require 'net/http'
require 'openssl'
require 'uri'

trust, *urls = ARGV

if trust == '--version'
  puts "Ruby #{RUBY_VERSION}"
  puts OpenSSL::OPENSSL_LIBRARY_VERSION
else
  urls.each do |url|
    uri = URI(url)
    # A Net::HTTP object is for one server; the nil is: no proxy.
    http = Net::HTTP.new(uri.host, uri.port, nil)
    http.use_ssl = true
    http.ca_file = trust unless trust == 'native'
    http.max_retries = 0
    puts http.get('/').body
  end
end
