// Match, fill, run. See call_run.hpp.

#include "call_run.hpp"

#include <array>

#include "call_constant.hpp"
#include "call_generator.hpp"
#include "call_interrupt.hpp"
#include "call_say.hpp"
#include "call_scalar.hpp"
#include "call_threads.hpp"

namespace numeta::call {

namespace {

constexpr std::size_t kStackWords = 160;  // 1.3 kB; larger frames go to the heap

Verdict match_key(const Parameter& parameter, PyObject* value, KeyMemo& memo) {
  PyObject* key = memo.key(parameter.key_of.get(), value);
  if (key == nullptr) return verdict_of_exception();
  const int same = PyObject_RichCompareBool(key, parameter.value.get(), Py_EQ);
  if (same < 0) return verdict_of_exception();
  return same == 1 ? Verdict::yes : Verdict::no;
}

[[gnu::noinline]] Verdict fill_parameter(const Parameter& parameter, PyObject* value, KeyMemo& memo,
                                         std::int64_t* words) {
  bool fitting = false;
  switch (parameter.role) {
    case Parameter::Role::array:
    case Parameter::Role::captured: fitting = fill_array(parameter.array, value, words); break;
    case Parameter::Role::scalar: fitting = fill_scalar(parameter.typenum, value, words); break;
    case Parameter::Role::generator:
      fitting = fill_generator(parameter.value.get(), value, words);
      break;
    case Parameter::Role::constant: fitting = same_constant(parameter.value.get(), value); break;
    case Parameter::Role::keyed: return match_key(parameter, value, memo);
  }
  return fitting ? Verdict::yes : Verdict::no;
}

// Matches every parameter and fills the frame behind the error words.
Verdict fill(const Variant& variant, const Arguments& arguments, std::int64_t* frame) {
  std::int64_t* words = frame + kErrorWords;
  std::size_t place = 0;
  for (const Parameter& parameter : variant.parameters) {
    PyObject* value = place < variant.bound_count ? arguments.values[place] : parameter.value.get();
    if (parameter.role == Parameter::Role::array) {
      if (!fill_array(parameter.array, value, words)) return Verdict::no;
    } else {
      const Verdict verdict = fill_parameter(parameter, value, *arguments.memo, words);
      if (verdict != Verdict::yes) return verdict;
    }
    words += parameter.words;
    ++place;
  }
  return Verdict::yes;
}

Verdict match(Variant& variant, const Arguments& arguments, std::int64_t* frame) {
  if (variant.entry == nullptr || arguments.count != variant.bound_count) return Verdict::no;
  Verdict verdict = fill(variant, arguments, frame);
  if (verdict != Verdict::yes) return verdict;
  verdict = variant.guards.check();
  if (verdict != Verdict::yes || !variant.runs_python) return verdict;
  // Guards and keys ran Python code: what was read before it may have changed.
  if (variant.entry == nullptr) return Verdict::no;
  return fill(variant, arguments, frame);
}

// Lets `raise_site` raise the Python exception of a failed check.
[[gnu::noinline]] void raise_for(const Variant& variant, std::int32_t status,
                                 const std::int64_t* frame) {
  if (variant.raise_site.get() == Py_None) {
    PyErr_Format(PyExc_SystemError, "numeta: a kernel stopped with status %d", status);
    return;
  }
  const auto site = Reference::steal(PyLong_FromLong(status - 1));
  constexpr auto count = static_cast<Py_ssize_t>(emit_fortran::kErrorValues);
  const auto values = Reference::steal(PyTuple_New(count));
  if (!site || !values) return;
  for (Py_ssize_t k = 0; k < count; ++k) {
    PyObject* value = number_of(frame[k], (frame[count] >> k & 1) != 0);
    if (value == nullptr) return;
    PyTuple_SET_ITEM(values.get(), k, value);
  }
  const auto returned = Reference::steal(
      PyObject_CallFunctionObjArgs(variant.raise_site.get(), site.get(), values.get(), nullptr));
  if (returned) {
    PyErr_Format(PyExc_SystemError, "numeta: check %d failed and raised nothing", status - 1);
  }
}

PyObject* run_overlap(Variant& variant, const Arguments& arguments);

// Runs the stub on a frame that is ready; `making`: the arrays that it makes, if any.
inline PyObject* run_stub(Variant& variant, const Arguments& arguments, std::int64_t* frame,
                          Making* making) {
  // Releasing and retaking the GIL costs several times what a kernel without loops does.
  bool overflowed = false;
  std::int32_t status = 0;
  frame[emit_fortran::kTellWord] = reinterpret_cast<std::int64_t>(&tell);
  if (variant.is_brief) {
    if (making != nullptr) making->set_thread(nullptr);
    status = variant.entry(frame);
  } else if (!run_released(variant, frame, making, status, overflowed)) {
    return nullptr;
  }
  if (overflowed) {
    PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded");
    return nullptr;
  }
  if (status == kRaised) return nullptr;
  if (status == emit_fortran::kDeclined) return run_overlap(variant, arguments);
  if (status != 0) {
    raise_for(variant, status, frame);
    return nullptr;
  }
  return variant.results.build(frame, arguments.originals);
}

[[gnu::noinline]] PyObject* execute_making(Variant& variant, const Arguments& arguments,
                                           std::int64_t* frame) {
  Making making(variant.results.arrays(), frame);
  making.make_early(variant.entry);
  return run_stub(variant, arguments, frame, &making);
}

// Runs a matched variant on its filled frame.
PyObject* execute(Variant& variant, const Arguments& arguments, std::int64_t* frame) {
  frame[0] = threads_of_loops();
  frame[1] = 0;
  if (!variant.results.arrays().empty()) return execute_making(variant, arguments, frame);
  return run_stub(variant, arguments, frame, nullptr);
}

// Asks for the overlap variant of `variant` and keeps it; false with a Python exception.
bool make_overlap_variant(Variant& variant, const Arguments& arguments) {
  const auto values = Reference::steal(PyTuple_New(static_cast<Py_ssize_t>(arguments.count)));
  if (!values) return false;
  for (std::size_t k = 0; k < arguments.count; ++k) {
    PyTuple_SET_ITEM(values.get(), static_cast<Py_ssize_t>(k), Py_NewRef(arguments.values[k]));
  }
  auto made = Reference::steal(PyObject_CallOneArg(variant.make_overlap.get(), values.get()));
  if (!made) return false;
  if (!is_specialisation(made.get())) {
    PyErr_SetString(PyExc_TypeError, "make_overlap returns a Specialisation");
    return false;
  }
  variant.overlap = std::move(made);
  return true;
}

// The overlap variant is traced later than its owner, so its guards may come to fail while the
// owner's hold; it is then made anew, once.
[[gnu::noinline]] PyObject* run_overlap(Variant& variant, const Arguments& arguments) {
  if (variant.make_overlap.get() == Py_None && !variant.overlap) {
    PyErr_SetString(PyExc_SystemError, "numeta: the overlap variant is needed, and there is none");
    return nullptr;
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!variant.overlap || attempt > 0) {
      if (variant.make_overlap.get() == Py_None) break;
      if (!make_overlap_variant(variant, arguments)) return nullptr;
    }
    const auto kept = Reference::share(variant.overlap.get());
    Variant& overlap = variant_of(kept.get());
    std::vector<std::int64_t> frame(overlap.words);
    const Verdict verdict = match(overlap, arguments, frame.data());
    if (verdict == Verdict::error) return nullptr;
    if (verdict == Verdict::yes) return execute(overlap, arguments, frame.data());
  }
  PyErr_SetString(PyExc_SystemError, "numeta: the overlap variant does not fit its arguments");
  return nullptr;
}

inline Verdict run_on(std::int64_t* frame, PyObject* specialisation, const Arguments& arguments,
                      PyObject*& result) {
  const auto kept = Reference::share(specialisation);
  Variant& variant = variant_of(specialisation);
  const Verdict verdict = match(variant, arguments, frame);
  if (verdict != Verdict::yes) return verdict;
  if (variant.overlaps.needed() && variant.overlaps.any(frame)) {
    result = run_overlap(variant, arguments);
  } else {
    result = execute(variant, arguments, frame);
  }
  return Verdict::yes;
}

[[gnu::noinline]] Verdict run_on_heap(PyObject* specialisation, const Arguments& arguments,
                                      PyObject*& result) {
  std::vector<std::int64_t> frame(variant_of(specialisation).words);
  return run_on(frame.data(), specialisation, arguments, result);
}

}  // namespace

PyObject* KeyMemo::key(PyObject* key_of, PyObject* value) {
  if (!entries_) entries_ = std::make_unique<std::vector<Entry>>();
  for (const Entry& entry : *entries_) {
    if (entry.key_of.get() == key_of && entry.value == value) return entry.key.get();
  }
  auto key = Reference::steal(PyObject_CallOneArg(key_of, value));
  if (!key) return nullptr;
  entries_->push_back({Reference::share(key_of), value, std::move(key)});
  return entries_->back().key.get();
}

// Flat, since every call comes through here and each level costs as much as an array.
[[gnu::flatten]] Verdict run(PyObject* specialisation, const Arguments& arguments,
                             PyObject*& result) {
  if (variant_of(specialisation).words > kStackWords) {
    return run_on_heap(specialisation, arguments, result);
  }
  std::array<std::int64_t, kStackWords> frame;  // not initialised: filled before it is read
  return run_on(frame.data(), specialisation, arguments, result);
}

Verdict fits(PyObject* specialisation, const Arguments& arguments) {
  const auto kept = Reference::share(specialisation);
  Variant& variant = variant_of(specialisation);
  std::vector<std::int64_t> frame(variant.words);
  return match(variant, arguments, frame.data());
}

}  // namespace numeta::call
