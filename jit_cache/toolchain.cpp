// Finding compilers, asking them what they would do, and the records of their answers.
//
// Every question runs in parallel with the others: five programs, about as long as one.
#include "jit_cache/toolchain.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

#include "jit_cache/build_error.hpp"
#include "jit_cache/cpu.hpp"
#include "jit_cache/digest.hpp"
#include "jit_cache/elf.hpp"
#include "jit_cache/file.hpp"

namespace numeta::jit_cache {
namespace {

constexpr std::string_view kRecordSchema = "2";
// Less than a compile takes: what was compiled by another program cannot be that young.
constexpr std::chrono::milliseconds kRecent{20};
constexpr std::array<std::string_view, 6> kFortranNames{
    "gfortran", "gfortran-14", "gfortran-13", "gfortran-12", "gfortran-11", "gfortran-10"};
constexpr std::array<std::string_view, 6> kCNames{"gcc",    "cc",     "gcc-14",
                                                  "gcc-13", "gcc-12", "gcc-11"};
// The driver reads them, so they belong to the question.
constexpr std::array<const char*, 3> kDriverVariables{"GCC_EXEC_PREFIX", "COMPILER_PATH",
                                                      "LIBRARY_PATH"};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const size_t start = text.find_first_not_of(" \t\n");
    if (start == std::string_view::npos) return words;
    text.remove_prefix(start);
    const size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string trimmed(std::string_view text) {
  const auto words = split(text);
  return words.empty() ? std::string() : words.back();
}

// Whether code is compiled for the processor at hand, by NUMETA_MARCH or by any flag.
bool is_native(const Settings& settings, const std::vector<std::string>& flags) {
  const auto native = [](const std::string& flag) { return flag.ends_with("=native"); };
  return settings.march.empty() || settings.march == "native" ||
         std::ranges::any_of(flags, native) || std::ranges::any_of(split(settings.fflags), native);
}

std::string wanted_march(const Settings& settings) {
  return settings.march.empty() ? "native" : settings.march;
}

template <size_t N>
std::string find_compiler(const std::string& wanted, const std::array<std::string_view, N>& names) {
  if (!wanted.empty()) return find_program(wanted);
  for (const std::string_view name : names) {
    std::string path = find_program(name);
    if (!path.empty()) return path;
  }
  return {};
}

[[noreturn]] void throw_missing(std::string_view language, const std::string& wanted,
                                std::string_view first_name, std::string_view variable) {
  const char* path = std::getenv("PATH");
  BuildError error(BuildErrorKind::kMissing,
                   fmt::format("no {} compiler: looked for {} on PATH ({}); install {} or set {}",
                               language, wanted.empty() ? first_name : wanted,
                               path != nullptr ? path : "", first_name, variable));
  error.command = wanted.empty() ? std::string(first_name) : wanted;
  throw error;
}

CompileFlags compile_flags(const Settings& settings, const std::vector<std::string>& flags) {
  CompileFlags result;
  for (const std::string& flag : flags) {
    if (flag == kNoVectorMath) {
      result.vector_math = false;
    } else {
      result.fortran.push_back(flag);
    }
  }
  result.fortran.push_back("-march=" + wanted_march(settings));
  for (std::string& flag : split(settings.fflags)) result.fortran.push_back(std::move(flag));
  return result;
}

// Runs the questions in a folder that holds empty inputs, since the driver looks for them.
std::vector<Outcome> ask(const std::vector<Pipeline>& questions, const Settings& settings,
                         const std::function<bool()>& interrupted) {
  const std::string folder = make_private_folder(true);
  for (const char* name : {"kernel.f90", "stub.c", "kernel.o", "stub.o"}) {
    const int error = folder.empty() ? ENOENT : write_new(folder + "/" + name, "", 0600, false);
    if (error == 0) continue;
    remove_folder(folder);
    throw BuildError(
        BuildErrorKind::kFailed,
        fmt::format("no place for temporary files ({}): set TMPDIR", describe_errno(error)));
  }
  RunResult result = run(questions, {folder, settings.compile_timeout, interrupted});
  remove_folder(folder);
  if (result.ending == Ending::kInterrupted) {
    throw BuildError(BuildErrorKind::kInterrupted, "interrupted while asking the compiler");
  }
  if (result.ending == Ending::kTimeout) {
    BuildError error(BuildErrorKind::kTimeout, "the compiler does not answer");
    error.command = command_text(questions[0]);
    throw error;
  }
  // No answer is not the answer "no": what is learnt here is kept for all later processes.
  for (const Outcome& outcome : result.outcomes) {
    if (outcome.success || outcome.status.starts_with("exit status")) continue;
    BuildError error(BuildErrorKind::kFailed,
                     fmt::format("the compiler failed ({})", outcome.status));
    error.command = outcome.failed;
    error.output = outcome.output;
    throw error;
  }
  return std::move(result.outcomes);
}

std::string runtime_libraries(const BuildPlan& plan) {
  std::string text;
  for (const std::string& file : plan.libraries) {
    const auto identity = identify(file);
    if (!identity) continue;
    text += fmt::format("{} {}\n", soname_of(file),
                        identity->path.substr(identity->path.rfind('/') + 1));
  }
  return text;
}

void watch(Toolchain& tool) {
  std::vector<std::string> files{tool.fc, tool.cc};
  for (const auto* pipeline : {&tool.plan.fortran, &tool.plan.c}) {
    for (const Command& command : pipeline->commands) files.push_back(command[0]);
  }
  files.push_back(tool.plan.link_start[0]);
  files.insert(files.end(), tool.plan.libraries.begin(), tool.plan.libraries.end());
  for (const std::string& file : files) {
    const auto identity = identify(file);
    if (identity) tool.watched.push_back(identity->text());
  }
  std::ranges::sort(tool.watched);
  tool.watched.erase(std::unique(tool.watched.begin(), tool.watched.end()), tool.watched.end());
}

std::string resolved_march(const BuildPlan& plan, const CompileFlags& flags) {
  for (const std::string& word : plan.fortran.commands[0]) {
    if (word.starts_with("-march=")) return word.substr(7);
  }
  return flags.fortran.empty() ? "" : "native";
}

Toolchain discover(const Settings& settings, const std::vector<std::string>& flags,
                   const std::string& fc, const std::string& cc, std::string request,
                   const std::function<bool()>& interrupted) {
  Compilers compilers{fc, cc, {}, {}};
  CompileFlags compile = compile_flags(settings, flags);
  CompileFlags with_vector_math = compile;
  with_vector_math.vector_math = true;
  const std::vector<Pipeline> questions{
      {{fortran_driver(compilers, with_vector_math, true)}},
      {{c_driver(compilers, true)}},
      {{link_driver(compilers, compile, true)}},
      {{{fc, "-dumpfullversion"}}},
      {{{cc, "-dumpfullversion"}}},
      {{{fc, "-print-prog-name=ld"}}},
      {{{fc, "-print-file-name=finclude"}}},
  };
  std::vector<Outcome> answers = ask(questions, settings, interrupted);
  Toolchain tool;
  tool.request = std::move(request);
  tool.fc = fc;
  tool.cc = cc;
  tool.fc_identity = identify(fc).value_or(FileIdentity{}).text();
  tool.cc_identity = identify(cc).value_or(FileIdentity{}).text();
  tool.version = answers[3].success ? trimmed(answers[3].output) : "unknown";
  tool.c_version = answers[4].success ? trimmed(answers[4].output) : "unknown";
  compilers.linker = find_program(trimmed(answers[5].output));
  compilers.intrinsic_modules = trimmed(answers[6].output);
  if (settings.driver_only) {
    tool.plan = driver_plan(compilers, compile, "asked for");
  } else if (!answers[0].success || !answers[1].success || !answers[2].success) {
    tool.plan = driver_plan(compilers, compile, "the compiler does not know -###");
  } else {
    tool.plan =
        direct_plan(compilers, compile, answers[0].output, answers[1].output, answers[2].output);
  }
  if (tool.plan.direct && !compile.vector_math) {
    std::erase_if(tool.plan.fortran.commands[0],
                  [](const std::string& word) { return word.starts_with("-fpre-include="); });
  }
  tool.driver = driver_plan(compilers, compile, "fallback");
  tool.march = resolved_march(tool.plan, compile);
  tool.cpu = is_native(settings, flags) ? cpu_features() : "";
  tool.runtime = runtime_libraries(tool.plan);
  tool.flags = compile.fortran;
  watch(tool);
  return tool;
}

std::string name_of(const std::string& request, const std::string& fc, const std::string& cc) {
  Fields question;
  question.add("request", request);
  question.add("fc", identify(fc).value_or(FileIdentity{}).text());
  question.add("cc", identify(cc).value_or(FileIdentity{}).text());
  return record_name(question.encode());
}

std::optional<Toolchain> decode_record(std::string_view bytes) {
  const auto fields = unseal_record(bytes);
  return fields ? Toolchain::decode(*fields) : std::nullopt;
}

std::string encode_plan(const BuildPlan& plan) {
  Fields fields;
  fields.add("direct", plan.direct ? "1" : "0");
  fields.add("reason", plan.reason);
  for (const Command& command : plan.fortran.commands) fields.add_list("fortran", command);
  for (const Command& command : plan.c.commands) fields.add_list("c", command);
  fields.add_list("link_start", plan.link_start);
  fields.add_list("link_libraries", plan.link_libraries);
  fields.add_list("libraries", plan.libraries);
  fields.add_list("link_end", plan.link_end);
  return fields.encode();
}

bool decode_plan(std::string_view bytes, BuildPlan& plan) {
  const auto fields = Fields::decode(bytes);
  if (!fields) return false;
  plan.direct = fields->get("direct") == "1";
  plan.reason = fields->get("reason");
  for (const auto& [name, value] : fields->rows()) {
    if (name != "fortran" && name != "c") continue;
    Fields one;
    one.add(name, value);
    auto& pipeline = name == "c" ? plan.c : plan.fortran;
    pipeline.commands.push_back(one.get_list(name));
    if (pipeline.commands.back().empty()) return false;
  }
  plan.link_start = fields->get_list("link_start");
  plan.link_libraries = fields->get_list("link_libraries");
  plan.libraries = fields->get_list("libraries");
  plan.link_end = fields->get_list("link_end");
  return !plan.fortran.commands.empty() && !plan.c.commands.empty() && !plan.link_start.empty();
}

}  // namespace

std::string toolchain_request(const Settings& settings, const std::vector<std::string>& flags) {
  Fields question;
  question.add("schema", kRecordSchema);
  question.add("fc", settings.fc);
  question.add("cc", settings.cc);
  question.add("march", wanted_march(settings));
  question.add("cpu", is_native(settings, flags) ? cpu_features() : "");
  question.add("fflags", settings.fflags);
  question.add("driver", settings.driver_only ? "1" : "0");
  question.add_list("flags", flags);
  for (const char* variable : kDriverVariables) {
    const char* value = std::getenv(variable);
    question.add(variable, value != nullptr ? value : "");
  }
  return question.encode();
}

Fields Toolchain::encode() const {
  Fields fields;
  fields.add("schema", kRecordSchema);
  const std::array<std::pair<const char*, const std::string*>, 10> texts{{
      {"request", &request},
      {"fc", &fc},
      {"cc", &cc},
      {"fc_identity", &fc_identity},
      {"cc_identity", &cc_identity},
      {"version", &version},
      {"c_version", &c_version},
      {"march", &march},
      {"cpu", &cpu},
      {"runtime", &runtime},
  }};
  for (const auto& [name, value] : texts) fields.add(name, *value);
  fields.add_list("flags", flags);
  fields.add_list("watched", watched);
  fields.add("plan", encode_plan(plan));
  fields.add("driver", encode_plan(driver));
  return fields;
}

std::optional<Toolchain> Toolchain::decode(const Fields& fields) {
  if (fields.get("schema") != kRecordSchema) return std::nullopt;
  Toolchain tool;
  tool.request = fields.get("request");
  tool.fc = fields.get("fc");
  tool.cc = fields.get("cc");
  tool.fc_identity = fields.get("fc_identity");
  tool.cc_identity = fields.get("cc_identity");
  tool.version = fields.get("version");
  tool.c_version = fields.get("c_version");
  tool.march = fields.get("march");
  tool.cpu = fields.get("cpu");
  tool.runtime = fields.get("runtime");
  tool.flags = fields.get_list("flags");
  tool.watched = fields.get_list("watched");
  if (!decode_plan(fields.get("plan"), tool.plan)) return std::nullopt;
  if (!decode_plan(fields.get("driver"), tool.driver)) return std::nullopt;
  return tool;
}

bool Toolchain::unchanged() const { return std::ranges::all_of(watched, still_same); }

ToolchainFinder::Found ToolchainFinder::find(const Settings& settings,
                                             const std::vector<std::string>& flags,
                                             const RecordStore& records,
                                             const std::function<bool()>& interrupted,
                                             Asked asked) {
  std::string request = toolchain_request(settings, flags);
  const char* path = std::getenv("PATH");
  const std::string place = fmt::format("{}\n{}", request, path != nullptr ? path : "");
  const Clock::time_point now = Clock::now();
  if (asked == Asked::kRecently && settings.fc.empty() && settings.cc.empty()) {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(place);
    if (at != known_.end() && now - at->second.at < kRecent) return at->second.tool;
  }
  const std::string fc = find_compiler(settings.fc, kFortranNames);
  if (fc.empty()) throw_missing("Fortran", settings.fc, kFortranNames[0], "NUMETA_FC");
  const std::string cc = find_compiler(settings.cc, kCNames);
  if (cc.empty()) throw_missing("C", settings.cc, kCNames[0], "NUMETA_CC");
  const FileTag fc_tag = tag_of(fc);
  const FileTag cc_tag = tag_of(cc);
  {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(place);
    if (at != known_.end() && at->second.tool->fc == fc && at->second.tool->cc == cc &&
        at->second.fc == fc_tag && at->second.cc == cc_tag && at->second.tool->unchanged()) {
      at->second.at = now;
      return at->second.tool;
    }
  }
  const std::string name = name_of(request, fc, cc);
  Found found;
  if (const auto bytes = records.load(name)) {
    auto recorded = decode_record(*bytes);
    if (recorded && recorded->request == request && recorded->fc == fc && recorded->cc == cc &&
        recorded->unchanged()) {
      recorded->record = name;
      found = std::make_shared<const Toolchain>(std::move(*recorded));
    }
  }
  if (!found) {
    Toolchain tool = discover(settings, flags, fc, cc, std::move(request), interrupted);
    tool.record = name;
    found = std::make_shared<const Toolchain>(std::move(tool));
    save_record(*found, records);
  }
  const std::lock_guard lock(mutex_);
  known_[place] = {found, fc_tag, cc_tag, now};
  return found;
}

std::vector<ToolchainFinder::Found> ToolchainFinder::recorded(const Settings& settings,
                                                              const std::vector<std::string>& flags,
                                                              const RecordStore& records) {
  const std::string request = toolchain_request(settings, flags);
  std::vector<Found> all = all_recorded(records);
  std::erase_if(all, [&](const Found& tool) { return tool->request != request; });
  return all;
}

std::vector<ToolchainFinder::Found> ToolchainFinder::all_recorded(const RecordStore& records) {
  std::vector<Found> all;
  for (const std::string& name : records.list()) {
    const auto bytes = records.load(name);
    auto tool = bytes ? decode_record(*bytes) : std::nullopt;
    if (!tool) continue;
    tool->record = name;
    all.push_back(std::make_shared<const Toolchain>(std::move(*tool)));
  }
  return all;
}

bool ToolchainFinder::is_record(std::string_view bytes) { return decode_record(bytes).has_value(); }

void ToolchainFinder::keep_recorded(const Toolchain& tool, const RecordStore& records) {
  if (!records.load(tool.record)) save_record(tool, records);
}

void ToolchainFinder::save_record(const Toolchain& tool, const RecordStore& records) {
  records.save(tool.record, seal_record(tool.encode()));
}

}  // namespace numeta::jit_cache
