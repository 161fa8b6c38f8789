// Reading `gcc -###` and rebuilding from it the lines to run directly.
//
// The grammar of -### is what GCC's driver prints (gcc.cc, execute): each command on a line that
// starts with a space, words in double quotes where they hold anything but plain characters.
#include "jit_cache/commands.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "jit_cache/elf.hpp"
#include "jit_cache/file.hpp"

namespace numeta::jit_cache {
namespace {

// They make the driver link crtfastmath.o, which changes the process's floating-point mode.
constexpr std::array<std::string_view, 3> kNeverLinked{"-ffast-math", "-Ofast",
                                                       "-funsafe-math-optimizations"};
// With these the driver does more than start f951, as and ld.
constexpr std::array<std::string_view, 7> kUnusual{
    "-flto", "-fuse-ld", "-specs", "--coverage", "-save-temps", "-wrapper", "@"};

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::vector<std::string> link_flags(const CompileFlags& flags) {
  std::vector<std::string> kept;
  for (const std::string& flag : flags.fortran) {
    if (std::ranges::find(kNeverLinked, flag) == kNeverLinked.end()) kept.push_back(flag);
  }
  return kept;
}

const Command* find_command(const std::vector<Command>& commands, std::string_view program) {
  for (const Command& command : commands) {
    if (base_name(command[0]) == program) return &command;
  }
  return nullptr;
}

// `compiler ... -o - | as -o x.o`, or nothing if the dry run shows another shape.
bool take_pipeline(std::string_view output, std::string_view compiler, Pipeline& pipeline) {
  const std::vector<Command> commands = parse_dry_run(output);
  if (commands.size() != 2 || base_name(commands[0][0]) != compiler ||
      base_name(commands[1][0]) != "as") {
    return false;
  }
  Command first = commands[0];
  Command second = commands[1];
  if (std::ranges::find(first, "-") == first.end()) return false;
  first[0] = find_program(first[0]);
  second[0] = find_program(second[0]);
  pipeline.commands = {first, second};
  return !first[0].empty() && !second[0].empty();
}

std::string find_library_file(const std::vector<std::string>& folders, std::string_view name) {
  for (const std::string& folder : folders) {
    const std::string path = fmt::format("{}/{}", folder, name);
    if (identify(path)) return path;
  }
  return {};
}

// Appends the shared objects that `path` stands for: itself, or what a linker script groups.
bool resolve_library(const std::string& path, const std::vector<std::string>& folders, int depth,
                     std::vector<std::string>& files) {
  const auto identity = identify(path);
  const auto bytes = read_through_links(path);
  if (!identity || !bytes || depth > 4) return false;
  if (bytes->starts_with("\177ELF")) {
    files.push_back(path);
    return true;
  }
  if (bytes->size() > 4096) return false;
  const size_t start = bytes->find("GROUP");
  const size_t open = bytes->find('(', start == std::string::npos ? bytes->size() : start);
  if (open == std::string::npos) return false;
  std::string word;
  std::string body = bytes->substr(open);
  std::ranges::replace_if(
      body, [](char c) { return c == '(' || c == ')' || c == '\n'; }, ' ');
  body += ' ';
  for (const char c : body) {
    if (c != ' ') {
      word += c;
      continue;
    }
    // Static parts (libgcc.a, libc_nonshared.a): a symbol found only there leads to the full link.
    const bool shared =
        !word.empty() && word != "AS_NEEDED" && !word.starts_with("-l") && !word.ends_with(".a");
    if (shared) {
      const std::string file = word[0] == '/' ? word : find_library_file(folders, word);
      if (!resolve_library(file, folders, depth + 1, files)) return false;
    }
    word.clear();
  }
  return true;
}

void resolve_libraries(BuildPlan& plan) {
  std::vector<std::string> folders;
  for (const std::string& word : plan.link_start) {
    if (word.starts_with("-L")) folders.push_back(word.substr(2));
  }
  std::vector<std::string> files;
  for (const std::string& word : plan.link_libraries) {
    const std::string path =
        word.starts_with("-l") ? find_library_file(folders, fmt::format("lib{}.so", word.substr(2)))
                               : std::string();
    if (path.empty() || !resolve_library(path, folders, 0, files)) return;
  }
  std::vector<std::string> unique;
  for (const std::string& file : files) {
    if (std::ranges::find(unique, file) == unique.end()) unique.push_back(file);
  }
  plan.libraries = unique;
}

bool take_link(const Compilers& compilers, std::string_view output, BuildPlan& plan) {
  const std::vector<Command> commands = parse_dry_run(output);
  const Command* collect = find_command(commands, "collect2");
  if (commands.size() != 1 || collect == nullptr || compilers.linker.empty()) return false;
  plan.link_start = {compilers.linker};
  bool objects = false;
  bool as_needed = false;
  for (size_t i = 1; i < collect->size(); ++i) {
    const std::string& word = (*collect)[i];
    if (word == "-plugin") {
      ++i;  // link-time optimisation, unused here
    } else if (word.starts_with("-plugin-opt=") || word.ends_with("crtfastmath.o")) {
      continue;
    } else if (word == "kernel.o" || word == "stub.o") {
      objects = true;
    } else if (!objects) {
      as_needed = as_needed || word == "--as-needed";
      plan.link_start.push_back(word);
    } else if (plan.link_end.empty() && (word.starts_with("-l") || word.starts_with("--"))) {
      plan.link_libraries.push_back(word);
    } else {
      plan.link_end.push_back(word);
    }
  }
  if (!as_needed) {
    // Not every distribution's driver asks for it; the result has fewer libraries to load.
    plan.link_start.insert(plan.link_start.begin() + 1, "--as-needed");
  }
  resolve_libraries(plan);
  return objects && std::ranges::find(plan.link_start, "kernel.so") != plan.link_start.end();
}

}  // namespace

std::vector<Command> parse_dry_run(std::string_view output) {
  std::vector<Command> commands;
  while (!output.empty()) {
    const size_t end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (!line.starts_with(' ')) continue;
    Command command;
    std::string word;
    bool quoted = false;
    bool any = false;
    for (size_t i = 0; i <= line.size(); ++i) {
      const char c = i < line.size() ? line[i] : ' ';
      if (c == '\\' && i + 1 < line.size()) {
        word += line[++i];
        any = true;
      } else if (c == '"') {
        quoted = !quoted;
        any = true;
      } else if (c == ' ' && !quoted) {
        if (any) command.push_back(word);
        word.clear();
        any = false;
      } else {
        word += c;
        any = true;
      }
    }
    if (!command.empty() && command.back() == "|") command.pop_back();
    if (!command.empty()) commands.push_back(std::move(command));
  }
  return commands;
}

namespace {

/// A library that names itself is looked for by that name when the kernel is loaded.
void add_library(Command& command, const std::string& file, bool direct) {
  const std::string folder = file.substr(0, file.rfind('/'));
  if (direct) {
    command.insert(command.end(), {"-rpath", folder, file});
  } else {
    command.insert(command.end(), {"-Wl,-rpath," + folder, file});
  }
}

/// Forgets the names that a library defines; one that cannot be read leads to the full link.
void erase_defined(const std::string& file, std::set<std::string>& wanted) {
  const std::vector<std::string> names(wanted.begin(), wanted.end());
  const auto found = defined_in_library(file, names);
  if (!found) return;
  for (size_t i = 0; i < names.size(); ++i) {
    if ((*found)[i]) wanted.erase(names[i]);
  }
}

}  // namespace

Command fortran_driver(const Compilers& compilers, const CompileFlags& flags, bool dry) {
  Command command{compilers.fc};
  if (dry) command.insert(command.end(), {"-###", "-pipe"});
  command.insert(command.end(), flags.fortran.begin(), flags.fortran.end());
  if (!flags.vector_math) {
    // -nostdinc leaves out the pre-included vector-math declarations, and the module folder too.
    command.insert(command.end(),
                   {"-nostdinc", "-fintrinsic-modules-path", compilers.intrinsic_modules});
  }
  command.insert(command.end(), {"-fPIC", "-fno-semantic-interposition", "-frandom-seed=numeta",
                                 "-c", "kernel.f90", "-o", "kernel.o"});
  return command;
}

Command c_driver(const Compilers& compilers, bool dry) {
  Command command{compilers.cc};
  if (dry) command.insert(command.end(), {"-###", "-pipe"});
  command.insert(command.end(), {"-O1", "-fwrapv", "-ffp-contract=off", "-fPIC",
                                 "-frandom-seed=numeta", "-c", "stub.c", "-o", "stub.o"});
  return command;
}

Command link_driver(const Compilers& compilers, const CompileFlags& flags, bool dry) {
  // The version script leaves one name visible; -fvisibility means nothing to gfortran. What a C++
  // library needs at its start and end is left out, and code and constants share their pages: a
  // kernel is loaded in two thirds of the time.
  Command command{compilers.fc};
  if (dry) command.emplace_back("-###");
  const std::vector<std::string> kept = link_flags(flags);
  command.insert(command.end(), kept.begin(), kept.end());
  command.insert(command.end(),
                 {"-shared", "-fPIC", "-nostartfiles", "-Wl,-z,noseparate-code", "-Wl,--as-needed",
                  "-Wl,--version-script=kernel.map", "kernel.o", "stub.o", "-o", "kernel.so"});
  return command;
}

BuildPlan driver_plan(const Compilers& compilers, const CompileFlags& flags, std::string reason) {
  BuildPlan plan;
  plan.reason = std::move(reason);
  plan.fortran.commands = {fortran_driver(compilers, flags, false)};
  plan.c.commands = {c_driver(compilers, false)};
  Command link = link_driver(compilers, flags, false);
  const auto objects = std::ranges::find(link, "kernel.o");
  plan.link_start.assign(link.begin(), objects);
  plan.link_end.assign(objects + 2, link.end());
  return plan;
}

BuildPlan direct_plan(const Compilers& compilers, const CompileFlags& flags,
                      std::string_view fortran_output, std::string_view c_output,
                      std::string_view link_output) {
  for (const std::string& flag : flags.fortran) {
    for (const std::string_view unusual : kUnusual) {
      if (flag.starts_with(unusual)) {
        return driver_plan(compilers, flags, fmt::format("the flag {} needs the driver", flag));
      }
    }
  }
  BuildPlan plan;
  plan.direct = true;
  if (!take_pipeline(fortran_output, "f951", plan.fortran)) {
    return driver_plan(compilers, flags, "the Fortran compiler does not run f951 and as");
  }
  if (!take_pipeline(c_output, "cc1", plan.c)) {
    return driver_plan(compilers, flags, "the C compiler does not run cc1 and as");
  }
  if (!take_link(compilers, link_output, plan)) {
    return driver_plan(compilers, flags, "the link command has an unknown form");
  }
  return plan;
}

Command link_command(const BuildPlan& plan, std::string_view kernel_object,
                     std::string_view stub_object, const std::vector<std::string>& linked) {
  Command command = plan.link_start;
  command.insert(command.end(), {"kernel.o", "stub.o"});
  for (const std::string& file : linked) add_library(command, file, plan.direct);
  Command libraries = plan.link_libraries;
  const auto kernel = object_symbols(kernel_object);
  const auto stub = object_symbols(stub_object);
  if (!plan.libraries.empty() && kernel && stub) {
    std::set<std::string> wanted(kernel->undefined.begin(), kernel->undefined.end());
    wanted.insert(stub->undefined.begin(), stub->undefined.end());
    for (const auto& name : kernel->defined) wanted.erase(name);
    for (const auto& name : stub->defined) wanted.erase(name);
    wanted.erase("_GLOBAL_OFFSET_TABLE_");  // the linker's own
    Command chosen;
    bool understood = true;
    for (const std::string& file : linked) erase_defined(file, wanted);
    for (const std::string& file : plan.libraries) {
      if (wanted.empty()) break;
      const std::vector<std::string> names(wanted.begin(), wanted.end());
      const auto found = defined_in_library(file, names);
      understood = understood && found.has_value();
      if (!understood) break;
      bool first_definer = false;
      for (size_t i = 0; i < names.size(); ++i) {
        if (!(*found)[i]) continue;
        first_definer = true;
        wanted.erase(names[i]);
      }
      if (first_definer) chosen.push_back(file);
    }
    if (understood && wanted.empty()) libraries = chosen;
  }
  command.insert(command.end(), libraries.begin(), libraries.end());
  command.insert(command.end(), plan.link_end.begin(), plan.link_end.end());
  return command;
}

}  // namespace numeta::jit_cache
