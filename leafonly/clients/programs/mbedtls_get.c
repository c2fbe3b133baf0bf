#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int code, const char *what) {
    char words[200];
    if (code >= 0) return;
    mbedtls_strerror(code, words, sizeof words);
    fprintf(stderr, "%s: -0x%04x %s\n", what, -code, words);
    exit(1);
}

static void visit(mbedtls_ssl_config *config, const char *host, const char *port) {
    const char *request = "GET / HTTP/1.0\r\n\r\n";
    mbedtls_net_context net;
    mbedtls_ssl_context ssl;
    char answer[4096], words[500];
    int got;
    mbedtls_net_init(&net);
    mbedtls_ssl_init(&ssl);
    check(mbedtls_net_connect(&net, host, port, MBEDTLS_NET_PROTO_TCP), "connect");
    check(mbedtls_ssl_setup(&ssl, config), "setup");
    check(mbedtls_ssl_set_hostname(&ssl, host), "set_hostname");
    mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    got = mbedtls_ssl_handshake(&ssl);
    if (got != 0 && mbedtls_ssl_get_verify_result(&ssl) != 0) {
        mbedtls_x509_crt_verify_info(words, sizeof words, "", mbedtls_ssl_get_verify_result(&ssl));
        fputs(words, stderr);
    }
    check(got, "handshake");
    check(mbedtls_ssl_write(&ssl, (const unsigned char *)request, strlen(request)), "write");
    while ((got = mbedtls_ssl_read(&ssl, (unsigned char *)answer, sizeof answer)) > 0)
        fwrite(answer, 1, got, stdout);
    if (got != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) check(got, "read");
    mbedtls_ssl_free(&ssl);
    mbedtls_net_free(&net);
}

int main(int argc, char **argv) {
    mbedtls_ssl_config config;
    mbedtls_x509_crt trust;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    char version[20], host[256], port[6];
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        mbedtls_version_get_string(version);
        printf("libmbedtls %s\nmbedTLS %s\n", version, version);
        return 0;
    }
    mbedtls_x509_crt_init(&trust);
    mbedtls_ssl_config_init(&config);
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random);
    check(mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0), "seed");
    check(mbedtls_x509_crt_parse_file(&trust, argv[1]), "trust");
    check(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT), "defaults");
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&config, &trust, NULL);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
    for (int i = 2; i < argc; i++) {
        if (sscanf(argv[i], "https://%255[^:]:%5[0-9]", host, port) != 2) return 2;
        visit(&config, host, port);
    }
    return 0;
}
