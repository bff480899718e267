# The HTTP server's library, as podprobe_civetweb: Debian's package with the names that it misses in
# OpenSSL 3, or the sources of PODPROBE_CIVETWEB_SOURCE_DIR, which need no such names, listen on
# IPv6, too, and have no code that serves files or runs programs.
if(NOT PODPROBE_CIVETWEB_SOURCE_DIR)
  add_subdirectory(openssl_names)
  add_library(podprobe_civetweb INTERFACE)
  target_link_libraries(podprobe_civetweb
    INTERFACE civetweb::civetweb podprobe_ssl_name podprobe_crypto_name)
  target_compile_definitions(podprobe_civetweb INTERFACE PODPROBE_HAS_OPENSSL_NAMES)
  return()
endif()

if(NOT EXISTS ${PODPROBE_CIVETWEB_SOURCE_DIR}/src/civetweb.c)
  message(FATAL_ERROR "PODPROBE_CIVETWEB_SOURCE_DIR: there is no src/civetweb.c in "
    "${PODPROBE_CIVETWEB_SOURCE_DIR}; it wants the folder of CivetWeb's sources")
endif()
enable_language(C)
add_library(podprobe_civetweb STATIC ${PODPROBE_CIVETWEB_SOURCE_DIR}/src/civetweb.c)
target_include_directories(podprobe_civetweb SYSTEM
  PUBLIC ${PODPROBE_CIVETWEB_SOURCE_DIR}/include)
# Foreign code: its warnings are not ours.
target_compile_options(podprobe_civetweb PRIVATE -w -fstack-protector-strong)
target_compile_definitions(podprobe_civetweb
  PRIVATE USE_IPV6 OPENSSL_API_3_0 NO_SSL_DL NO_FILES NO_CGI NO_CACHING)
target_link_libraries(podprobe_civetweb
  PUBLIC OpenSSL::SSL OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS})
