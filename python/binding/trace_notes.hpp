// trace_notes.hpp - what Python code remembers about the elements of an array: how many of a mask
// are true, and of what other arrays, under which mask, they were computed. A note holds as long
// as the array is not changed, in the loop that it was made in, where what was computed then is
// still a value.
#pragma once

#include "python/binding/trace_arrays.hpp"

namespace numeta::binding {

enum class Noting : std::uint8_t { Count, Origin };

/// An owned reference, or none.
class Held {
 public:
  Held() = default;
  explicit Held(PyObject* object) : object_(object) {}
  Held(Held&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { Py_XDECREF(object_); }
  PyObject* get() const { return object_; }

 private:
  PyObject* object_ = nullptr;
};

void note(PyObject* array, Noting kind, PyObject* what);
/// A borrowed reference, or nullptr where nothing holds.
PyObject* noted(PyObject* array, Noting kind);
void drop_notes(PyObject* array);

/// What the results of a function will be of, if an operand is noted to be of something: the answer
/// of a hook. Throws PythonError.
Held origin_of(const Elementwise& function, std::span<PyObject* const> operands);

}  // namespace numeta::binding
