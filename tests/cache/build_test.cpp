// Builds with the real compilers: direct and driver plans, spawning, failing, interrupting.
//
// Without gfortran these tests are skipped.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "jit_cache/cache.hpp"
#include "jit_cache/file.hpp"

namespace numeta::jit_cache {
namespace {

constexpr const char* kStub =
    "#include <stdint.h>\n"
    "extern void numeta_k(double *);\n"
    "int32_t numeta_stub(int64_t *frame) { numeta_k((double *)frame); return 0; }\n";

std::string kernel(int variant) {
  return fmt::format(
      "recursive subroutine k(a) bind(c, name=\"numeta_k\")\n"
      "  use, intrinsic :: iso_c_binding\n  implicit none\n"
      "  real(c_double), intent(inout) :: a(0:7)\n  integer :: i\n"
      "  do i = 0, 7\n    a(i) = sin(a(i)) + exp(a(i)) + {}\n  end do\nend subroutine\n",
      variant);
}

class Build : public testing::Test {
 protected:
  void SetUp() override {
    if (find_program("gfortran").empty()) GTEST_SKIP() << "no gfortran";
    folder_ = make_private_folder(true);
    settings_.dir = folder_ + "/store";
    settings_.log = [this](std::string_view line) { lines_.emplace_back(line); };
  }
  void TearDown() override {
    const Store store(settings_.dir, Store::Use::kOwn, {});
    for (const std::string& name : store.list_folder("")) {
      if (!name.starts_with('.')) remove_folder(settings_.dir + "/" + name);
    }
    remove_folder(settings_.dir);
    remove_folder(folder_);
  }
  static BuildRequest request(int variant) {
    return {kernel(variant), kStub, "numeta_stub", {"-O3", "-ffp-contract=off"}, "k", {}, {}};
  }
  static double run_kernel(const Loaded& loaded) {
    double values[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    reinterpret_cast<int32_t (*)(int64_t*)>(loaded.address)(reinterpret_cast<int64_t*>(values));
    return values[0];
  }
  uint64_t count(const Cache& cache, Stat stat) const {
    return cache.process_stats()[static_cast<size_t>(stat)];
  }

  std::string folder_;
  Settings settings_;
  std::vector<std::string> lines_;
};

TEST_F(Build, MissThenHitWithTheSameResult) {
  double first = 0;
  {
    Cache cache(settings_);
    const Loaded loaded = cache.build(request(1));
    EXPECT_FALSE(loaded.hit);
    first = run_kernel(loaded);
    EXPECT_NEAR(first, std::sin(1.0) + std::exp(1.0) + 1, 1e-14);
  }
  Cache again(settings_);
  const Loaded loaded = again.build(request(1));
  EXPECT_TRUE(loaded.hit);
  EXPECT_EQ(run_kernel(loaded), first);
  EXPECT_EQ(count(again, Stat::compiles), 0U);
  EXPECT_EQ(again.all_stats()[static_cast<size_t>(Stat::compiles)], 1U);
}

// Look-ups that follow one another share what is known of the compilers; a compile does not.
TEST_F(Build, WhoCompilesLooksAtTheCompilersAnew) {
  const std::string real = find_program("gfortran");
  const std::string script = folder_ + "/gfortran";
  const auto put = [&](int version) {
    unlink(script.c_str());
    write_new(script, fmt::format("#!/bin/sh\n# {}\nexec {} \"$@\"\n", version, real), 0700, false);
  };
  const std::string path = std::getenv("PATH");
  setenv("PATH", (folder_ + ":" + path).c_str(), 1);
  put(1);
  Cache cache(settings_);
  const std::string first = cache.build(request(1)).key;
  EXPECT_EQ(cache.build(request(1)).key, first);  // what is asked now is known for a while
  put(22);
  const Loaded second = cache.build(request(2));
  EXPECT_FALSE(second.hit);
  Cache other(settings_);
  const Loaded again = other.build(request(2));
  EXPECT_TRUE(again.hit);
  EXPECT_EQ(again.key, second.key);
  EXPECT_NE(other.build(request(1)).key, first);
  put(333);
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  EXPECT_FALSE(other.build(request(2)).hit);
  setenv("PATH", path.c_str(), 1);
}

TEST_F(Build, DirectAndDriverGiveTheSameSymbolsAndResults) {
  ToolchainFinder finder;
  JobSlots slots(2);
  const RecordStore none{[](const std::string&) { return std::nullopt; },
                         [](const std::string&, const std::string&) {},
                         [] { return std::vector<std::string>(); }};
  const auto tool = finder.find(settings_, {"-O3", "-fopenmp"}, none, {});
  ASSERT_TRUE(tool->plan.direct) << tool->plan.reason;
  CompileRequest job;
  const std::string text = kernel(2);
  job.unit = {text, kStub, "numeta_stub"};
  job.tool = tool.get();
  const Compiled direct = compile(job, slots);
  EXPECT_TRUE(direct.direct);
  Toolchain driven = *tool;
  driven.plan = tool->driver;
  job.tool = &driven;
  const Compiled by_driver = compile(job, slots);
  EXPECT_FALSE(by_driver.direct);
  // Same sections, same symbols, same libraries: the very same bytes.
  EXPECT_EQ(direct.elf, by_driver.elf);
}

TEST_F(Build, BytesAreReproducible) {
  ToolchainFinder finder;
  JobSlots slots(1);
  const RecordStore none{[](const std::string&) { return std::nullopt; },
                         [](const std::string&, const std::string&) {},
                         [] { return std::vector<std::string>(); }};
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"-O3"}, {"-O2", "-g"}, {"-O3", "-numeta-no-vector-math"}}) {
    const auto tool = finder.find(settings_, flags, none, {});
    CompileRequest job;
    const std::string text = kernel(3);
    job.unit = {text, kStub, "numeta_stub"};
    job.tool = tool.get();
    const Compiled first = compile(job, slots);
    EXPECT_EQ(first.elf, compile(job, slots).elf);
    EXPECT_EQ(first.elf.find("numeta-"), std::string::npos) << "a scratch path is in the bytes";
  }
}

TEST_F(Build, NoVectorMathHoldsInBothWays) {
  for (const bool driver : {false, true}) {
    settings_.driver_only = driver;
    Cache cache(settings_);
    BuildRequest plain = request(4);
    BuildRequest vector = request(4);
    plain.flags = {"-O3", "-ffast-math", "-numeta-no-vector-math"};
    vector.flags = {"-O3", "-ffast-math"};
    const auto plain_entry = cache.entry(cache.build(plain).key);
    const auto vector_entry = cache.entry(cache.build(vector).key);
    const auto calls_vector_math = [](const EntryInfo& entry) {
      return read_regular(entry.file.path)->find("_ZGV") != std::string::npos;
    };
    EXPECT_FALSE(calls_vector_math(*plain_entry)) << driver;
    EXPECT_TRUE(calls_vector_math(*vector_entry)) << driver;
    EXPECT_EQ(read_regular(vector_entry->file.path)->find("set_fast_math"), std::string::npos);
  }
}

TEST(Slots, OfAProcessWhoseCompilerWasStoppedBeforeItBeganAreFree) {
  const std::string folder = make_private_folder(true);
  const char* before = getenv("XDG_RUNTIME_DIR");
  const std::string runtime = before == nullptr ? "" : before;
  setenv("XDG_RUNTIME_DIR", folder.c_str(), 1);
  const pid_t holder = fork();
  if (holder == 0) {
    setpgid(0, 0);
    JobSlots slots(1);
    const JobSlots::Held held(slots, slots.acquire({}));
    const pid_t child = vfork();  // returns once the child has ended
    if (child == 0) {
      kill(getpid(), SIGSTOP);
      _exit(0);
    }
    _exit(1);
  }
  const auto state_of = [](pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    std::string stat;
    std::getline(file, stat);
    return stat.at(stat.rfind(") ") + 2);
  };
  while (state_of(holder) != 'D') std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  JobSlots slots(1, 60, std::chrono::milliseconds(50));
  const auto begin = std::chrono::steady_clock::now();
  const auto taken = slots.acquire({});
  const JobSlots::Held held(slots, taken);
  EXPECT_EQ(taken.size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  kill(-holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  before == nullptr ? unsetenv("XDG_RUNTIME_DIR") : setenv("XDG_RUNTIME_DIR", runtime.c_str(), 1);
  remove_folder(folder);
}

TEST_F(Build, FailureIsNotStoredAndLeavesNoFile) {
  Cache cache(settings_);
  BuildRequest bad = request(5);
  bad.fortran = "subroutine k(\n";
  try {
    cache.build(bad);
    FAIL();
  } catch (const BuildError& error) {
    EXPECT_EQ(error.kind, BuildErrorKind::kFailed);
    EXPECT_NE(error.output.find("Error"), std::string::npos) << error.output;
    EXPECT_NE(error.command.find("gfortran"), std::string::npos);
    EXPECT_TRUE(error.kept.empty());
  }
  EXPECT_TRUE(cache.entries().empty());
  const Store store(settings_.dir, Store::Use::kOwn, {});
  for (const std::string& name : store.list_folder("")) {
    if (name.size() == 2 && name[0] != '.') {
      EXPECT_EQ(store.list_folder(name).size(), 2U) << "a file was left in " << name;
    }
  }
}

TEST_F(Build, InterruptEndsTheCompilersProcessGroup) {
  const std::string script = folder_ + "/slow";
  const std::string pid_file = folder_ + "/pid";
  write_new(script, fmt::format("#!/bin/sh\nsleep 60 &\necho $! > {}\nwait\n", pid_file), 0700,
            false);
  const Pipeline slow{{{script}}};
  const RunLimits limits{"", 60,
                         [&] { return identify(pid_file) && identify(pid_file)->size > 1; }};
  const RunResult result = run({&slow, 1}, limits);
  EXPECT_EQ(result.ending, Ending::kInterrupted);
  const auto sleeper = static_cast<pid_t>(std::stol(*read_regular(pid_file)));
  for (int i = 0; i < 200 && kill(sleeper, 0) == 0; ++i) {
    // An orphan that nobody has collected yet counts as ended.
    const auto state = read_through_links(fmt::format("/proc/{}/stat", sleeper));
    if (!state || state->find(") Z") != std::string::npos) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::string state(256, '\0');
  FILE* proc = fopen(fmt::format("/proc/{}/stat", sleeper).c_str(), "r");
  if (proc != nullptr) {
    state.resize(fread(state.data(), 1, state.size(), proc));
    fclose(proc);
    EXPECT_NE(state.find(") Z"), std::string::npos) << state;
  }
}

TEST_F(Build, DeadlineEndsACompilerThatHangs) {
  const Pipeline slow{{{"sleep", "60"}}};
  EXPECT_EQ(run({&slow, 1}, {"", 0.05, {}}).ending, Ending::kTimeout);
}

TEST_F(Build, ProgramThatCannotRunIsAFailureWithItsName) {
  const Pipeline absent{{{"/nonexistent/f951", "x"}}};
  const RunResult result = run({&absent, 1}, {});
  EXPECT_FALSE(result.outcomes[0].success);
  EXPECT_EQ(result.outcomes[0].failed, "/nonexistent/f951 x");
}

TEST_F(Build, ThreadsOnOneKeyCompileOnce) {
  Cache cache(settings_);
  std::vector<std::thread> threads;
  std::vector<double> results(8);
  for (size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = run_kernel(cache.build(request(6))); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(cache, Stat::compiles), 1U);
  for (const double result : results) EXPECT_EQ(result, results[0]);
}

TEST_F(Build, DamagedEntriesAreMissesAndHealed) {
  Cache cache(settings_);
  const Loaded first = cache.build(request(7));
  const Loaded other = cache.build(request(8));
  const std::string sound = *read_regular(first.path);
  const std::string foreign = *read_regular(other.path);
  std::string flipped = sound;
  flipped[sound.size() / 2] = static_cast<char>(flipped[sound.size() / 2] ^ 4);
  for (const std::string& bytes :
       {sound.substr(0, sound.size() / 2), flipped, foreign, std::string()}) {
    unlink(first.path.c_str());
    ASSERT_EQ(write_new(first.path, bytes, 0600, false), 0);
    Cache fresh(settings_);
    const Loaded healed = fresh.build(request(7));
    EXPECT_FALSE(healed.hit);
    EXPECT_EQ(count(fresh, Stat::corrupt), 1U);
    EXPECT_NEAR(run_kernel(healed), std::sin(1.0) + std::exp(1.0) + 7, 1e-13);
    EXPECT_TRUE(Cache(settings_).build(request(7)).hit);
  }
}

TEST_F(Build, ModesDoWhatTheyPromise) {
  settings_.mode = Mode::kOff;
  EXPECT_FALSE(Cache(settings_).build(request(9)).hit);
  EXPECT_TRUE(Cache(settings_).entries().empty());
  settings_.mode = Mode::kReadonly;
  EXPECT_FALSE(Cache(settings_).build(request(9)).hit);
  EXPECT_TRUE(Cache(settings_).entries().empty());
  settings_.mode = Mode::kOn;
  const std::string path = Cache(settings_).build(request(9)).path;
  const auto before = *identify(path);
  settings_.mode = Mode::kReadonly;
  EXPECT_TRUE(Cache(settings_).build(request(9)).hit);
  settings_.mode = Mode::kRefresh;
  EXPECT_FALSE(Cache(settings_).build(request(9)).hit);
  EXPECT_NE(identify(path)->mtime_ns, before.mtime_ns);
  settings_.mode = Mode::kVerify;
  lines_.clear();
  EXPECT_NEAR(run_kernel(Cache(settings_).build(request(9))), std::sin(1.0) + std::exp(1.0) + 9,
              1e-13);
  EXPECT_TRUE(lines_.empty()) << lines_[0];
}

TEST_F(Build, EntryAboveTheCapRunsAndIsNotStored) {
  settings_.max_size = 1000;
  Cache cache(settings_);
  EXPECT_NE(cache.build(request(10)).address, nullptr);
  EXPECT_TRUE(cache.entries().empty());
}

TEST_F(Build, CapKeepsTheNewest) {
  settings_.max_size = 60000;
  Cache cache(settings_);
  std::string last;
  for (int i = 20; i < 25; ++i) last = cache.build(request(i)).key;
  uint64_t total = 0;
  for (const EntryInfo& entry : cache.entries()) total += entry.file.size;
  EXPECT_LE(total, settings_.max_size);
  EXPECT_TRUE(cache.entry(last));
  EXPECT_GT(count(cache, Stat::evicted), 0U);
}

TEST_F(Build, UnwritablePlaceMeansAPrivateFolder) {
  settings_.dir = "/dev/null/store";
  Cache cache(settings_);
  const Loaded first = cache.build(request(11));
  EXPECT_FALSE(first.hit);
  EXPECT_TRUE(first.path.starts_with(cache.directory()));
  EXPECT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(cache.build(request(11)).hit);
}

TEST_F(Build, FilledStoreServesWithoutACompiler) {
  settings_.fc = "gfortran";
  Cache(settings_).build(request(12));
  const std::string path = getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  Cache without(settings_);
  const bool hit = without.build(request(12)).hit;
  BuildErrorKind kind = BuildErrorKind::kLoad;
  try {
    without.build(request(13));
  } catch (const BuildError& error) {
    kind = error.kind;
    EXPECT_NE(std::string(error.what()).find("gfortran"), std::string::npos);
  }
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(hit);
  EXPECT_EQ(kind, BuildErrorKind::kMissing);
}

TEST_F(Build, VerifyFindsEveryEntryEqual) {
  Cache cache(settings_);
  cache.build(request(14));
  const auto results = cache.verify("", {});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].outcome, "equal");
}

}  // namespace
}  // namespace numeta::jit_cache
