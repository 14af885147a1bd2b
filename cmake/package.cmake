# Debian packages by CPack: changgu (the program and its service), changgu-poster (what draws) and changgu-notify (what
# reminds). Apart, so that a server has neither a drawing library nor one that opens connections unless somebody asks for
# it. scripts/package builds them; docs/decisions/0022 says why they are as they are.
include(GNUInstallDirs)

set(debian ${PROJECT_SOURCE_DIR}/config/debian)
set(pages ${PROJECT_BINARY_DIR}/package)
set(packages changgu changgu-poster changgu-notify)

# --- what is made: manual pages and completion from the commands' own table; everything compressed without a time.
file(MAKE_DIRECTORY ${pages})
set(made)
function(changgu_compressed_page output)
  add_custom_command(OUTPUT ${pages}/${output}.gz
    COMMAND sh -c "\"$@\" > ${output} && gzip -9nf ${output}" -- ${ARGN}
    WORKING_DIRECTORY ${pages} VERBATIM
    DEPENDS changgu_manual ${debian}/changgu-poster.1 ${debian}/changgu-notify.8 ${debian}/changelog)
  set(made ${made} ${pages}/${output}.gz PARENT_SCOPE)
endfunction()
changgu_compressed_page(changgu.1 $<TARGET_FILE:changgu_manual> man-en)
changgu_compressed_page(changgu.ko.1 $<TARGET_FILE:changgu_manual> man-ko)
changgu_compressed_page(changgu-poster.1 cat ${debian}/changgu-poster.1)
changgu_compressed_page(changgu-notify.8 cat ${debian}/changgu-notify.8)
changgu_compressed_page(changelog cat ${debian}/changelog)
add_custom_command(OUTPUT ${pages}/changgu.bash
  COMMAND sh -c "\"$1\" bash > changgu.bash" -- $<TARGET_FILE:changgu_manual>
  WORKING_DIRECTORY ${pages} VERBATIM DEPENDS changgu_manual)
add_custom_target(changgu_package_files DEPENDS ${made} ${pages}/changgu.bash)

# The example's paths are relative to itself; the package's are where Debian keeps such things.
file(READ ${PROJECT_SOURCE_DIR}/config/changgu.toml configuration)
foreach(path tls/certificate.pem tls/key.pem data)
  string(FIND "${configuration}" " = \"${path}\"" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "config/changgu.toml no longer says ${path}: cmake/package.cmake changes it for the package")
  endif()
  string(REPLACE " = \"${path}\"" " = \"/var/lib/changgu/${path}\"" configuration "${configuration}")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/config/changgu.toml)
file(CONFIGURE OUTPUT ${pages}/changgu.toml CONTENT "${configuration}" @ONLY)

# --- what goes where
install(TARGETS changgu COMPONENT changgu)
install(TARGETS changgu_poster COMPONENT changgu-poster) # beside changgu, which looks for it nowhere else
install(TARGETS changgu_notify RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT changgu-notify)
install(FILES ${pages}/changgu.toml DESTINATION /etc/changgu COMPONENT changgu
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES ${PROJECT_SOURCE_DIR}/config/notify.toml DESTINATION /etc/changgu COMPONENT changgu-notify
  PERMISSIONS OWNER_READ OWNER_WRITE)
install(FILES ${PROJECT_SOURCE_DIR}/config/changgu.service ${PROJECT_SOURCE_DIR}/config/changgu-backup.service
  ${PROJECT_SOURCE_DIR}/config/changgu-backup.timer DESTINATION /lib/systemd/system COMPONENT changgu)
install(FILES ${PROJECT_SOURCE_DIR}/config/changgu-notify.service ${PROJECT_SOURCE_DIR}/config/changgu-notify.timer
  DESTINATION /lib/systemd/system COMPONENT changgu-notify)
install(FILES ${pages}/changgu.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT changgu)
install(FILES ${pages}/changgu.ko.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/ko/man1 COMPONENT changgu
  RENAME changgu.1.gz)
install(FILES ${pages}/changgu-poster.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT changgu-poster)
install(FILES ${pages}/changgu-notify.8.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man8 COMPONENT changgu-notify)
install(FILES ${pages}/changgu.bash DESTINATION share/bash-completion/completions COMPONENT changgu RENAME changgu)
install(FILES ${PROJECT_SOURCE_DIR}/config/nginx.conf ${PROJECT_SOURCE_DIR}/config/torrc
  DESTINATION share/doc/changgu/examples COMPONENT changgu)
install(FILES ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION share/doc/changgu COMPONENT changgu)
foreach(package ${packages})
  install(FILES ${debian}/copyright ${pages}/changelog.gz DESTINATION share/doc/${package} COMPONENT ${package})
  install(FILES ${debian}/${package}.lintian-overrides DESTINATION share/lintian/overrides COMPONENT ${package}
    RENAME ${package})
endforeach()

# --- CPack
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME changgu)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL ${packages})
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Changgu developers <changgu@localhost>")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

function(changgu_package name section synopsis description)
  string(TOUPPER ${name} component)
  set(CPACK_DEBIAN_${component}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${component}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_COMPONENT_${component}_DESCRIPTION "${synopsis}\n${description}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${component}_PACKAGE_CONTROL_STRICT_PERMISSION ON PARENT_SCOPE)
  set(control)
  foreach(script postinst prerm postrm conffiles)
    if(EXISTS ${debian}/${name}.${script})
      configure_file(${debian}/${name}.${script} ${pages}/${name}/${script} COPYONLY)
      list(APPEND control ${pages}/${name}/${script})
    endif()
  endforeach()
  set(CPACK_DEBIAN_${component}_PACKAGE_CONTROL_EXTRA "${control}" PARENT_SCOPE)
endfunction()

changgu_package(changgu net "anonymous channel inside an organisation"
"Employees report what goes wrong and come back for the answer with a receipt
and nothing else; auditors read and reply. Everything is sealed on the
sender's device: the server can neither read a word nor tell who sent it.
.
This package has the one program for employees, reviewers and admins, and
the server's service.")
set(CPACK_DEBIAN_CHANGGU_PACKAGE_DEPENDS "adduser, procps") # procps: the unit reloads with kill
set(CPACK_DEBIAN_CHANGGU_PACKAGE_SUGGESTS "changgu-poster, changgu-notify, nginx, tor")
changgu_package(changgu-poster graphics "anonymous channel inside an organisation: the poster"
"Draws the sheet for the wall that people take an organisation's fingerprint
from, as SVG and PDF. It is run by 'changgu poster' on the machine where the
fingerprint was made; a server does not need it.")
set(CPACK_DEBIAN_CHANGGU-POSTER_PACKAGE_DEPENDS "changgu (= ${PROJECT_VERSION}), fonts-nanum")
changgu_package(changgu-notify net "anonymous channel inside an organisation: reminders"
"Reminds reviewers to look into the channel, by mail or by a webhook, at fixed
times and in fixed words whether or not something has come in: so neither the
reminder nor its absence tells when somebody reported. The server itself
never makes a connection.")
set(CPACK_DEBIAN_CHANGGU-NOTIFY_PACKAGE_DEPENDS ca-certificates)

include(CPack)
