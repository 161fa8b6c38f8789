// Running a specialisation on bound values: match, fill the frame, release the GIL, run, build.
//
// Matching raises nothing unless Python code that it calls was interrupted. The specialisation and
// the values are kept alive by the run for as long as the stub runs without the GIL.
#pragma once

#include <memory>
#include <vector>

#include "call_specialisation.hpp"

namespace numeta::call {

// Keys of compile-time values, computed at most once per call however many specialisations ask.
class KeyMemo {
 public:
  // A borrowed key; null with an exception if `key_of` raised.
  PyObject* key(PyObject* key_of, PyObject* value);

 private:
  struct Entry {
    Reference key_of;
    PyObject* value;  // a bound value, alive for the whole call
    Reference key;
  };
  std::unique_ptr<std::vector<Entry>> entries_;  // most calls ask for no key
};

struct Arguments {
  PyObject* const* values = nullptr;
  std::size_t count = 0;
  PyObject* const* originals = nullptr;  // what the caller passed: an ('arg', k) result
  KeyMemo* memo = nullptr;
};

// `no`: nothing ran. `yes`: it ran and `result` is what the kernel returns, or null if it raised.
Verdict run(PyObject* specialisation, const Arguments& arguments, PyObject*& result);

// Whether it would run.
Verdict fits(PyObject* specialisation, const Arguments& arguments);

}  // namespace numeta::call
