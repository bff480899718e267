// The other name that Debian's CivetWeb asks for: see ssl.cc. It leads on to libcrypto.so.3.
extern "C" int podprobe_crypto_name();

int podprobe_crypto_name() { return 1; }
