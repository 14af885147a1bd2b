# Every outside library, once, as an imported target with system includes.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.85 REQUIRED) # changgu-notify alone
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(PANGO REQUIRED IMPORTED_TARGET pangocairo cairo-svg cairo-pdf)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium>=1.0.18)

# Boost.JSON is used header-only: crypto/boost_json.cpp is its one translation unit.
add_library(changgu_boost INTERFACE)
target_link_libraries(changgu_boost INTERFACE Boost::headers)
target_compile_definitions(changgu_boost INTERFACE
  BOOST_JSON_NO_LIB BOOST_ALL_NO_LIB BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
