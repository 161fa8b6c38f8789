// call_say.hpp - what a kernel tells Python while it runs: values, and what to do with them
// (print). Each is a site, as those of failed checks; the callable of the specialisation takes them
// all.
#pragma once

#include "call_specialisation.hpp"

namespace numeta::call {

/// The kernel that runs in this thread, which has given up the GIL.
class Speaking {
 public:
  Speaking(const Variant& variant, PyThreadState* state);
  ~Speaking();
  Speaking(const Speaking&) = delete;
  Speaking& operator=(const Speaking&) = delete;

 private:
  const Variant* variant_;
  PyThreadState* state_;
};

/// What stands in the frame: takes the GIL and calls Python; kRaised where that raises.
std::int32_t tell(std::int64_t site, const std::int64_t* frame);

/// A value of a site as Python has it.
PyObject* number_of(std::int64_t word, bool is_double);

}  // namespace numeta::call
