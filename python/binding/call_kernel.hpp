// The kernel object: a callable that finds or makes a specialisation and runs it.
//
// Bound values are flat: one per positional parameter, one per keyword-only parameter, the dict of
// a `**` parameter, then the elements of a `*` parameter. A specialisation fixes their number.
#pragma once

#include "call_dispatch.hpp"
#include "call_reference.hpp"

namespace numeta::call {

struct Kernel {
  PyObject_HEAD PyObject* dict;
  PyObject* weak_references;
  vectorcallfunc vectorcall;
  PyObject* function;    // the undecorated function; null until initialised
  PyObject* slow;        // slow(kernel, bound) -> Specialisation or (Specialisation, bound)
  PyObject* debug_call;  // debug_call(kernel, args, kwargs) -> result or NotImplemented
  PyObject* names;       // tuple of the parameters' names, in bound order
  Dispatch* dispatch;
  std::size_t positional_only;
  std::size_t positional;  // including the positional-only ones
  std::size_t keyword_only;
  bool takes_rest;         // *args
  bool takes_keywords;     // **kwargs
  bool binds_by_position;  // a call with `positional` plain arguments is bound as it stands
};

extern PyTypeObject KernelType;
bool ready_kernel_type();

// How many `with debug` are open in the process; while there are any, each call asks debug_call.
extern int g_debug_depth;

// Reads the parameters of kernel.function; false with a Python exception.
bool read_parameters(Kernel& kernel);

// Values bound to a kernel's parameters, owned.
class Bound {
 public:
  Bound() = default;
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;
  ~Bound();

  // As Python binds a call; false with the exception that calling the function itself raises.
  bool bind(const Kernel& kernel, PyObject* const* args, std::size_t count, PyObject* names);
  PyObject* const* values() const { return values_.data(); }
  std::size_t size() const { return values_.size(); }

 private:
  bool place(const Kernel& kernel, PyObject* const* args, std::size_t count, PyObject* names);
  bool place_keyword(const Kernel& kernel, PyObject* name, PyObject* value);
  bool place_defaults(const Kernel& kernel);

  std::vector<PyObject*> values_;
};

// A new tuple of the values, or null.
PyObject* tuple_of(PyObject* const* values, std::size_t count);

}  // namespace numeta::call
