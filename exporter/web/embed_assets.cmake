# cmake -DSOURCE_DIR=… -DOUTPUT=… -P embed_assets.cmake
# Writes assets.cc: the files behind the names of assets.h.
set(text "#include \"exporter/web/assets.h\"\n\nnamespace podprobe {\n")
foreach(pair kOpenApiJson=openapi.json kPageStyle=assets/style.css kPageScript=assets/script.js
             kPageIcon=assets/icon.svg)
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 file)
  file(READ "${SOURCE_DIR}/${file}" content)
  string(APPEND text "const std::string_view ${name} = R\"asset(${content})asset\";\n")
endforeach()
string(APPEND text "}  // namespace podprobe\n")
file(WRITE "${OUTPUT}" "${text}")
