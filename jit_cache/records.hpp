// Records: small files beside the entries, each the answer to a question that is asked again.
//
//   record file = fields checksum:16     <store>/<folder>/<digest of the question>.rec
//
// toolchains/ holds what compilers said of themselves (toolchain.hpp), staged/ what functions were
// turned into (staged.cpp). A record that is damaged is as if it were not there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jit_cache/fields.hpp"

namespace numeta::jit_cache {

inline constexpr const char* kToolchainFolder = "toolchains";
inline constexpr const char* kStagedFolder = "staged";

std::string seal_record(const Fields& fields);
// Nothing where the checksum is another, or what it covers are no fields.
std::optional<Fields> unseal_record(std::string_view bytes);

// The name of the record that answers a question.
std::string record_name(std::string_view question);
bool is_record_name(std::string_view name);

// Where records of one folder are read from and written to; either may do nothing.
struct RecordStore {
  std::function<std::optional<std::string>(const std::string& name)> load;
  std::function<void(const std::string& name, const std::string& bytes)> save;
  std::function<std::vector<std::string>()> list;
};

}  // namespace numeta::jit_cache
