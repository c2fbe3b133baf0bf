#include <bearssl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 16

static struct { unsigned char data[8192]; size_t size; } der, name;
static br_x509_trust_anchor anchors[MOST];
static size_t count;

static void append(void *to, const void *data, size_t size) {
    (void)to;
    if (der.size + size > sizeof der.data) exit(2);
    memcpy(der.data + der.size, data, size);
    der.size += size;
}

static void append_name(void *to, const void *data, size_t size) {
    (void)to;
    if (name.size + size > sizeof name.data) exit(2);
    memcpy(name.data + name.size, data, size);
    name.size += size;
}

static void *copy(const void *data, size_t size) {
    return memcpy(malloc(size), data, size);
}

// An anchor is a name and a key (inc/bearssl_x509.h); whose certificate it was does not count.
static void add_anchor(void) {
    br_x509_decoder_context decoder;
    br_x509_trust_anchor *anchor = &anchors[count++];
    name.size = 0;
    br_x509_decoder_init(&decoder, append_name, NULL);
    br_x509_decoder_push(&decoder, der.data, der.size);
    const br_x509_pkey *key = br_x509_decoder_get_pkey(&decoder);
    if (key == NULL || count == MOST) exit(2);
    anchor->dn.data = copy(name.data, name.size);
    anchor->dn.len = name.size;
    anchor->flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
    anchor->pkey = *key;
    if (key->key_type == BR_KEYTYPE_EC) {
        anchor->pkey.key.ec.q = copy(key->key.ec.q, key->key.ec.qlen);
    } else {
        anchor->pkey.key.rsa.n = copy(key->key.rsa.n, key->key.rsa.nlen);
        anchor->pkey.key.rsa.e = copy(key->key.rsa.e, key->key.rsa.elen);
    }
}

static void load(const char *path) {
    static unsigned char pem[65536];
    br_pem_decoder_context decoder;
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(pem, 1, sizeof pem, file) : 0, done = 0;
    br_pem_decoder_init(&decoder);
    while (done < size) {
        done += br_pem_decoder_push(&decoder, pem + done, size - done);
        switch (br_pem_decoder_event(&decoder)) {
        case BR_PEM_BEGIN_OBJ:
            der.size = 0;
            br_pem_decoder_setdest(&decoder, append, NULL);
            break;
        case BR_PEM_END_OBJ:
            add_anchor();
        }
    }
}

static int connect_to(const char *host, const char *port) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    int plain;
    if (getaddrinfo(host, port, &hints, &found) != 0) exit(2);
    plain = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (plain < 0 || connect(plain, found->ai_addr, found->ai_addrlen) != 0) exit(2);
    freeaddrinfo(found);
    return plain;
}

static int low_read(void *plain, unsigned char *data, size_t size) {
    int got = (int)read(*(int *)plain, data, size);
    return got > 0 ? got : -1;
}

static int low_write(void *plain, const unsigned char *data, size_t size) {
    int put = (int)write(*(int *)plain, data, size);
    return put > 0 ? put : -1;
}

static void explain(int error) {
    const char *words = error == BR_ERR_X509_NOT_TRUSTED      ? "BR_ERR_X509_NOT_TRUSTED"
                        : error == BR_ERR_X509_EXPIRED        ? "BR_ERR_X509_EXPIRED"
                        : error == BR_ERR_X509_BAD_SERVER_NAME ? "BR_ERR_X509_BAD_SERVER_NAME"
                        : error == BR_ERR_X509_BAD_SIGNATURE  ? "BR_ERR_X509_BAD_SIGNATURE"
                        : error == BR_ERR_X509_WEAK_PUBLIC_KEY ? "BR_ERR_X509_WEAK_PUBLIC_KEY"
                        : error > BR_ERR_X509_OK && error < BR_ERR_RECV_FATAL_ALERT
                            ? "BR_ERR_X509_ (another)"
                                                              : "not a certificate's error";
    fprintf(stderr, "%d %s\n", error, words);
    exit(1);
}

static void visit(const char *host, const char *port) {
    static br_ssl_client_context client;
    static br_x509_minimal_context verifier;
    static unsigned char buffer[BR_SSL_BUFSIZE_BIDI], answer[4096];
    const char *request = "GET / HTTP/1.0\r\n\r\n";
    br_sslio_context stream;
    int got, plain = connect_to(host, port);
    br_ssl_client_init_full(&client, &verifier, anchors, count);
    br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 1);
    br_ssl_client_reset(&client, host, 0);
    br_sslio_init(&stream, &client.eng, low_read, &plain, low_write, &plain);
    br_sslio_write_all(&stream, request, strlen(request));
    br_sslio_flush(&stream);
    while ((got = br_sslio_read(&stream, answer, sizeof answer)) > 0)
        fwrite(answer, 1, (size_t)got, stdout);
    if (br_ssl_engine_last_error(&client.eng) != BR_ERR_OK)
        explain(br_ssl_engine_last_error(&client.eng));
    close(plain);
}

int main(int argc, char **argv) {
    char host[256], port[6];
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        // The library has no function that tells its version.
        printf("BearSSL\nmodule %s\n", argv[0]);
        return 0;
    }
    load(argv[1]);
    for (int i = 2; i < argc; i++) {
        if (sscanf(argv[i], "https://%255[^:]:%5[0-9]", host, port) != 2) return 2;
        visit(host, port);
    }
    return 0;
}
