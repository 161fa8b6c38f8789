// The Python type Specialisation: construction from parameter tuples, attributes, garbage
// collection. See call_specialisation.hpp.

#include "call_specialisation.hpp"

#include <cstddef>
#include <string_view>

#include "call_scalar.hpp"

namespace numeta::call {

PyTypeObject SpecialisationType = {PyVarObject_HEAD_INIT(nullptr, 0)};

namespace {

bool bad_parameter(const char* why) {
  PyErr_Format(PyExc_ValueError, "a parameter %s", why);
  return false;
}

bool parse_fixed_shape(PyObject* shape, ArrayRule& rule) {
  if (shape == Py_None) return true;
  if (!PyTuple_Check(shape) || PyTuple_GET_SIZE(shape) != rule.ndim) {
    return bad_parameter("has a fixed shape of another rank");
  }
  rule.any_shape = false;
  for (Py_ssize_t axis = 0; axis < rule.ndim; ++axis) {
    PyObject* length = PyTuple_GET_ITEM(shape, axis);
    npy_intp value = -1;
    if (length != Py_None) {
      value = PyLong_AsSsize_t(length);
      if (value == -1 && PyErr_Occurred() != nullptr) return false;
    }
    rule.fixed_shape.push_back(value);
  }
  return true;
}

bool parse_array(PyObject* tuple, Parameter& parameter) {
  int typenum = 0;
  int ndim = 0;
  int written = 0;
  const char* kind = nullptr;
  const char* layout = nullptr;
  PyObject* last = nullptr;  // the fixed shape
  PyObject* captured = nullptr;
  if (parameter.role == Parameter::Role::array) {
    if (!PyArg_ParseTuple(tuple, "siisOp:array", &kind, &typenum, &ndim, &layout, &last,
                          &written)) {
      return false;
    }
  } else if (!PyArg_ParseTuple(tuple, "sO!iisOp:captured", &kind, &PyArray_Type, &captured,
                               &typenum, &ndim, &layout, &last, &written)) {
    return false;
  }
  if (!make_array_rule(parameter.array, typenum, ndim, layout, written != 0)) return false;
  parameter.words = static_cast<std::uint32_t>(array_words(parameter.array));
  if (captured != nullptr) parameter.value = Reference::share(captured);
  return parse_fixed_shape(last, parameter.array);
}

bool parse_scalar(PyObject* tuple, Parameter& parameter) {
  const char* kind = nullptr;
  int weak = 0;
  if (PyArg_ParseTuple(tuple, "sip:scalar", &kind, &parameter.typenum, &weak) == 0) return false;
  parameter.typenum = canonical_typenum(parameter.typenum);
  if (!is_scalar_typenum(parameter.typenum)) return bad_parameter("has no scalar dtype");
  parameter.words = static_cast<std::uint32_t>(scalar_words(parameter.typenum));
  return true;
}

bool parse_parameter(PyObject* tuple, Parameter& parameter) {
  if (!PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) < 2 ||
      !PyUnicode_Check(PyTuple_GET_ITEM(tuple, 0))) {
    return bad_parameter("is a tuple that begins with its kind");
  }
  const std::string_view kind = PyUnicode_AsUTF8(PyTuple_GET_ITEM(tuple, 0));
  const Py_ssize_t size = PyTuple_GET_SIZE(tuple);
  if (kind == "array" || kind == "captured") {
    parameter.role = kind == "array" ? Parameter::Role::array : Parameter::Role::captured;
    return parse_array(tuple, parameter);
  }
  if (kind == "scalar") {
    parameter.role = Parameter::Role::scalar;
    return parse_scalar(tuple, parameter);
  }
  if (kind == "generator" && size == 2) {
    parameter.role = Parameter::Role::generator;
    parameter.words = 2;
    parameter.value = Reference::share(PyTuple_GET_ITEM(tuple, 1));
    return true;
  }
  if (kind == "const" && size == 2) {
    parameter.value = Reference::share(PyTuple_GET_ITEM(tuple, 1));
    return true;
  }
  if (kind == "const_key" && size == 3) {
    parameter.role = Parameter::Role::keyed;
    parameter.key_of = Reference::share(PyTuple_GET_ITEM(tuple, 1));
    parameter.value = Reference::share(PyTuple_GET_ITEM(tuple, 2));
    return true;
  }
  return bad_parameter("is 'array', 'scalar', 'generator', 'const', 'const_key' or 'captured'");
}

bool parse_parameters(PyObject* tuples, Variant& variant) {
  const auto sequence = Reference::steal(PySequence_Fast(tuples, "params are a sequence"));
  if (!sequence) return false;
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(sequence.get());
  variant.words = kErrorWords;
  for (Py_ssize_t k = 0; k < count; ++k) {
    Parameter parameter;
    if (!parse_parameter(PySequence_Fast_GET_ITEM(sequence.get(), k), parameter)) return false;
    const bool captured = parameter.role == Parameter::Role::captured;
    if (!captured) {
      if (variant.bound_count != variant.parameters.size()) {
        return bad_parameter("comes after a captured array");
      }
      ++variant.bound_count;
    }
    if (captured || parameter.role == Parameter::Role::array) {
      variant.overlaps.add(parameter.array, variant.words);
    }
    variant.runs_python |= parameter.role == Parameter::Role::keyed;
    variant.words += parameter.words;
    variant.parameters.push_back(std::move(parameter));
  }
  return true;
}

int initialise(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"address",    "params",        "results", "template",  "guards",
                                "raise_site", "make_overlap",  "overlap", "keepalive", "brief",
                                "recursive",  "interruptible", "arrays",  nullptr};
  PyObject* address = nullptr;
  PyObject* parameters = nullptr;
  PyObject* results = nullptr;
  PyObject* shape = Py_None;
  PyObject* guards = nullptr;
  PyObject* raise_site = Py_None;
  PyObject* make_overlap = Py_None;
  PyObject* overlap = Py_None;
  PyObject* keepalive = Py_None;
  PyObject* arrays = nullptr;
  int brief = 0;
  int recursive = 0;
  int interruptible = 0;
  if (PyArg_ParseTupleAndKeywords(args, keywords, "O!O|OOOOOOOpppO:Specialisation",
                                  const_cast<char**>(names), &PyLong_Type, &address, &parameters,
                                  &results, &shape, &guards, &raise_site, &make_overlap, &overlap,
                                  &keepalive, &brief, &recursive, &interruptible, &arrays) == 0) {
    return -1;
  }
  Variant& variant = variant_of(self);
  if (!variant.parameters.empty() || variant.entry != nullptr) {
    PyErr_SetString(PyExc_TypeError, "a Specialisation is initialised once");
    return -1;
  }
  if (overlap != Py_None && !is_specialisation(overlap)) {
    PyErr_SetString(PyExc_TypeError, "overlap is a Specialisation or None");
    return -1;
  }
  void* entry = PyLong_AsVoidPtr(address);
  if (entry == nullptr) {
    if (PyErr_Occurred() == nullptr) PyErr_SetString(PyExc_ValueError, "address is 0");
    return -1;
  }
  const auto none = Reference::steal(PyTuple_New(0));
  if (!parse_parameters(parameters, variant) ||
      !variant.results.parse(results != nullptr ? results : none.get(),
                             arrays != nullptr ? arrays : none.get(), shape, variant.words,
                             variant.bound_count) ||
      !variant.guards.parse(guards != nullptr ? guards : none.get())) {
    return -1;
  }
  variant.words = variant.results.end_word();
  variant.runs_python |= variant.guards.runs_python();
  variant.raise_site = Reference::share(raise_site);
  variant.make_overlap = Reference::share(make_overlap);
  if (overlap != Py_None) variant.overlap = Reference::share(overlap);
  variant.keepalive = Reference::share(keepalive);
  variant.is_brief = brief != 0;
  variant.is_recursive = recursive != 0;
  variant.is_interruptible = interruptible != 0;
  variant.entry = reinterpret_cast<Entry>(entry);
  return 0;
}

PyObject* allocate(PyTypeObject* type, PyObject*, PyObject*) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self != nullptr) reinterpret_cast<Specialisation*>(self)->variant = new Variant;
  return self;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(reinterpret_cast<Specialisation*>(self)->dict);
  Variant& variant = variant_of(self);
  for (const Parameter& parameter : variant.parameters) {
    Py_VISIT(parameter.value.get());
    Py_VISIT(parameter.key_of.get());
  }
  Py_VISIT(variant.raise_site.get());
  Py_VISIT(variant.make_overlap.get());
  Py_VISIT(variant.overlap.get());
  Py_VISIT(variant.keepalive.get());
  if (const int stop = variant.results.traverse(visit, arg); stop != 0) return stop;
  return variant.guards.traverse(visit, arg);
}

int clear(PyObject* self) {
  Py_CLEAR(reinterpret_cast<Specialisation*>(self)->dict);
  Variant& variant = variant_of(self);
  variant.entry = nullptr;
  const std::vector<Parameter> parameters = std::move(variant.parameters);
  variant.parameters.clear();
  variant.guards.clear();
  variant.results.clear();
  variant.raise_site = Reference();
  variant.make_overlap = Reference();
  variant.overlap = Reference();
  variant.keepalive = Reference();
  return 0;
}

void deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  auto* object = reinterpret_cast<Specialisation*>(self);
  if (object->weak_references != nullptr) PyObject_ClearWeakRefs(self);
  Py_CLEAR(object->dict);
  delete object->variant;
  Py_TYPE(self)->tp_free(self);
}

PyObject* get_address(PyObject* self, void*) {
  return PyLong_FromVoidPtr(reinterpret_cast<void*>(variant_of(self).entry));
}

PyObject* get_overlap(PyObject* self, void*) {
  PyObject* overlap = variant_of(self).overlap.get();
  return Py_NewRef(overlap != nullptr ? overlap : Py_None);
}

PyObject* get_keepalive(PyObject* self, void*) {
  PyObject* object = variant_of(self).keepalive.get();
  return Py_NewRef(object != nullptr ? object : Py_None);
}

PyObject* get_valid(PyObject* self, void*) {
  Variant& variant = variant_of(self);
  const Verdict verdict = variant.entry == nullptr ? Verdict::no : variant.guards.check();
  if (verdict == Verdict::error) return nullptr;
  return PyBool_FromLong(verdict == Verdict::yes ? 1 : 0);
}

PyGetSetDef attributes[] = {
    {"address", get_address, nullptr, "address of the stub", nullptr},
    {"overlap", get_overlap, nullptr, "the overlap variant, or None while none was needed",
     nullptr},
    {"keepalive", get_keepalive, nullptr, "the object given to keep the code loaded", nullptr},
    {"valid", get_valid, nullptr, "whether all guards hold now", nullptr},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

}  // namespace

bool ready_specialisation_type() {
  PyTypeObject& type = SpecialisationType;
  type.tp_name = "numeta._call.Specialisation";
  type.tp_doc = "One compiled variant of a kernel: what it fits and how it is run.";
  type.tp_basicsize = sizeof(Specialisation);
  type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC;
  type.tp_dictoffset = offsetof(Specialisation, dict);
  type.tp_weaklistoffset = offsetof(Specialisation, weak_references);
  type.tp_new = allocate;
  type.tp_init = initialise;
  type.tp_dealloc = deallocate;
  type.tp_traverse = traverse;
  type.tp_clear = clear;
  type.tp_getset = attributes;
  return PyType_Ready(&type) == 0;
}

}  // namespace numeta::call
