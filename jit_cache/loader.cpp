// The one place that calls dlopen.
//
// The set of claimed paths is global because the list it mirrors, glibc's, is.
#include "jit_cache/loader.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <map>
#include <mutex>
#include <utility>

namespace numeta::jit_cache {

bool claim_path(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::pair<dev_t, ino_t>> claimed;
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return false;
  const std::pair file(info.st_dev, info.st_ino);
  const std::lock_guard lock(mutex);
  return claimed.try_emplace(path, file).first->second == file;
}

LoadResult load_symbol(const std::string& path, const std::string& symbol) {
  LoadResult result;
  void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object != nullptr) result.address = dlsym(object, symbol.c_str());
  if (result.address == nullptr) {
    const char* text = dlerror();
    result.error = text != nullptr ? text : "symbol not found: " + symbol;
  }
  return result;
}

}  // namespace numeta::jit_cache
