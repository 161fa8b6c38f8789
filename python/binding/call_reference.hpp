// Reference: an owned PyObject pointer.
//
// Holds exactly one reference or none, gives it back on destruction, moves and never copies.
// All uses need the GIL.
#pragma once

#include <utility>

#include "call_numpy.hpp"

namespace numeta::call {

class Reference {
 public:
  Reference() = default;
  Reference(Reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Reference& operator=(Reference&& other) noexcept {
    PyObject* old = std::exchange(object_, std::exchange(other.object_, nullptr));
    Py_XDECREF(old);
    return *this;
  }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;
  ~Reference() { Py_XDECREF(object_); }

  // Takes over a reference that the caller owns (a "new reference" of the C-API).
  static Reference steal(PyObject* object) { return Reference(object); }
  // Adds a reference to a borrowed object.
  static Reference share(PyObject* object) {
    Py_XINCREF(object);
    return Reference(object);
  }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Reference(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

}  // namespace numeta::call
