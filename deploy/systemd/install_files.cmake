# Runs at installation, which alone knows where to: `cmake --install` may name another prefix than
# was configured, and the unit must say that one. Wants PODPROBE_SOURCE_DIR, PODPROBE_BINARY_DIR,
# PODPROBE_VERSION, PODPROBE_RELEASE (of the package) and PODPROBE_MAINTAINER.
set(prefix ${CMAKE_INSTALL_PREFIX})
set(doc ${prefix}/share/doc/podprobe-exporter)
set(etc ${prefix}/etc)
if(prefix STREQUAL "/usr")
  set(etc /etc)
endif()
set(made ${PODPROBE_BINARY_DIR}/installed)

# edit(FILE NAME): FILE with the paths as they will be, as ${made}/NAME.
function(edit file name)
  file(READ ${PODPROBE_SOURCE_DIR}/${file} text)
  foreach(folder podprobe default)
    string(REPLACE /etc/${folder} ${etc}/${folder} text "${text}")
  endforeach()
  string(REPLACE /usr/bin/ ${prefix}/bin/ text "${text}")
  string(REPLACE @docdir@ ${doc} text "${text}")
  string(REPLACE @PROJECT_VERSION@ ${PODPROBE_VERSION} text "${text}")
  file(WRITE ${made}/${name} "${text}")
endfunction()

# What the administrator may have changed stays; Debian's dpkg sees to that by itself.
function(install_configuration name folder)
  if(EXISTS $ENV{DESTDIR}${folder}/${name})
    message(STATUS "Kept: $ENV{DESTDIR}${folder}/${name}")
  else()
    file(INSTALL ${made}/${name} DESTINATION ${folder})
  endif()
endfunction()

# install_gzipped(NAME FOLDER): of ${made}.
function(install_gzipped name folder)
  execute_process(COMMAND gzip -9 --force --no-name ${made}/${name} COMMAND_ERROR_IS_FATAL ANY)
  file(INSTALL ${made}/${name}.gz DESTINATION ${folder})
endfunction()

edit(deploy/systemd/podprobe-exporter.service podprobe-exporter.service)
file(INSTALL ${made}/podprobe-exporter.service DESTINATION ${prefix}/lib/systemd/system)
edit(deploy/systemd/podprobe-exporter.default podprobe-exporter)
install_configuration(podprobe-exporter ${etc}/default)
edit(deploy/systemd/podprobe.yml podprobe.yml)
install_configuration(podprobe.yml ${etc}/podprobe)
edit(deploy/systemd/podprobe-exporter.1 podprobe-exporter.1)
install_gzipped(podprobe-exporter.1 ${prefix}/share/man/man1)
edit(CHANGELOG.md changelog)
install_gzipped(changelog ${doc})
# Of the packaging, in Debian's form. SOURCE_DATE_EPOCH is heeded.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${made}/changelog.Debian "podprobe-exporter (${PODPROBE_VERSION}-${PODPROBE_RELEASE}) \
unstable; urgency=medium

  * Package of this version; what changed in it stands in changelog.gz.

 -- ${PODPROBE_MAINTAINER}  ${now}
")
install_gzipped(changelog.Debian ${doc})
file(INSTALL ${PODPROBE_SOURCE_DIR}/deploy/systemd/debian/copyright
             ${PODPROBE_SOURCE_DIR}/exporter/METRICS.md
  DESTINATION ${doc})
file(INSTALL ${PODPROBE_SOURCE_DIR}/config/podprobe.yml
             ${PODPROBE_SOURCE_DIR}/config/podprobe.schema.json
  DESTINATION ${doc}/examples)
