// The dict watcher and its registry. See call_watch.hpp.

#include "call_watch.hpp"

#include <unordered_map>
#include <vector>

namespace numeta::call {

#if PY_VERSION_HEX >= 0x030C0000

namespace {

using Flags = std::vector<bool*>;
using Names = std::unordered_map<PyObject*, Flags>;

int g_watcher = -1;

// Never destroyed: the interpreter still changes dicts while the process exits.
std::unordered_map<PyObject*, Names>& registry() {
  static auto* dicts = new std::unordered_map<PyObject*, Names>;
  return *dicts;
}

void raise_flags(const Flags& flags) {
  for (bool* flag : flags) *flag = true;
}

int on_dict_event(PyDict_WatchEvent event, PyObject* dict, PyObject* key, PyObject*) {
  const auto found = registry().find(dict);
  if (found == registry().end()) return 0;
  const bool one_name = event == PyDict_EVENT_ADDED || event == PyDict_EVENT_MODIFIED ||
                        event == PyDict_EVENT_DELETED;
  if (one_name && key != nullptr && PyUnicode_CheckExact(key) && PyUnicode_CHECK_INTERNED(key)) {
    const auto name = found->second.find(key);
    if (name != found->second.end()) raise_flags(name->second);
    return 0;
  }
  for (const auto& [name, flags] : found->second) raise_flags(flags);
  return 0;
}

}  // namespace

void claim_dict_watcher() {
  g_watcher = PyDict_AddWatcher(on_dict_event);
  if (g_watcher < 0) PyErr_Clear();  // all ids are taken: values are compared at each call
}

bool has_dict_watcher() { return g_watcher >= 0; }

bool watch(PyObject* dict, PyObject* name, bool* changed) {
  if (g_watcher < 0) return false;
  if (PyDict_Watch(g_watcher, dict) < 0) {
    PyErr_Clear();
    return false;
  }
  registry()[dict][name].push_back(changed);
  return true;
}

void unwatch(PyObject* dict, PyObject* name, bool* changed) {
  const auto found = registry().find(dict);
  if (found == registry().end()) return;
  const auto flags = found->second.find(name);
  if (flags == found->second.end()) return;
  std::erase(flags->second, changed);
  if (!flags->second.empty()) return;
  found->second.erase(flags);
  if (!found->second.empty()) return;
  registry().erase(found);
  if (PyDict_Unwatch(g_watcher, dict) < 0) PyErr_Clear();
}

#else

void claim_dict_watcher() {}
bool has_dict_watcher() { return false; }
bool watch(PyObject*, PyObject*, bool*) { return false; }
void unwatch(PyObject*, PyObject*, bool*) {}

#endif

}  // namespace numeta::call
