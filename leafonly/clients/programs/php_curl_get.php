<?php
[, $trust] = $argv;
$urls = array_slice($argv, 2);

if ($trust === '--version') {
    echo 'PHP ', PHP_VERSION, "\n", str_replace('/', ' ', curl_version()['ssl_version']), "\n";
    exit;
}
$client = curl_init();
curl_setopt($client, CURLOPT_RETURNTRANSFER, true);
if ($trust !== 'native') {
    curl_setopt($client, CURLOPT_CAINFO, $trust);
}
foreach ($urls as $url) {
    curl_setopt($client, CURLOPT_URL, $url);
    $body = curl_exec($client);
    if ($body === false) {
        fwrite(STDERR, 'curl error ' . curl_errno($client) . ': ' . curl_error($client) . "\n");
        exit(1);
    }
    echo $body;
}
