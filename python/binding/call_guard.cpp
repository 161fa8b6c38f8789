// Parsing and checking guards. See call_guard.hpp.

#include "call_guard.hpp"

#include <string_view>

#include "call_constant.hpp"
#include "call_watch.hpp"

namespace numeta::call {

PyObject* g_missing = nullptr;

namespace {

#if PY_VERSION_HEX < 0x030C0000
std::uint64_t dict_version(PyObject* dict) {
  return reinterpret_cast<PyDictObject*>(dict)->ma_version_tag;
}
#else
// Later versions have no usable version tag; 0 is never taken for a recorded version.
std::uint64_t dict_version(PyObject*) { return 0; }
#endif

Verdict matches(PyObject* found, const Guard& guard) {
  if (found == nullptr) return guard.value.get() == g_missing ? Verdict::yes : Verdict::no;
  return same_constant(found, guard.value.get()) ? Verdict::yes : Verdict::no;
}

Verdict check_global(Guard& guard) {
  const std::uint64_t version = dict_version(guard.owner.get());
  if (version != 0 && version == guard.version) return Verdict::yes;
  PyObject* found = PyDict_GetItemWithError(guard.owner.get(), guard.name.get());
  if (found == nullptr && PyErr_Occurred() != nullptr) return verdict_of_exception();
  const Verdict verdict = matches(found, guard);
  if (verdict == Verdict::yes) guard.version = version;
  return verdict;
}

// The field of a function that `name` (interned or not) stands for; null if it is none of ours.
PyObject** function_field(PyObject* function, PyObject* name) {
  auto* fields = reinterpret_cast<PyFunctionObject*>(function);
  const std::string_view text = PyUnicode_AsUTF8(name);
  if (text == "__code__") return &fields->func_code;
  if (text == "__defaults__") return &fields->func_defaults;
  if (text == "__kwdefaults__") return &fields->func_kwdefaults;
  return nullptr;
}

Guard::Kind kind_of_attribute(PyObject* owner, PyObject* name) {
  if (PyFunction_Check(owner) && function_field(owner, name) != nullptr) {
    return Guard::Kind::function_field;
  }
  return Py_TYPE(owner) == &PyType_Type ? Guard::Kind::class_attribute : Guard::Kind::attribute;
}

Verdict check_function_field(const Guard& guard) {
  PyObject* found = *function_field(guard.owner.get(), guard.name.get());
  return matches(found != nullptr ? found : Py_None, guard);
}

std::uint64_t class_version(PyObject* owner) {
  const auto* type = reinterpret_cast<PyTypeObject*>(owner);
#if PY_VERSION_HEX < 0x030D0000
  if ((type->tp_flags & Py_TPFLAGS_VALID_VERSION_TAG) == 0) return 0;
#endif
  return type->tp_version_tag;
}

Verdict check_attribute(const Guard& guard) {
  const auto found = Reference::steal(PyObject_GetAttr(guard.owner.get(), guard.name.get()));
  if (!found) {
    if (PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return verdict_of_exception();
    PyErr_Clear();
  }
  return matches(found.get(), guard);
}

// The version of a class changes with any attribute of it or of its bases; but what a descriptor
// gives may change without it, so only plain values and functions are remembered by version.
Verdict check_class_attribute(Guard& guard) {
  const std::uint64_t version = class_version(guard.owner.get());
  if (version != 0 && version == guard.version) return Verdict::yes;
  guard.version = 0;
  const Verdict verdict = check_attribute(guard);
  if (verdict != Verdict::yes || guard.value.get() == g_missing) return verdict;
  PyObject* raw =
      _PyType_Lookup(reinterpret_cast<PyTypeObject*>(guard.owner.get()), guard.name.get());
  const bool plain =
      raw != nullptr && (PyFunction_Check(raw) || Py_TYPE(raw)->tp_descr_get == nullptr);
  if (plain && same_constant(raw, guard.value.get())) {
    guard.version = class_version(guard.owner.get());
  }
  return verdict;
}

Verdict check_one(Guard& guard) {
  switch (guard.kind) {
    case Guard::Kind::global: return check_global(guard);
    case Guard::Kind::cell: return matches(PyCell_GET(guard.owner.get()), guard);
    case Guard::Kind::function_field: return check_function_field(guard);
    case Guard::Kind::class_attribute: return check_class_attribute(guard);
    case Guard::Kind::attribute: return check_attribute(guard);
    case Guard::Kind::content:
      return same_key(guard.name.get(), guard.owner.get(), guard.value.get());
  }
  return Verdict::no;
}

Verdict check_all(std::vector<Guard>& guards) {
  for (Guard& guard : guards) {
    const Verdict verdict = check_one(guard);
    if (verdict != Verdict::yes) return verdict;
  }
  return Verdict::yes;
}

bool bad_guard(const char* why) {
  PyErr_Format(PyExc_ValueError, "a guard %s", why);
  return false;
}

}  // namespace

Verdict verdict_of_exception() {
  if (PyErr_ExceptionMatches(PyExc_Exception) == 0) return Verdict::error;
  PyErr_Clear();
  return Verdict::no;
}

Verdict same_key(PyObject* key_of, PyObject* object, PyObject* key) {
  const auto found = Reference::steal(PyObject_CallOneArg(key_of, object));
  if (!found) return verdict_of_exception();
  const int same = PyObject_RichCompareBool(found.get(), key, Py_EQ);
  if (same < 0) return verdict_of_exception();
  return same == 1 ? Verdict::yes : Verdict::no;
}

Verdict GuardSet::check_slowly() {
  if (changed_) {
    changed_ = false;  // before looking: what changes meanwhile must be seen next time
    const Verdict verdict = check_all(watched_);
    if (verdict != Verdict::yes) {
      changed_ = true;
      return verdict;
    }
  }
  return check_all(unwatched_);
}

bool GuardSet::parse(PyObject* guards) {
  const auto sequence = Reference::steal(PySequence_Fast(guards, "guards are a sequence"));
  if (!sequence) return false;
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence.get());
  for (Py_ssize_t k = 0; k < count; ++k) {
    if (!parse_one(PySequence_Fast_GET_ITEM(sequence.get(), k))) return false;
  }
  for (Guard& guard : watched_) {
    guard.watched = watch(guard.owner.get(), guard.name.get(), &changed_);
    if (!guard.watched) unwatched_.push_back(std::move(guard));
  }
  std::erase_if(watched_, [](const Guard& guard) { return !guard.watched; });
  changed_ = !watched_.empty();  // the values may have changed since the guards were noted down
  return true;
}

bool GuardSet::parse_one(PyObject* tuple) {
  if (!PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) < 3 ||
      !PyUnicode_Check(PyTuple_GET_ITEM(tuple, 0))) {
    return bad_guard("is a tuple that begins with its kind");
  }
  const std::string_view kind = PyUnicode_AsUTF8(PyTuple_GET_ITEM(tuple, 0));
  const Py_ssize_t size = PyTuple_GET_SIZE(tuple);
  Guard guard;
  guard.owner = Reference::share(PyTuple_GET_ITEM(tuple, 1));
  guard.value = Reference::share(PyTuple_GET_ITEM(tuple, size - 1));
  if (kind == "cell") {
    guard.kind = Guard::Kind::cell;
    if (size != 3 || !PyCell_Check(guard.owner.get())) return bad_guard("is no closure cell's");
    unwatched_.push_back(std::move(guard));
    return true;
  }
  if (size != 4) return bad_guard("has the wrong number of entries");
  PyObject* name = PyTuple_GET_ITEM(tuple, 2);
  if (kind == "content") {
    guard.kind = Guard::Kind::content;
    guard.name = Reference::share(name);
    runs_python_ = true;
    unwatched_.push_back(std::move(guard));
    return true;
  }
  if (!PyUnicode_CheckExact(name)) return bad_guard("names something by a string");
  Py_INCREF(name);
  PyUnicode_InternInPlace(&name);
  guard.name = Reference::steal(name);
  if (kind == "attr") {
    guard.kind = kind_of_attribute(guard.owner.get(), name);
    runs_python_ |= guard.kind != Guard::Kind::function_field;
    unwatched_.push_back(std::move(guard));
    return true;
  }
  if (kind != "global") return bad_guard("is 'global', 'cell', 'attr' or 'content'");
  if (!PyDict_Check(guard.owner.get())) return bad_guard("of a global needs a dict");
  watched_.push_back(std::move(guard));
  return true;
}

int GuardSet::traverse(visitproc visit, void* arg) {
  for (const auto* guards : {&watched_, &unwatched_}) {
    for (const Guard& guard : *guards) {
      Py_VISIT(guard.owner.get());
      Py_VISIT(guard.name.get());
      Py_VISIT(guard.value.get());
    }
  }
  return 0;
}

void GuardSet::clear() {
  for (const Guard& guard : watched_) unwatch(guard.owner.get(), guard.name.get(), &changed_);
  const std::vector<Guard> watched = std::move(watched_);
  const std::vector<Guard> unwatched = std::move(unwatched_);
  watched_.clear();
  unwatched_.clear();
}

}  // namespace numeta::call
