// numeta._cache: the cache for Python.
//
// One Cache at a time, replaced as a whole by configure(). Builds run without the GIL; while a
// compiler runs, signals are checked about every 10 ms, so Ctrl-C ends it. Everything that comes
// back is a plain str, int, float, list or dict.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "jit_cache/cache.hpp"

namespace py = pybind11;

namespace numeta::binding {
namespace {

using jit_cache::BuildError;
using jit_cache::BuildErrorKind;
using jit_cache::Cache;
using jit_cache::EntryInfo;
using jit_cache::Settings;

// The current cache; calls under way keep the one they began with.
class Current {
 public:
  std::shared_ptr<Cache> get() {
    const std::lock_guard lock(mutex_);
    if (!cache_) cache_ = std::make_shared<Cache>(settings_);
    return cache_;
  }
  Settings settings() {
    const std::lock_guard lock(mutex_);
    return settings_;
  }
  // What it replaces, to be destroyed by the caller.
  std::shared_ptr<Cache> set(Settings settings) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(settings);
    return std::exchange(cache_, nullptr);
  }
  // In a forked child: threads of the parent may have held what the cache guards, so it is left as
  // it is, never destroyed. Fork runs with the GIL, and so does all that takes mutex_.
  void abandon() {
    if (cache_) new std::shared_ptr<Cache>(std::exchange(cache_, nullptr));
  }

 private:
  std::mutex mutex_;
  Settings settings_;
  std::shared_ptr<Cache> cache_;
};

Current& current() {
  static auto* instance = new Current;  // never destroyed: threads may outlive the interpreter
  return *instance;
}

// The end of the interpreter, when no thread but the main one may take the GIL any more: a thread
// that tries is ended by force, in the middle of C++ frames. So builds under way are interrupted
// first, and their threads wait for the end of the process with the GIL left to the main thread.
class Ending {
 public:
  bool begun() const { return begun_.load(); }
  // Gives builds a while to kill their compilers and to remove what is temporary.
  void begin() {
    begun_.store(true);
    for (int waits = 0; under_way_.load() > 0 && waits < 1000; ++waits) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  void enter() { under_way_.fetch_add(1); }
  void leave() { under_way_.fetch_sub(1); }
  void forget_threads() { under_way_.store(0); }  // a forked child has none of them

 private:
  std::atomic<bool> begun_{false};
  std::atomic<int> under_way_{0};
};

Ending& ending() {
  static auto* instance = new Ending;
  return *instance;
}

// Without the GIL for its life; a thread that comes to the end of it during the ending stays there.
class Unlocked {
 public:
  Unlocked() : state_((ending().enter(), PyEval_SaveThread())) {}
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;
  ~Unlocked() {
    if (ending().begun()) {
      ending().leave();
      while (true) pause();
    }
    PyEval_RestoreThread(state_);
    ending().leave();
  }

 private:
  PyThreadState* state_;
};

// Asks Python whether to go on. A Python exception is kept and raised after the build has ended.
class Interruption {
 public:
  explicit Interruption(py::object callback) : callback_(std::move(callback)) {}

  bool operator()() {
    if (ending().begun()) return true;
    const py::gil_scoped_acquire gil;
    if (raised_) return true;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      return !callback_.is_none() && callback_().cast<bool>();
    } catch (...) {
      raised_ = std::current_exception();
      return true;
    }
  }
  void rethrow() const {
    if (raised_) std::rethrow_exception(raised_);
  }

 private:
  py::object callback_;
  std::exception_ptr raised_;
};

// Runs `work` without the GIL and gives it a way to ask for interruption.
template <typename Work>
auto without_gil(const py::object& callback, Work work) {
  Interruption interruption(callback);
  const std::function<bool()> interrupted = [&] { return interruption(); };
  try {
    const Unlocked unlocked;
    return work(interrupted);
  } catch (const BuildError& error) {
    if (error.kind == BuildErrorKind::kInterrupted) interruption.rethrow();
    throw;
  }
}

std::function<void(std::string_view)> log_function(const py::object& callback) {
  if (callback.is_none()) return {};
  // The last owner may be a thread without the GIL, or come after the interpreter's end.
  const std::shared_ptr<py::object> held(new py::object(callback), [](py::object* object) {
    if (Py_IsInitialized() == 0) return;
    const py::gil_scoped_acquire gil;
    delete object;
  });
  return [held](std::string_view line) {
    if (Py_IsInitialized() == 0 || ending().begun()) return;
    const py::gil_scoped_acquire gil;
    try {
      (*held)(py::bytes(line.data(), line.size()).attr("decode")("utf-8", "replace"));
    } catch (py::error_already_set& error) {
      error.discard_as_unraisable("numeta cache log");
    }
  };
}

// Texts may hold bytes that are no UTF-8 (paths, compiler output).
py::str text(std::string_view bytes) {
  PyObject* decoded =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "backslashreplace");
  if (decoded == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(decoded);
}

py::list texts(const std::vector<std::string>& items) {
  py::list list;
  for (const std::string& item : items) list.append(text(item));
  return list;
}

std::string path_bytes(const py::handle& value) {
  if (value.is_none()) return {};
  return py::module_::import("os").attr("fsencode")(value).cast<std::string>();
}

std::vector<std::string> split_path(std::string_view folders) {
  std::vector<std::string> found;
  while (!folders.empty()) {
    const size_t end = std::min(folders.find(':'), folders.size());
    if (end > 0) found.emplace_back(folders.substr(0, end));
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return found;
}

void configure(const py::kwargs& changes) {
  Settings settings = current().settings();
  for (const auto& [key, value] : changes) {
    const auto name = key.cast<std::string>();
    const bool none = value.is_none();
    const auto word = [&] { return none ? std::string() : py::str(value).cast<std::string>(); };
    if (name == "dir") {
      settings.dir = path_bytes(value);
    } else if (name == "path") {
      // Folders as in PATH: the first is written to, the others are read only.
      settings.shelves = split_path(path_bytes(value));
      if (!settings.shelves.empty()) {
        settings.dir = settings.shelves.front();
        settings.shelves.erase(settings.shelves.begin());
      }
    } else if (name == "namespace") {
      settings.name_space = word();
    } else if (name == "mode") {
      const auto mode = jit_cache::mode_from_name(none ? "on" : word());
      if (!mode) throw py::value_error("mode must be on, off, readonly, refresh or verify");
      settings.mode = *mode;
    } else if (name == "max_size") {
      settings.max_size = none ? Settings{}.max_size : value.cast<uint64_t>();
    } else if (name == "fc") {
      settings.fc = word();
    } else if (name == "cc") {
      settings.cc = word();
    } else if (name == "fflags") {
      settings.fflags = word();
    } else if (name == "march") {
      settings.march = word();
    } else if (name == "jobs") {
      settings.jobs = none ? 0U : value.cast<unsigned>();
    } else if (name == "shared") {
      settings.shared = value.cast<bool>();
    } else if (name == "keep_failed") {
      settings.keep_failed = value.cast<bool>();
    } else if (name == "driver_only") {
      settings.driver_only = value.cast<bool>();
    } else if (name == "compile_timeout") {
      settings.compile_timeout = value.cast<double>();
    } else if (name == "lock_timeout") {
      settings.lock_timeout = value.cast<double>();
    } else if (name == "log") {
      settings.log = log_function(py::reinterpret_borrow<py::object>(value));
    } else {
      throw py::type_error("configure() has no setting '" + name + "'");
    }
  }
  std::shared_ptr<Cache> replaced = current().set(std::move(settings));
  const py::gil_scoped_release release;
  replaced.reset();
}

// What a function of Python says of a kernel, for people: nothing where it fails.
jit_cache::BuildRequest::About told_by(const py::object& function) {
  if (ending().begun()) return {};
  const py::gil_scoped_acquire gil;
  try {
    auto [metadata, places] = function().cast<std::pair<std::string, std::string>>();
    return {std::move(metadata), std::move(places)};
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("numeta cache");
    return {};
  }
}

struct LoadedKernel {
  uintptr_t address;
  std::string key;
  bool hit;
  std::string path;
  std::vector<std::pair<std::string, double>> timings;
};

LoadedKernel build(std::string fortran, std::string stub, std::string symbol,
                   std::vector<std::string> flags, std::string label, const py::object& interrupted,
                   std::vector<std::string> libraries, const py::object& about) {
  const std::shared_ptr<Cache> cache = current().get();
  jit_cache::BuildRequest request{std::move(fortran),
                                  std::move(stub),
                                  std::move(symbol),
                                  std::move(flags),
                                  std::move(label),
                                  std::move(libraries),
                                  {},
                                  {}};
  if (!about.is_none()) request.about = [&] { return told_by(about); };
  jit_cache::Loaded loaded = without_gil(interrupted, [&](const std::function<bool()>& ask) {
    request.interrupted = ask;
    return cache->build(request);
  });
  return {reinterpret_cast<uintptr_t>(loaded.address), std::move(loaded.key), loaded.hit,
          std::move(loaded.path), std::move(loaded.timings)};
}

py::dict entry_dict(const EntryInfo& entry, bool whole) {
  py::dict dict;
  dict["key"] = entry.file.key;
  dict["path"] = text(entry.file.path);
  dict["size"] = entry.file.size;
  dict["mtime"] = static_cast<double>(entry.file.mtime_ns) / 1e9;
  dict["state"] = std::string(jit_cache::defect_name(entry.defect));
  dict["label"] = text(entry.info.get("label"));
  dict["metadata"] = text(entry.info.get("metadata"));
  const std::string seconds(entry.info.get("seconds"));
  dict["compile_seconds"] = seconds.empty() ? 0.0 : std::strtod(seconds.c_str(), nullptr);
  dict["created"] = std::strtoll(std::string(entry.info.get("created")).c_str(), nullptr, 10);
  if (!whole) return dict;
  dict["elf_size"] = entry.elf_size;
  dict["way"] = text(entry.info.get("way"));
  py::dict timings;
  for (const char* part : {"fortran", "c", "link"}) {
    const std::string spent(entry.info.get(std::string(part) + "_seconds"));
    if (!spent.empty()) timings[part] = std::strtod(spent.c_str(), nullptr);
  }
  dict["timings"] = timings;
  dict["places"] = text(entry.info.get("places"));
  dict["flags"] = texts(entry.info.get_list("flags"));
  dict["commands"] = texts(entry.info.get_list("commands"));
  dict["fortran"] = text(entry.material.get("fortran"));
  dict["stub"] = text(entry.material.get("stub"));
  dict["symbol"] = text(entry.material.get("symbol"));
  dict["compiler"] = text(entry.material.get("compiler"));
  dict["compiler_version"] = text(entry.material.get("compiler_version"));
  py::dict material;
  for (const auto& [name, value] : entry.material.rows()) material[py::str(name)] = text(value);
  dict["material"] = material;
  return dict;
}

py::list entries(bool thorough) {
  const std::shared_ptr<Cache> cache = current().get();
  std::vector<EntryInfo> all;
  jit_cache::HitCounts hits;
  {
    const py::gil_scoped_release release;
    all = cache->entries(thorough);
    hits = cache->hits();
  }
  py::list list;
  for (const EntryInfo& entry : all) {
    py::dict row = entry_dict(entry, false);
    const auto found = hits.find(entry.file.key);
    row["hits"] = found != hits.end() ? found->second : 0;
    list.append(row);
  }
  return list;
}

py::object entry(const std::string& key) {
  const auto found = current().get()->entry(key);
  if (!found) return py::none();
  return entry_dict(*found, true);
}

py::dict stats_dict(const jit_cache::StatValues& values) {
  py::dict dict;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string name(jit_cache::stat_name(static_cast<jit_cache::Stat>(i)));
    if (name.ends_with("_ns")) {
      dict[py::str(name.substr(0, name.size() - 3) + "_seconds")] =
          static_cast<double>(values[i]) / 1e9;
    } else {
      dict[py::str(name)] = values[i];
    }
  }
  return dict;
}

py::list verify(const py::object& interrupted, const std::string& key) {
  const std::shared_ptr<Cache> cache = current().get();
  const auto results = without_gil(
      interrupted, [&](const std::function<bool()>& ask) { return cache->verify(key, ask); });
  py::list list;
  for (const auto& result : results) {
    py::dict dict;
    dict["key"] = result.key;
    dict["label"] = text(result.label);
    dict["outcome"] = text(result.outcome);
    list.append(dict);
  }
  return list;
}

py::object vectorised(const std::string& key) {
  const std::shared_ptr<Cache> cache = current().get();
  const auto notes = without_gil(
      py::none(), [&](const std::function<bool()>& ask) { return cache->vectorised(key, ask); });
  return notes ? py::object(text(*notes)) : py::none();
}

py::object identity_of(const std::vector<py::object>& sources, const py::object& library) {
  std::vector<std::string> paths;
  for (const py::object& source : sources) paths.push_back(path_bytes(source));
  const auto identity = Cache::identity_of(paths, path_bytes(library));
  return identity ? py::object(py::bytes(*identity)) : py::none();
}

py::object staged(const std::string& asked) {
  const std::shared_ptr<Cache> cache = current().get();
  const auto answer = [&] {
    const Unlocked unlocked;
    return cache->staged(asked);
  }();
  return answer ? py::object(py::bytes(*answer)) : py::none();
}

void keep_staged(const std::string& asked, const std::string& answer) {
  const std::shared_ptr<Cache> cache = current().get();
  const Unlocked unlocked;
  cache->keep_staged(asked, answer);
}

py::dict toolchain(const std::vector<std::string>& flags) {
  const std::shared_ptr<Cache> cache = current().get();
  const auto tool = without_gil(
      py::none(), [&](const std::function<bool()>& ask) { return cache->toolchain(flags, ask); });
  const auto& plan = tool->plan;
  py::dict dict;
  dict["fc"] = text(tool->fc);
  dict["version"] = text(tool->version);
  dict["cc"] = text(tool->cc);
  dict["cc_version"] = text(tool->c_version);
  dict["way"] = plan.direct ? "direct" : "driver";
  dict["why"] = text(plan.reason);
  dict["march"] = text(tool->march);
  dict["cpu"] = text(tool->cpu);
  dict["flags"] = texts(tool->flags);
  dict["programs"] = texts(tool->watched);
  dict["runtime"] = text(tool->runtime);
  dict["fortran_command"] = text(jit_cache::command_text(plan.fortran));
  dict["c_command"] = text(jit_cache::command_text(plan.c));
  const bool direct = plan.direct && plan.fortran.commands.size() == 2;
  dict["f951"] = direct ? text(plan.fortran.commands[0][0]) : py::str();
  dict["as"] = direct ? text(plan.fortran.commands[1][0]) : py::str();
  dict["ld"] = direct ? text(plan.link_start[0]) : py::str();
  return dict;
}

// Statistics are written and the private folder is removed while the interpreter still runs.
void close_cache() {
  Settings settings = current().settings();
  settings.log = {};
  std::shared_ptr<Cache> last = current().set(std::move(settings));
  const py::gil_scoped_release release;
  ending().begin();
  last.reset();
}

void register_build_error(py::module_& module) {
  static py::handle type;
  type = py::exception<BuildError>(module, "BuildError").release();
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const BuildError& error) {
      const py::object raised = type(text(error.what()));
      raised.attr("kind") = std::string(jit_cache::build_error_kind_name(error.kind));
      raised.attr("command") = text(error.command);
      raised.attr("output") = text(error.output);
      raised.attr("kept") = text(error.kept);
      PyErr_SetObject(type.ptr(), raised.ptr());
    }
  });
}

// What looks into the store or changes what is in it.
void def_contents(py::module_& module) {
  module.def("entries", &entries, py::arg("thorough") = true);
  module.def("sizes", [] {
    py::dict dict;
    for (const auto& file : current().get()->files()) dict[py::str(file.key)] = file.size;
    return dict;
  });
  module.def("entry", &entry, py::arg("key"));
  module.def("stats", [] {
    const auto cache = current().get();
    py::dict dict;
    dict["process"] = stats_dict(cache->process_stats());
    dict["all"] = stats_dict(cache->all_stats());
    return dict;
  });
  module.def("clear", [] {
    const auto cache = current().get();
    const py::gil_scoped_release release;
    return cache->clear();
  });
  module.def("clear_stats", [] { current().get()->clear_stats(); });
  module.def(
      "prune",
      [](uint64_t max_size) {
        const auto cache = current().get();
        const py::gil_scoped_release release;
        return cache->prune(max_size).removed;
      },
      py::arg("max_size"));
  module.def("identity_of", &identity_of, py::arg("sources"), py::arg("library"));
  module.def("staged", &staged, py::arg("asked"));
  module.def("keep_staged", &keep_staged, py::arg("asked"), py::arg("answer"));
  module.def("vectorised", &vectorised, py::arg("key"));
  module.def("verify", &verify, py::arg("interrupted") = py::none(), py::arg("key") = "");
  module.def(
      "adopt",
      [](const std::string& name, const py::bytes& bytes) {
        return current().get()->adopt(name, std::string_view(bytes));
      },
      py::arg("name"), py::arg("bytes"));
}

}  // namespace
}  // namespace numeta::binding

PYBIND11_MODULE(_cache, module) {
  using namespace numeta::binding;
  module.doc() = "The cache of compiled kernels.";
  register_build_error(module);
  py::class_<LoadedKernel>(module, "Loaded")
      .def_readonly("address", &LoadedKernel::address)
      .def_readonly("key", &LoadedKernel::key)
      .def_readonly("hit", &LoadedKernel::hit)
      .def_property_readonly("path", [](const LoadedKernel& self) { return text(self.path); })
      .def_property_readonly("timings", [](const LoadedKernel& self) {
        py::dict dict;
        for (const auto& [step, seconds] : self.timings) dict[py::str(step)] = seconds;
        return dict;
      });
  module.def("configure", &configure);
  module.def("settings", [] {
    const Settings now = current().settings();
    py::dict dict;
    dict["dir"] = text(now.dir);
    dict["mode"] = std::string(numeta::jit_cache::mode_name(now.mode));
    dict["max_size"] = now.max_size;
    dict["fc"] = text(now.fc);
    dict["cc"] = text(now.cc);
    dict["fflags"] = text(now.fflags);
    dict["march"] = text(now.march);
    dict["jobs"] = now.jobs;
    return dict;
  });
  module.def("build", &build, py::arg("fortran"), py::arg("stub"), py::arg("symbol"),
             py::arg("flags"), py::arg("label") = "", py::arg("interrupted") = py::none(),
             py::arg("libraries") = std::vector<std::string>{}, py::arg("about") = py::none());
  def_contents(module);
  module.def("directory", [] { return text(current().get()->directory()); });
  module.def("store_note", [] { return text(current().get()->store_note()); });
  module.def("toolchain", &toolchain, py::arg("flags") = std::vector<std::string>{"-O3"});
  module.def("key_fields", [] {
    py::dict dict;
    for (const auto& field : numeta::jit_cache::key_fields()) {
      dict[py::str(std::string(field.name))] = std::string(field.meaning);
    }
    return dict;
  });
  py::module_::import("os").attr("register_at_fork")(py::arg("after_in_child") =
                                                         py::cpp_function([] {
                                                           current().abandon();
                                                           ending().forget_threads();
                                                         }));
  py::module_::import("atexit").attr("register")(py::cpp_function(&close_cache));
}
