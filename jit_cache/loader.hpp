// dlopen by paths that stand for one file only in this process.
//
// glibc takes a path it has seen for the object it loaded then, whatever the file holds now. So a
// path that holds another file than before is loaded from a copy with a name of its own.
#pragma once

#include <string>

namespace numeta::jit_cache {

struct LoadResult {
  void* address = nullptr;  // of the symbol
  std::string error;        // dlerror's words when there is none
};

// Whether dlopen of this path gives this file: true the first time, and as long as it is the same
// file (a mapped file keeps its inode). False when the name stood for another one before.
bool claim_path(const std::string& path);

// RTLD_NOW | RTLD_LOCAL. The object stays loaded for the life of the process.
LoadResult load_symbol(const std::string& path, const std::string& symbol);

}  // namespace numeta::jit_cache
