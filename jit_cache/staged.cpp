// What functions were turned into before they are traced, kept for later processes.
//
// The question is the code of the function and what transformed it, as Python tells them; it is
// compared in full, so that a collision of digests is a miss. The answer is Python's: the bytes
// that it gave come back, or nothing. Like an entry, a record can make its reader run any code;
// what is said of who may write to a store holds for both.
//
// Records are not synced when they are written, as one that was lost costs milliseconds. They go
// with the entries when the store grows too large.
#include <chrono>

#include <fmt/format.h>

#include "jit_cache/cache.hpp"
#include "jit_cache/digest.hpp"
#include "jit_cache/file.hpp"

namespace numeta::jit_cache {
namespace {

constexpr std::string_view kSchema = "1";

// A source is told by its path, size and time, as Python tells whether what it compiled is still
// that of its source. Of files younger than this two versions may have the same time: their
// contents are read as well.
constexpr int64_t kJustWritten = 10'000'000'000;  // nanoseconds

bool is_just_written(int64_t mtime_ns) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t age = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - mtime_ns;
  return age < kJustWritten;  // or from the future: some clock was wrong
}

}  // namespace

std::optional<std::string> Cache::identity_of(const std::vector<std::string>& sources,
                                              const std::string& library) {
  std::string all;
  for (const std::string& source : sources) {
    const FileTag tag = tag_of(source);
    if (tag == FileTag{}) return std::nullopt;
    all += fmt::format("{}\n{}\n{}\n", source, tag.size, tag.mtime_ns);
    if (!is_just_written(tag.mtime_ns)) continue;
    const auto bytes = read_through_links(source);
    if (!bytes) return std::nullopt;
    all += digest_bytes(*bytes);
  }
  const auto identity = identify(library);
  if (!identity) return std::nullopt;
  return digest_bytes(fmt::format("{}{} {}", all, identity->size, identity->mtime_ns));
}

std::string Cache::staged_question(std::string_view asked) const {
  Fields question;
  question.add("schema", kSchema);
  question.add("namespace", settings_.name_space);
  question.add("asked", asked);
  return question.encode();
}

std::optional<std::string> Cache::staged(std::string_view asked) {
  if (!serves_lookups()) return std::nullopt;
  const std::string question = staged_question(asked);
  const std::string name = record_name(question);
  for (const Store* store : stores()) {
    const auto bytes = store->read_file(kStagedFolder, name);
    if (!bytes) continue;
    const auto fields = unseal_record(*bytes);
    if (!fields || fields->get("question") != question) {
      stats_.add(Stat::corrupt);
      log(fmt::format("cache: {}/{}/{} is damaged or another function's; staging it again",
                      store->folder(), kStagedFolder, name));
      continue;
    }
    if (settings_.mode == Mode::kOn && store->writable()) store->touch_record(kStagedFolder, name);
    stats_.add(Stat::staged_hits);
    return std::string(fields->get("answer"));
  }
  return std::nullopt;
}

void Cache::keep_staged(std::string_view asked, std::string_view answer) {
  if (settings_.mode == Mode::kOff || settings_.mode == Mode::kReadonly) return;
  const std::string question = staged_question(asked);
  Fields fields;
  fields.add("question", question);
  fields.add("answer", answer);
  const std::string bytes = seal_record(fields);
  if (!store_.writable() || bytes.size() > settings_.max_size) return;
  if (!store_.write_file(kStagedFolder, record_name(question), bytes, Store::Sync::kNo)) return;
  stats_.add(Stat::staged_stored);
  limit_size(store_, bytes.size());
}

}  // namespace numeta::jit_cache
