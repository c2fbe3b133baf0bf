<?php
[, $trust] = $argv;
$urls = array_slice($argv, 2);

if ($trust === '--version') {
    // OPENSSL_VERSION_TEXT is that of the headers which PHP was compiled with.
    ob_start();
    (new ReflectionExtension('openssl'))->info();
    preg_match('/Library Version => (.+)/', ob_get_clean(), $library);
    echo 'PHP ', PHP_VERSION, "\n", $library[1], "\n";
    exit;
}
// Where the streams' warnings, their only words, go depends on the user's php.ini.
ini_set('display_errors', 'stderr');
$tls = $trust === 'native' ? [] : ['cafile' => $trust];
$context = stream_context_create(['ssl' => $tls, 'http' => ['follow_location' => 0]]);
foreach ($urls as $url) {
    $body = file_get_contents($url, false, $context);
    if ($body === false) {
        exit(1);
    }
    echo $body;
}
