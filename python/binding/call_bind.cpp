// Binding the arguments of a call to a function's parameters, as Python does it.
//
// Defaults are read from the function at each call. Where Python would raise, the function itself
// is called with the same arguments, so that the TypeError and its text are Python's own: its body
// does not run, since its arguments cannot be bound.

#include "call_kernel.hpp"

namespace numeta::call {

namespace {

// The place of keyword `name` among the parameters that may be given by keyword, or -1.
std::ptrdiff_t find_name(const Kernel& kernel, PyObject* name) {
  const std::size_t end = kernel.positional + kernel.keyword_only;
  for (std::size_t k = kernel.positional_only; k < end; ++k) {
    if (PyTuple_GET_ITEM(kernel.names, static_cast<Py_ssize_t>(k)) == name) {
      return static_cast<std::ptrdiff_t>(k);
    }
  }
  for (std::size_t k = kernel.positional_only; k < end; ++k) {
    PyObject* parameter = PyTuple_GET_ITEM(kernel.names, static_cast<Py_ssize_t>(k));
    if (PyUnicode_Compare(parameter, name) == 0) return static_cast<std::ptrdiff_t>(k);
  }
  return -1;
}

void raise_as_function(const Kernel& kernel, PyObject* const* args, std::size_t count,
                       PyObject* names) {
  if (PyErr_Occurred() != nullptr) return;
  PyObject* returned = PyObject_Vectorcall(kernel.function, args, count, names);
  if (returned == nullptr) return;
  Py_DECREF(returned);
  PyErr_SetString(PyExc_SystemError, "numeta: Python binds arguments that numeta does not");
}

}  // namespace

bool read_parameters(Kernel& kernel) {
  const auto code = Reference::steal(PyObject_GetAttrString(kernel.function, "__code__"));
  if (!code) return false;
  const auto* info = reinterpret_cast<PyCodeObject*>(code.get());
  const auto variables = Reference::steal(PyObject_GetAttrString(code.get(), "co_varnames"));
  if (!variables) return false;
  kernel.positional_only = static_cast<std::size_t>(info->co_posonlyargcount);
  kernel.positional = static_cast<std::size_t>(info->co_argcount);
  kernel.keyword_only = static_cast<std::size_t>(info->co_kwonlyargcount);
  kernel.takes_rest = (info->co_flags & CO_VARARGS) != 0;
  kernel.takes_keywords = (info->co_flags & CO_VARKEYWORDS) != 0;
  kernel.binds_by_position = kernel.keyword_only == 0 && !kernel.takes_keywords;
  // Python orders them: positional, keyword-only, *, **; here the open-ended * comes last.
  const auto fixed = static_cast<Py_ssize_t>(kernel.positional + kernel.keyword_only);
  const Py_ssize_t rest = kernel.takes_rest ? 1 : 0;
  const Py_ssize_t keywords = kernel.takes_keywords ? 1 : 0;
  auto names = Reference::steal(PyTuple_New(fixed + rest + keywords));
  if (!names) return false;
  for (Py_ssize_t k = 0; k < fixed + rest + keywords; ++k) {
    Py_ssize_t source = k;
    if (k >= fixed && rest + keywords == 2) source = k == fixed ? fixed + 1 : fixed;
    PyTuple_SET_ITEM(names.get(), k, Py_NewRef(PyTuple_GET_ITEM(variables.get(), source)));
  }
  Py_XSETREF(kernel.names, names.release());
  return true;
}

Bound::~Bound() {
  for (PyObject* value : values_) Py_XDECREF(value);
}

bool Bound::bind(const Kernel& kernel, PyObject* const* args, std::size_t count, PyObject* names) {
  if (place(kernel, args, count, names)) return true;
  raise_as_function(kernel, args, count, names);
  return false;
}

bool Bound::place(const Kernel& kernel, PyObject* const* args, std::size_t count, PyObject* names) {
  const std::size_t named = kernel.positional + kernel.keyword_only;
  const std::size_t fixed = named + (kernel.takes_keywords ? 1 : 0);
  const std::size_t rest = count > kernel.positional ? count - kernel.positional : 0;
  if (rest > 0 && !kernel.takes_rest) return false;
  values_.assign(fixed + rest, nullptr);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t at = k < kernel.positional ? k : fixed + (k - kernel.positional);
    values_[at] = Py_NewRef(args[k]);
  }
  if (kernel.takes_keywords) {
    values_[named] = PyDict_New();
    if (values_[named] == nullptr) return false;
  }
  const Py_ssize_t keywords = names != nullptr ? PyTuple_GET_SIZE(names) : 0;
  for (Py_ssize_t k = 0; k < keywords; ++k) {
    PyObject* value = args[count + static_cast<std::size_t>(k)];
    if (!place_keyword(kernel, PyTuple_GET_ITEM(names, k), value)) return false;
  }
  return place_defaults(kernel);
}

bool Bound::place_keyword(const Kernel& kernel, PyObject* name, PyObject* value) {
  const std::ptrdiff_t found = find_name(kernel, name);
  if (found >= 0) {
    PyObject*& slot = values_[static_cast<std::size_t>(found)];
    if (slot != nullptr) return false;
    slot = Py_NewRef(value);
    return true;
  }
  if (!kernel.takes_keywords) return false;
  return PyDict_SetItem(values_[kernel.positional + kernel.keyword_only], name, value) == 0;
}

bool Bound::place_defaults(const Kernel& kernel) {
  PyObject* defaults = PyFunction_GET_DEFAULTS(kernel.function);
  const std::size_t given =
      defaults != nullptr ? static_cast<std::size_t>(PyTuple_GET_SIZE(defaults)) : 0;
  for (std::size_t k = 0; k < kernel.positional; ++k) {
    if (values_[k] != nullptr) continue;
    if (k + given < kernel.positional) return false;
    const std::size_t at = k + given - kernel.positional;
    values_[k] = Py_NewRef(PyTuple_GET_ITEM(defaults, static_cast<Py_ssize_t>(at)));
  }
  PyObject* keyword_defaults = PyFunction_GET_KW_DEFAULTS(kernel.function);
  for (std::size_t k = kernel.positional; k < kernel.positional + kernel.keyword_only; ++k) {
    if (values_[k] != nullptr) continue;
    PyObject* name = PyTuple_GET_ITEM(kernel.names, static_cast<Py_ssize_t>(k));
    PyObject* value =
        keyword_defaults != nullptr ? PyDict_GetItemWithError(keyword_defaults, name) : nullptr;
    if (value == nullptr) return false;
    values_[k] = Py_NewRef(value);
  }
  return true;
}

PyObject* tuple_of(PyObject* const* values, std::size_t count) {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(count));
  if (tuple == nullptr) return nullptr;
  for (std::size_t k = 0; k < count; ++k) {
    PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(k), Py_NewRef(values[k]));
  }
  return tuple;
}

}  // namespace numeta::call
