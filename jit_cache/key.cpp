// Key material from the rows of key_fields.def.
//
// The encoding (fields.hpp) writes lengths before values, so no two materials read alike.
#include "jit_cache/key.hpp"

#include <cstdlib>

#include "jit_cache/digest.hpp"
#include "jit_cache/entry.hpp"
#include "jit_cache/file.hpp"

namespace numeta::jit_cache {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word;
    text += '\0';
  }
  return text;
}

std::string identities(const std::vector<std::string>& files) {
  std::vector<std::string> all;
  for (const std::string& file : files) {
    all.push_back(identify(file).value_or(FileIdentity{file}).text());
  }
  return joined(all);
}

std::string plan_text(const BuildPlan& plan) {
  std::string text = plan.direct ? "direct" : "driver";
  for (const Pipeline* pipeline : {&plan.fortran, &plan.c}) {
    for (const Command& command : pipeline->commands) text += '\n' + joined(command);
  }
  for (const Command* part : {&plan.link_start, &plan.link_libraries, &plan.link_end}) {
    text += '\n' + joined(*part);
  }
  return text;
}

}  // namespace

Key make_key(const Toolchain& tool, const Unit& unit) {
  Fields fields;
#define KEY_FIELD(name, meaning, expression) fields.add(#name, expression);
#include "jit_cache/key_fields.def"
#undef KEY_FIELD
  Key key;
  key.material = fields.encode();
  key.name = digest_hex(key.material);
#ifdef NUMETA_TEST_HOOKS
  if (const char* digits = std::getenv("NUMETA_TEST_KEY_DIGITS")) {
    key.name = key.name.substr(0, std::strtoul(digits, nullptr, 10)) + std::string(32, '0');
    key.name.resize(32);
  }
#endif
  return key;
}

const std::vector<KeyField>& key_fields() {
  static const std::vector<KeyField> fields{
#define KEY_FIELD(name, meaning, expression) {#name, meaning},
#include "jit_cache/key_fields.def"
#undef KEY_FIELD
  };
  return fields;
}

}  // namespace numeta::jit_cache
