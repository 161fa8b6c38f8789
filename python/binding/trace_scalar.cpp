// trace_scalar.cpp - the Scalar type: number slots, comparison, the questions that have no answer
// at the trace. This is the hot path of tracing.
#include <fmt/format.h>

#include "python/binding/trace_values.hpp"

namespace numeta::binding {

PyTypeObject* scalar_type = nullptr;

namespace {

using core::Diag;
using core::kNone;
using core::NodeId;
using core::Op;
using core::TraceFault;

ScalarObject* as_scalar(PyObject* object) { return reinterpret_cast<ScalarObject*>(object); }

void dealloc(PyObject* self) {
  release(as_scalar(self)->state);
  PyObject_Free(self);
}

NodeId node_of_int(TraceState* state, PyObject* value, const core::Type* peer) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  constexpr long long exact_in_double = 1LL << 53;
  // Beside a float an int is that float, as long as it is exact.
  if (overflow == 0 && peer != nullptr && core::is_float(peer->dtype) &&
      number >= -exact_in_double && number <= exact_in_double) {
    return state->graph.constant(core::DType::f8, true,
                                 core::literal_float(core::DType::f8, static_cast<double>(number)));
  }
  if (overflow == 0) return state->graph.integer(number);
  if (peer != nullptr && (core::is_float(peer->dtype) || core::is_complex(peer->dtype))) {
    const double real = PyLong_AsDouble(value);
    if (real == -1.0 && PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      throw core::PythonFault(core::Exception::OverflowError, "int too large to convert to float");
    }
    return state->graph.constant(core::DType::f8, true, core::literal_float(core::DType::f8, real));
  }
  const unsigned long long wide = overflow > 0 ? PyLong_AsUnsignedLongLong(value) : 0;
  if (overflow > 0 && PyErr_Occurred() == nullptr) {
    return state->graph.constant(core::DType::u8, true, {{wide, 0}});
  }
  PyErr_Clear();
  PyObject* text = PyObject_Str(value);
  const char* shown = text != nullptr ? PyUnicode_AsUTF8(text) : nullptr;
  std::string digits = shown != nullptr ? shown : "given";
  PyErr_Clear();
  Py_XDECREF(text);
  throw TraceFault(Diag::big_integer, {digits});
}

std::string type_name(PyObject* object) { return Py_TYPE(object)->tp_name; }

/// Is it of a Python class that may know what to do with a traced value?
bool has_own_operators(PyObject* object) {
  return (Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0 && !is_array(object);
}

PyObject* not_implemented() { Py_RETURN_NOTIMPLEMENTED; }

/// np.float64 is a Python float: on the right of a Python complex it takes part as one, since
/// complex.__add__ and its like know it and are asked first.
NodeId as_left_complex_sees(core::Lowering& lower, Op op, NodeId left, NodeId right) {
  const bool of_complex = op == Op::add || op == Op::sub || op == Op::mul || op == Op::truediv ||
                          op == Op::pow || op == Op::eq || op == Op::ne;
  const core::Type x = lower.type(left);
  const core::Type y = lower.type(right);
  const bool sees = x.weak && core::is_complex(x.dtype) && !y.weak && y.dtype == core::DType::f8;
  return of_complex && sees ? lower.convert(right, core::DType::f8, true) : right;
}

PyObject* binary(Op op, PyObject* left, PyObject* right) {
  TraceState* state = is_scalar(left) ? as_scalar(left)->state : as_scalar(right)->state;
  return guarded<PyObject*>(state, nullptr, [&]() -> PyObject* {
    state->note_origin();
    core::Type peer_of_right{};
    core::Type peer_of_left{};
    const bool of_bits = core::row(op).rule == core::Rule::Bitwise ||
                         core::row(op).rule == core::Rule::Shift;  // never of floats
    if (is_scalar(left) && !of_bits) peer_of_right = state->lowering.type(as_scalar(left)->node);
    if (is_scalar(right) && !of_bits) peer_of_left = state->lowering.type(as_scalar(right)->node);
    const NodeId a = node_of(state, left, &peer_of_left);
    const NodeId b = node_of(state, right, &peer_of_right);
    if (a == kNone || b == kNone) {
      PyObject* other = a == kNone ? left : right;
      if (has_own_operators(other) || is_array(other)) return not_implemented();
      throw TraceFault(Diag::unknown_operand, {std::string(core::row(op).name), type_name(other)});
    }
    core::Lowering& lower = state->lowering;
    return new_scalar(state, lower.binary(op, a, as_left_complex_sees(lower, op, a, b)));
  });
}

template <Op op>
PyObject* binary_slot(PyObject* left, PyObject* right) {
  return binary(op, left, right);
}

PyObject* power_slot(PyObject* left, PyObject* right, PyObject* modulus) {
  if (modulus != Py_None) {
    PyErr_SetString(PyExc_TypeError, "pow() with three arguments is not supported in a kernel");
    return nullptr;
  }
  return binary(Op::pow, left, right);
}

PyObject* divmod_slot(PyObject* left, PyObject* right) {
  PyObject* quotient = binary(Op::floordiv, left, right);
  if (quotient == nullptr || quotient == Py_NotImplemented) return quotient;
  PyObject* remainder = binary(Op::mod, left, right);
  if (remainder == nullptr) {
    Py_DECREF(quotient);
    return nullptr;
  }
  PyObject* both = PyTuple_Pack(2, quotient, remainder);
  Py_DECREF(quotient);
  Py_DECREF(remainder);
  return both;
}

PyObject* unary(Op op, PyObject* self) {
  TraceState* state = as_scalar(self)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    state->note_origin();
    return new_scalar(state, state->lowering.unary(op, node_of(state, self)));
  });
}

template <Op op>
PyObject* unary_slot(PyObject* self) {
  return unary(op, self);
}

/// +x: the value itself; of a Python bool the int, as Python says.
PyObject* positive_slot(PyObject* self) {
  const core::Type type = as_scalar(self)->state->lowering.type(as_scalar(self)->node);
  if (!core::is_bool(type.dtype)) return Py_NewRef(self);
  TraceState* state = as_scalar(self)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    if (!type.weak) {
      throw TraceFault(Diag::operand_types,
                       {"pos", "bool", "NumPy does not define this operation for bool",
                        "convert it to an integer, as in nm.i8(x)"});
    }
    return new_scalar(state, state->graph.cast(as_scalar(self)->node, core::DType::i8, true));
  });
}

/// Fails with a fault; for the questions that only run time can answer.
template <class Result>
Result refuse(PyObject* self, Result failure, Diag diag, std::vector<std::string> values = {}) {
  return guarded<Result>(as_scalar(self)->state, failure,
                         [&]() -> Result { throw TraceFault(diag, std::move(values)); });
}

int bool_slot(PyObject* self) { return refuse(self, -1, Diag::branch_on_runtime); }
PyObject* int_slot(PyObject* self) {
  return refuse<PyObject*>(self, nullptr, Diag::number_of_runtime, {"int()"});
}
PyObject* float_slot(PyObject* self) {
  return refuse<PyObject*>(self, nullptr, Diag::number_of_runtime, {"float()"});
}
PyObject* index_slot(PyObject* self) {
  return refuse<PyObject*>(self, nullptr, Diag::number_of_runtime, {"an index or a count"});
}
Py_hash_t hash_slot(PyObject* self) { return refuse<Py_hash_t>(self, -1, Diag::hash_of_runtime); }
PyObject* text_slot(PyObject* self) {
  return refuse<PyObject*>(self, nullptr, Diag::text_of_runtime);
}
PyObject* format_method(PyObject* self, PyObject*) { return text_slot(self); }

/// The name in Python's own messages; `__class__` is what the undecorated function sees.
std::string python_type_name(PyObject* value) {
  PyTypeObject* type = Py_TYPE(value);
  PyObject* seen = PyObject_GetAttrString(value, "__class__");
  if (seen != nullptr && PyType_Check(seen)) type = reinterpret_cast<PyTypeObject*>(seen);
  std::string name = type->tp_name;
  Py_XDECREF(seen);
  PyErr_Clear();
  return name;
}

PyObject* matrix_slot(PyObject* left, PyObject* right) {
  if (is_array(left) || is_array(right)) return not_implemented();
  PyObject* other = is_scalar(left) ? right : left;
  if (has_own_operators(other) && !is_scalar(other)) return not_implemented();
  PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for @: '%s' and '%s'",
               python_type_name(left).c_str(), python_type_name(right).c_str());
  return nullptr;
}

PyObject* iter_slot(PyObject* self) {
  PyErr_Format(PyExc_TypeError, "'%s' object is not iterable", python_type_name(self).c_str());
  return nullptr;
}

/// A NumPy scalar has one element, x[()]; a Python number has none.
PyObject* item_slot(PyObject* self, PyObject* key) {
  const core::Type type = as_scalar(self)->state->lowering.type(as_scalar(self)->node);
  if (type.weak) {
    PyErr_Format(PyExc_TypeError, "'%s' object is not subscriptable",
                 python_type_name(self).c_str());
    return nullptr;
  }
  if (PyTuple_Check(key) && PyTuple_GET_SIZE(key) == 0) return Py_NewRef(self);
  if (PyLong_Check(key) || is_scalar(key)) {
    PyErr_SetString(PyExc_IndexError, "invalid index to scalar variable.");
    return nullptr;
  }
  return refuse<PyObject*>(self, nullptr, Diag::scalar_attribute, {"__getitem__"});
}

PyObject* repr_slot(PyObject* self) {
  const core::Node& n = as_scalar(self)->state->graph.node(as_scalar(self)->node);
  return PyUnicode_FromFormat("<traced %s %%%u>", std::string(core::row(n.type).name).c_str(),
                              as_scalar(self)->node);
}

bool is_never_equal(PyObject* other) {
  return other == Py_None || PyUnicode_Check(other) || PyBytes_Check(other);
}

/// The comparison asked of the other operand; a silent False is no answer.
PyObject* reflected(PyObject* self, PyObject* other, int operation) {
  static constexpr int swapped[] = {Py_GT, Py_GE, Py_EQ, Py_NE, Py_LT, Py_LE};
  if (has_own_operators(other) && Py_TYPE(other)->tp_richcompare != nullptr) {
    PyObject* answer = Py_TYPE(other)->tp_richcompare(other, self, swapped[operation]);
    if (answer != Py_NotImplemented) return answer;
    Py_DECREF(answer);
  }
  return refuse<PyObject*>(self, nullptr, Diag::unknown_operand, {"comparison", type_name(other)});
}

PyObject* compare_slot(PyObject* self, PyObject* other, int operation) {
  const bool symmetric = operation == Py_EQ || operation == Py_NE;
  if ((symmetric && is_never_equal(other)) || is_array(other)) return not_implemented();
  TraceState* state = as_scalar(self)->state;
  bool unknown = false;
  PyObject* answer = guarded<PyObject*>(state, nullptr, [&]() -> PyObject* {
    state->note_origin();
    const NodeId a = node_of(state, self);
    const core::Type peer = state->lowering.type(a);
    const NodeId b = node_of(state, other, &peer);
    if (b == kNone) {
      unknown = true;
      return nullptr;
    }
    core::Lowering& lower = state->lowering;
    switch (operation) {
      case Py_LT: return new_scalar(state, lower.binary(Op::lt, a, b));
      case Py_LE: return new_scalar(state, lower.binary(Op::le, a, b));
      case Py_GT: return new_scalar(state, lower.binary(Op::lt, b, a));
      case Py_GE: return new_scalar(state, lower.binary(Op::le, b, a));
      default: break;
    }
    const Op op = operation == Py_EQ ? Op::eq : Op::ne;
    return new_scalar(state, lower.binary(op, a, as_left_complex_sees(lower, op, a, b)));
  });
  return unknown ? reflected(self, other, operation) : answer;
}

PyObject* get_dtype(PyObject* self, void*) {
  return numpy_dtype(as_scalar(self)->state->graph.node(as_scalar(self)->node).type);
}
PyObject* get_weak(PyObject* self, void*) {
  return PyBool_FromLong(as_scalar(self)->state->graph.node(as_scalar(self)->node).weak);
}

/// A part of a number; of a real one itself, which is an int where it is a Python bool.
PyObject* part(PyObject* self, Op op) {
  TraceState* state = as_scalar(self)->state;
  const core::Type type = state->lowering.type(as_scalar(self)->node);
  if (core::is_complex(type.dtype)) return unary(op, self);
  const bool truth = core::is_bool(type.dtype);
  if (op == Op::imag) {
    const core::DType same = truth && type.weak ? core::DType::i8 : type.dtype;
    return guarded<PyObject*>(state, nullptr, [&] {
      return new_scalar(state, state->graph.cast(state->graph.integer(0), same, type.weak));
    });
  }
  return truth && !type.weak ? Py_NewRef(self) : positive_slot(self);  // NumPy has no +True
}
PyObject* get_real(PyObject* self, void*) { return part(self, Op::real); }
PyObject* get_imag(PyObject* self, void*) { return part(self, Op::imag); }
PyObject* conjugate_method(PyObject* self, PyObject*) { return part(self, Op::conj); }

PyObject* getattr_slot(PyObject* self, PyObject* name) {
  const bool hidden = asks_the_tracer(scalar_type, name);
  PyObject* found = hidden ? nullptr : PyObject_GenericGetAttr(self, name);
  if (found != nullptr) return found;
  if (!hidden && PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return nullptr;
  const char* text = PyUnicode_AsUTF8(name);
  if (text == nullptr || (!hidden && std::string_view(text).starts_with("__"))) return nullptr;
  const std::string wanted = text;
  PyErr_Clear();
  if (wanted == "__repr__") return text_slot(self);
  return refuse<PyObject*>(self, nullptr, Diag::scalar_attribute, {wanted});
}

/// What the undecorated function would see: `isinstance(x, float)` holds in any code.
PyObject* get_class(PyObject* self, void*) {
  const core::Type type = as_scalar(self)->state->lowering.type(as_scalar(self)->node);
  return python_type(type.dtype, type.weak);
}

PyGetSetDef getters[] = {
    {"__class__", get_class, nullptr, "the type that the undecorated function sees", nullptr},
    {"dtype", get_dtype, nullptr, "the NumPy dtype of the value", nullptr},
    {"weak", get_weak, nullptr, "is it a Python number", nullptr},
    {"real", get_real, nullptr, "the real part", nullptr},
    {"imag", get_imag, nullptr, "the imaginary part", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyMethodDef methods[] = {
    {"conjugate", conjugate_method, METH_NOARGS, "the complex conjugate"},
    {"conj", conjugate_method, METH_NOARGS, "the complex conjugate"},
    {"__format__", format_method, METH_O, "refused: the value is known at run time only"},
    {nullptr, nullptr, 0, nullptr}};

template <class Function>
void* slot(Function function) {
  return reinterpret_cast<void*>(function);
}

PyType_Slot slots[] = {{Py_tp_dealloc, slot(dealloc)},
                       {Py_tp_repr, slot(repr_slot)},
                       {Py_tp_str, slot(text_slot)},
                       {Py_tp_hash, slot(hash_slot)},
                       {Py_tp_getattro, slot(getattr_slot)},
                       {Py_tp_richcompare, slot(compare_slot)},
                       {Py_tp_iter, slot(iter_slot)},
                       {Py_mp_subscript, slot(item_slot)},
                       {Py_tp_getset, getters},
                       {Py_tp_methods, methods},
                       {Py_nb_add, slot(binary_slot<Op::add>)},
                       {Py_nb_subtract, slot(binary_slot<Op::sub>)},
                       {Py_nb_multiply, slot(binary_slot<Op::mul>)},
                       {Py_nb_true_divide, slot(binary_slot<Op::truediv>)},
                       {Py_nb_floor_divide, slot(binary_slot<Op::floordiv>)},
                       {Py_nb_remainder, slot(binary_slot<Op::mod>)},
                       {Py_nb_divmod, slot(divmod_slot)},
                       {Py_nb_power, slot(power_slot)},
                       {Py_nb_lshift, slot(binary_slot<Op::lshift>)},
                       {Py_nb_rshift, slot(binary_slot<Op::rshift>)},
                       {Py_nb_and, slot(binary_slot<Op::bit_and>)},
                       {Py_nb_or, slot(binary_slot<Op::bit_or>)},
                       {Py_nb_xor, slot(binary_slot<Op::bit_xor>)},
                       {Py_nb_matrix_multiply, slot(matrix_slot)},
                       {Py_nb_negative, slot(unary_slot<Op::neg>)},
                       {Py_nb_positive, slot(positive_slot)},
                       {Py_nb_absolute, slot(unary_slot<Op::abs>)},
                       {Py_nb_invert, slot(unary_slot<Op::invert>)},
                       {Py_nb_bool, slot(bool_slot)},
                       {Py_nb_int, slot(int_slot)},
                       {Py_nb_float, slot(float_slot)},
                       {Py_nb_index, slot(index_slot)},
                       {0, nullptr}};

PyType_Spec spec = {"numeta._trace.Scalar", sizeof(ScalarObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* new_scalar(TraceState* state, NodeId node) {
  ScalarObject* made = PyObject_New(ScalarObject, scalar_type);
  if (made == nullptr) return nullptr;
  retain(state);
  made->state = state;
  made->node = node;
  return reinterpret_cast<PyObject*>(made);
}

/// What stands for a value where control does not come: any number will do.
static bool stands_for_nothing(PyObject* value) {
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(value));
  PyObject* mark = PyObject_GetAttrString(type, "__numeta_nothing__");
  PyErr_Clear();
  Py_XDECREF(mark);
  return mark != nullptr;
}

NodeId node_of(TraceState* state, PyObject* value, const core::Type* peer) {
  if (is_scalar(value)) {
    if (as_scalar(value)->state != state || current_state() != state) {
      throw TraceFault(Diag::other_trace, {});
    }
    return as_scalar(value)->node;
  }
  if (PyBool_Check(value)) {
    return state->graph.constant(core::DType::b1, true, core::literal_int(value == Py_True));
  }
  if (PyLong_Check(value)) {
    const PyNumberMethods* number = Py_TYPE(value)->tp_as_number;
    const bool plain = number != nullptr && number->nb_add == PyLong_Type.tp_as_number->nb_add;
    return plain ? node_of_int(state, value, peer) : kNone;
  }
  if (PyFloat_CheckExact(value)) {
    return state->graph.constant(core::DType::f8, true,
                                 core::literal_float(core::DType::f8, PyFloat_AS_DOUBLE(value)));
  }
  if (PyComplex_CheckExact(value)) {
    const Py_complex z = PyComplex_AsCComplex(value);
    return state->graph.constant(core::DType::c16, true,
                                 core::literal_complex(core::DType::c16, z.real, z.imag));
  }
  const NodeId numpy = node_of_numpy(state, value);
  if (numpy == core::kNone && stands_for_nothing(value)) return state->graph.integer(0);
  return numpy;
}

/// A placeholder for a name that is not known (loops.py) raises its own, better error.
void let_explain(PyObject* value) {
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(value));
  PyObject* explain = PyObject_GetAttrString(type, "__numeta_use__");
  if (explain == nullptr) {
    PyErr_Clear();
    return;
  }
  Py_XDECREF(PyObject_CallOneArg(explain, value));
  Py_DECREF(explain);
}

bool asks_the_tracer(PyTypeObject* type, PyObject* name) {
  const char* text = PyUnicode_AsUTF8(name);
  if (text == nullptr || !std::string_view(text).starts_with("__")) {
    PyErr_Clear();
    return false;
  }
  // What the type does not define itself it has of `object`; repr() alone is for debuggers.
  if (std::string_view(text) == "__repr__") return true;
  if (PyDict_Contains(type->tp_dict, name) != 0) return false;
  PyObject* base = reinterpret_cast<PyObject*>(&PyBaseObject_Type);
  PyObject* of_object = PyObject_GetAttrString(base, "__dict__");
  const bool found = of_object != nullptr && PyMapping_HasKey(of_object, name) != 0;
  Py_XDECREF(of_object);
  PyErr_Clear();
  return found;
}

core::TraceFault array_as_value(const core::Graph& graph, const core::View& view) {
  const core::Buffer& buffer = graph.buffers()[view.buffer];
  std::string indices;
  for (std::size_t axis = 0; axis < view.rank(); ++axis) {
    const std::string index = axis < 4 ? std::string(1, "ijkl"[axis]) : fmt::format("i{}", axis);
    indices += (axis > 0 ? ", " : "") + index;
  }
  return {Diag::array_as_value,
          {buffer.name, fmt::format("{}[{}]", buffer.name, indices.empty() ? "()" : indices)}};
}

NodeId require_node(TraceState* state, PyObject* value, const char* what) {
  const NodeId node = node_of(state, value);
  if (node != kNone) return node;
  if (is_array(value)) {
    const auto* array = reinterpret_cast<ArrayObject*>(value);
    throw array_as_value(array->state->graph, *array->view);
  }
  let_explain(value);
  throw TraceFault(Diag::unknown_operand, {what, type_name(value)});
}

int add_array_type(PyObject* module);

int add_value_types(PyObject* module) {
  scalar_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (scalar_type == nullptr) return -1;
  PyObject* type = reinterpret_cast<PyObject*>(scalar_type);
  // NumPy's scalars leave operators with us to us.
  if (PyObject_SetAttrString(type, "__array_ufunc__", Py_None) < 0) return -1;
  if (PyObject_SetAttrString(module, "Scalar", type) < 0) return -1;
  return add_array_type(module);
}

}  // namespace numeta::binding
