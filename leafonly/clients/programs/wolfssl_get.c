#include <wolfssl/options.h>

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wolfssl/ssl.h>

static void fail(const char *what, int code) {
    char words[200] = "";
    if (code) wolfSSL_ERR_error_string_n((unsigned long)code, words, sizeof words);
    fprintf(stderr, "%s: %d %s\n", what, code, words);
    exit(1);
}

static int connect_to(const char *host, const char *port) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    int plain;
    if (getaddrinfo(host, port, &hints, &found) != 0) fail("getaddrinfo", 0);
    plain = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (plain < 0 || connect(plain, found->ai_addr, found->ai_addrlen) != 0) fail("connect", 0);
    freeaddrinfo(found);
    return plain;
}

static void visit(WOLFSSL_CTX *context, const char *host, const char *port) {
    const char *request = "GET / HTTP/1.0\r\n\r\n";
    char answer[4096];
    int got, plain = connect_to(host, port);
    WOLFSSL *ssl = wolfSSL_new(context);
    wolfSSL_set_fd(ssl, plain);
    if (wolfSSL_check_domain_name(ssl, host) != WOLFSSL_SUCCESS) fail("check_domain_name", 0);
    got = wolfSSL_connect(ssl);
    if (got != WOLFSSL_SUCCESS) fail("connect", wolfSSL_get_error(ssl, got));
    wolfSSL_write(ssl, request, (int)strlen(request));
    while ((got = wolfSSL_read(ssl, answer, sizeof answer)) > 0) fwrite(answer, 1, got, stdout);
    wolfSSL_free(ssl);
    close(plain);
}

int main(int argc, char **argv) {
    char host[256], port[6];
    WOLFSSL_CTX *context;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("libwolfssl %s\nwolfSSL %s\n", wolfSSL_lib_version(), wolfSSL_lib_version());
        return 0;
    }
    wolfSSL_Init();
    context = wolfSSL_CTX_new(wolfSSLv23_client_method());
    // Debian builds wolfSSL with OpenSSL's defaults: a client that verifies nothing.
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, NULL);
    if (wolfSSL_CTX_load_verify_locations(context, argv[1], NULL) != WOLFSSL_SUCCESS)
        fail("load_verify_locations", 0);
    for (int i = 2; i < argc; i++) {
        if (sscanf(argv[i], "https://%255[^:]:%5[0-9]", host, port) != 2) return 2;
        visit(context, host, port);
    }
    return 0;
}
