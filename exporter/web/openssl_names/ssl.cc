// Debian's CivetWeb looks OpenSSL's functions up by name in "libssl.so", a name that only
// development packages have, and wants one that OpenSSL 3 calls otherwise. This library bears
// that name, is linked into the program (so dlopen finds it loaded) and leads on to OpenSSL 3.
#include <openssl/ssl.h>

#undef SSL_get_peer_certificate
extern "C" {
X509* SSL_get_peer_certificate(const SSL* ssl);
int podprobe_ssl_name();
}

X509* SSL_get_peer_certificate(const SSL* ssl) { return SSL_get1_peer_certificate(ssl); }
// Called, so that no linker leaves the library out.
int podprobe_ssl_name() { return 1; }
