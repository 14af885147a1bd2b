# changgu_embed_pages(TARGET): builds client-web and links its files into TARGET as the table that server/assets/asset.hpp
# declares. npm runs only when a source of the pages has changed.
enable_language(ASM)

function(changgu_embed_pages target)
  set(web ${PROJECT_SOURCE_DIR}/client-web)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/build/*.mjs ${web}/review/*.html)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/pages)
  add_custom_command(
    OUTPUT ${out}/pages.S ${out}/pages.cpp ${out}/pages.bin
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/build_pages ${out}
    DEPENDS ${sources} ${web}/index.html ${web}/vite.config.ts ${web}/tsconfig.base.json ${web}/package.json ${web}/package-lock.json
      ${PROJECT_SOURCE_DIR}/scripts/build_pages
    COMMENT "Building the pages"
    VERBATIM)
  # The assembler takes pages.bin in without telling anybody.
  set_source_files_properties(${out}/pages.S PROPERTIES OBJECT_DEPENDS ${out}/pages.bin INCLUDE_DIRECTORIES ${out})
  target_sources(${target} PRIVATE ${out}/pages.S ${out}/pages.cpp)
endfunction()
