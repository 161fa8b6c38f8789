// call_say.cpp - see call_say.hpp.
#include "call_say.hpp"

#include <bit>
#include <utility>

#include "call_interrupt.hpp"

namespace numeta::call {
namespace {

struct Speaker {
  const Variant* variant = nullptr;
  PyThreadState* state = nullptr;
};

thread_local Speaker speaker;

bool call_python(const Variant& variant, std::int64_t site, const std::int64_t* frame) {
  const bool is_double = (frame[emit_fortran::kErrorValues] & 1) != 0;
  const auto number = Reference::steal(PyLong_FromLongLong(site));
  auto value = Reference::steal(number_of(frame[0], is_double));
  const auto values = Reference::steal(PyTuple_New(1));
  if (!number || !value || !values) return false;
  PyTuple_SET_ITEM(values.get(), 0, value.release());
  const auto done = Reference::steal(
      PyObject_CallFunctionObjArgs(variant.raise_site.get(), number.get(), values.get(), nullptr));
  return static_cast<bool>(done);
}

}  // namespace

PyObject* number_of(std::int64_t word, bool is_double) {
  return is_double ? PyFloat_FromDouble(std::bit_cast<double>(word)) : PyLong_FromLongLong(word);
}

Speaking::Speaking(const Variant& variant, PyThreadState* state)
    : variant_(std::exchange(speaker.variant, &variant)),
      state_(std::exchange(speaker.state, state)) {}

Speaking::~Speaking() { speaker = {variant_, state_}; }

std::int32_t tell(std::int64_t site, const std::int64_t* frame) {
  const Speaker here = speaker;
  const Suspended suspended;
  PyEval_RestoreThread(here.state);
  const bool goes_on = call_python(*here.variant, site, frame);
  PyEval_SaveThread();
  return goes_on ? 0 : kRaised;
}

}  // namespace numeta::call
