// trace_array.cpp - the Array type: a view of a buffer of the trace. It answers Python's operators
// for all elements at once; NumPy computes with a 0-dimensional array as with its element, and so
// does it. What has no slot here (methods, keys with arrays, `@`) is answered by Python code.
#include <fmt/format.h>

#include "python/binding/trace_arrays.hpp"
#include "python/binding/trace_notes.hpp"

namespace numeta::binding {

PyTypeObject* array_type = nullptr;

ArrayHooks& array_hooks() {
  static ArrayHooks hooks;
  return hooks;
}

void require_current(PyObject* array) {
  if (current_state() != as_array(array)->state)
    throw core::TraceFault(core::Diag::other_trace, {});
}

core::NodeId element_of(PyObject* array) {
  require_current(array);
  return views(as_array(array)->state).load(view_of(array), {});
}

PyObject* length_object(TraceState* state, core::NodeId node) {
  if (state->graph.is_constant(node)) return PyLong_FromLongLong(state->graph.integer_value(node));
  return new_scalar(state, node);
}

namespace {

using core::Diag;
using core::NodeId;
using core::TraceFault;

const core::Buffer& buffer_of(PyObject* self) {
  return as_array(self)->state->graph.buffers()[view_of(self).buffer];
}

std::size_t rank_of(PyObject* self) { return view_of(self).rank(); }

void dealloc(PyObject* self) {
  auto& stand_ins = as_array(self)->state->stand_ins;
  const auto copy = stand_ins.find(view_of(self).buffer);
  if (copy != stand_ins.end()) --copy->second.holders;
  drop_notes(self);
  release(as_array(self)->state);
  delete as_array(self)->view;
  PyObject_Free(self);
}

/// Asks the Python code that answers for arrays.
PyObject* ask(PyObject* hook, PyObject* a, PyObject* b) {
  return PyObject_CallFunctionObjArgs(hook, a, b, nullptr);
}

/// The commonest key: one integer for each axis of a whole buffer.
bool is_plain_key(TraceState* state, const core::View& view, PyObject* key,
                  std::vector<NodeId>& indices) {
  if (!view.layers.empty()) return false;
  const bool is_tuple = PyTuple_Check(key);
  const Py_ssize_t count = is_tuple ? PyTuple_GET_SIZE(key) : 1;
  if (static_cast<std::size_t>(count) != view.rank()) return false;
  for (Py_ssize_t k = 0; k < count; ++k) {
    PyObject* item = is_tuple ? PyTuple_GET_ITEM(key, k) : key;
    if (!is_scalar(item) && !PyLong_CheckExact(item)) return false;
    indices.push_back(node_of(state, item));
    if (core::is_bool(state->graph.node(indices.back()).type)) return false;
  }
  return true;
}

PyObject* get_item(PyObject* self, PyObject* key) {
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(state, nullptr, [&]() -> PyObject* {
    require_current(self);
    state->note_origin();
    const core::View& view = view_of(self);
    std::vector<NodeId> indices;
    if (is_plain_key(state, view, key, indices)) {
      return new_scalar(state, state->lowering.load(view.buffer, indices));
    }
    if (!is_basic_key(state, key)) return ask(array_hooks().get, self, key);
    Part part = part_of(self, key);
    if (part.is_element) return new_scalar(state, views(state).load(part.view, {}));
    return new_view(state, std::move(part.view));
  });
}

/// The value of an assignment to an element. A 0-dimensional array is converted as an array is.
NodeId stored_node(PyObject* self, PyObject* value) {
  TraceState* state = as_array(self)->state;
  const core::Type element{buffer_of(self).type, false};
  if (is_array(value) && !is_many(value)) {
    return state->lowering.convert(element_of(value), element.dtype, false);
  }
  if (is_array(value)) {
    throw core::PythonFault(core::Exception::ValueError,
                            "setting an array element with a sequence.");
  }
  const NodeId node = node_of(state, value, &element);
  return node != core::kNone ? node : require_node(state, value, "assignment to an element");
}

/// Numbers and traced arrays can be assigned as they are.
bool is_assignable(TraceState* state, PyObject* value, const core::Type& element) {
  return is_array(value) || node_of(state, value, &element) != core::kNone;
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
  TraceState* state = as_array(self)->state;
  return guarded<int>(state, -1, [&]() -> int {
    require_current(self);
    state->note_origin();
    if (value == nullptr) {
      throw core::PythonFault(core::Exception::ValueError, "cannot delete array elements");
    }
    const core::View& view = view_of(self);
    std::vector<NodeId> indices;
    if (is_plain_key(state, view, key, indices)) {
      require_writable(state, view);
      state->lowering.store(view.buffer, indices, stored_node(self, value));
      ++state->effects;
      return 0;
    }
    if (!is_basic_key(state, key)) {
      PyObject* done = PyObject_CallFunctionObjArgs(array_hooks().set, self, key, value, nullptr);
      Py_XDECREF(done);
      return done != nullptr ? 0 : -1;
    }
    const Part part = part_of(self, key);
    if (part.is_element || part.view.rank() == 0) {
      require_writable(state, part.view);
      views(state).store(part.view, {}, stored_node(self, value));
      ++state->effects;
      return 0;
    }
    if (is_assignable(state, value, {buffer_of(self).type, false})) {
      return assign(state, part.view, value);
    }
    PyObject* converted = PyObject_CallOneArg(array_hooks().convert, value);
    const int done = converted != nullptr ? assign(state, part.view, converted) : -1;
    Py_XDECREF(converted);
    return done;
  });
}

template <class Result>
Result refuse_value(PyObject* self, Result failure) {
  return guarded<Result>(as_array(self)->state, failure, [&]() -> Result {
    throw array_as_value(as_array(self)->state->graph, view_of(self));
  });
}

/// What stands for an operand in arithmetic: of a 0-dimensional array its element, of a list or an
/// array of NumPy's a traced array. A new reference.
PyObject* operand(PyObject* object, bool beside_many) {
  if (is_array(object)) {
    if (is_many(object)) return Py_NewRef(object);
    TraceState* state = as_array(object)->state;
    return guarded<PyObject*>(state, nullptr,
                              [&] { return new_scalar(state, element_of(object)); });
  }
  if (!beside_many || is_scalar(object) || PyNumber_Check(object)) {
    const bool is_own_array = beside_many && !is_scalar(object) && PySequence_Check(object) != 0;
    if (!is_own_array) return Py_NewRef(object);
  }
  return PyObject_CallOneArg(array_hooks().convert, object);
}

PyObject* power(PyObject* a, PyObject* b) { return PyNumber_Power(a, b, Py_None); }

using Binary = PyObject* (*)(PyObject*, PyObject*);

PyObject* computed(Binary operation, PyObject* left, PyObject* right) {
  if (!is_many(left) && !is_many(right)) return operation(left, right);
  TraceState* state = as_array(is_many(left) ? left : right)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    state->note_origin();
    PyObject* const both[] = {left, right};
    return mapped(
        state,
        [operation](std::span<PyObject* const> values) { return operation(values[0], values[1]); },
        both);
  });
}

PyObject* binary(Binary operation, PyObject* a, PyObject* b) {
  const bool many = is_many(a) || is_many(b);
  PyObject* left = operand(a, many);
  PyObject* right = left != nullptr ? operand(b, many) : nullptr;
  PyObject* result = right != nullptr ? computed(operation, left, right) : nullptr;
  Py_XDECREF(left);
  Py_XDECREF(right);
  return result;
}

template <Binary operation>
PyObject* operator_slot(PyObject* a, PyObject* b) {
  return binary(operation, a, b);
}

PyObject* power_slot(PyObject* a, PyObject* b, PyObject* modulus) {
  return modulus == Py_None ? binary(power, a, b)
                            : refuse_value<PyObject*>(is_array(a) ? a : b, nullptr);
}

template <PyObject* (*operation)(PyObject*)>
PyObject* unary_slot(PyObject* self) {
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(state, nullptr, [&]() -> PyObject* {
    state->note_origin();
    if (is_many(self)) {
      return mapped(
          state, [](std::span<PyObject* const> values) { return operation(values[0]); },
          std::span<PyObject* const>(&self, 1));
    }
    PyObject* element = new_scalar(state, element_of(self));
    PyObject* result = element != nullptr ? operation(element) : nullptr;
    Py_XDECREF(element);
    return result;
  });
}

/// `a += x` writes to the array.
template <Binary operation>
PyObject* inplace_slot(PyObject* self, PyObject* other) {
  TraceState* state = as_array(self)->state;
  PyObject* right = operand(other, is_many(self));
  if (right == nullptr) return nullptr;
  PyObject* result = guarded<PyObject*>(state, nullptr, [&] {
    require_current(self);
    state->note_origin();
    PyObject* const both[] = {self, right};
    return map_into(
        state, self,
        [](std::span<PyObject* const> values) { return operation(values[0], values[1]); }, both,
        true);
  });
  Py_DECREF(right);
  return result;
}

PyObject* inplace_power_slot(PyObject* self, PyObject* other, PyObject*) {
  return inplace_slot<power>(self, other);
}

int bool_slot(PyObject* self) {
  if (is_many(self)) {
    PyErr_SetString(PyExc_ValueError,
                    "The truth value of an array with more than one element is ambiguous. Use "
                    "a.any() or a.all()");
    return -1;
  }
  PyObject* value = operand(self, false);
  const int answer = value != nullptr ? PyObject_IsTrue(value) : -1;
  Py_XDECREF(value);
  return answer;
}

template <int operation>
PyObject* compared(PyObject* a, PyObject* b) {
  return PyObject_RichCompare(a, b, operation);
}

PyObject* compare_slot(PyObject* self, PyObject* other, int operation) {
  constexpr Binary all[] = {compared<Py_LT>, compared<Py_LE>, compared<Py_EQ>,
                            compared<Py_NE>, compared<Py_GT>, compared<Py_GE>};
  return binary(all[operation], self, other);
}

PyObject* matrix_slot(PyObject* a, PyObject* b) { return ask(array_hooks().matmul, a, b); }
PyObject* inplace_matrix_slot(PyObject* a, PyObject* b) {
  return ask(array_hooks().matmul_into, a, b);
}
PyObject* number_slot(PyObject* self) { return refuse_value<PyObject*>(self, nullptr); }
PyObject* iter_slot(PyObject* self) { return PyObject_CallOneArg(array_hooks().iterate, self); }
int setattr_slot(PyObject* self, PyObject* name, PyObject* value) {
  PyObject* done = PyObject_CallFunctionObjArgs(array_hooks().set_attribute, self, name,
                                                value != nullptr ? value : Py_None, nullptr);
  Py_XDECREF(done);
  return done != nullptr ? 0 : -1;
}
int contains_slot(PyObject* self, PyObject*) { return refuse_value(self, -1); }

Py_ssize_t length_slot(PyObject* self) {
  if (rank_of(self) == 0) {
    PyErr_SetString(PyExc_TypeError, "len() of unsized object");
    return -1;
  }
  const core::Graph& g = as_array(self)->state->graph;
  const NodeId length = view_of(self).shape[0];
  if (g.is_constant(length)) return static_cast<Py_ssize_t>(g.integer_value(length));
  return guarded<Py_ssize_t>(as_array(self)->state, -1, []() -> Py_ssize_t {
    throw TraceFault(Diag::number_of_runtime, {"len()"});
  });
}

Py_hash_t hash_slot(PyObject*) {
  PyErr_SetString(PyExc_TypeError, "unhashable type: 'numpy.ndarray'");
  return -1;
}

PyObject* repr_slot(PyObject* self) {
  const core::Buffer& buffer = buffer_of(self);
  return PyUnicode_FromFormat("<traced array %s, %s, %zu-dimensional>", buffer.name.c_str(),
                              std::string(core::row(buffer.type).name).c_str(), rank_of(self));
}

PyObject* get_shape(PyObject* self, void*) {
  const core::View& view = view_of(self);
  PyObject* shape = PyTuple_New(static_cast<Py_ssize_t>(view.rank()));
  for (std::size_t axis = 0; shape != nullptr && axis < view.rank(); ++axis) {
    PyTuple_SET_ITEM(shape, static_cast<Py_ssize_t>(axis),
                     length_object(as_array(self)->state, view.shape[axis]));
  }
  return shape;
}

PyObject* get_size(PyObject* self, void*) {
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(
      state, nullptr, [&] { return length_object(state, views(state).size(view_of(self).shape)); });
}

PyObject* get_transposed(PyObject* self, void*) {
  TraceState* state = as_array(self)->state;
  return guarded<PyObject*>(state, nullptr, [&] {
    std::vector<std::uint32_t> axes;
    for (std::size_t k = rank_of(self); k-- > 0;) axes.push_back(static_cast<std::uint32_t>(k));
    return new_view(state, views(state).permuted(view_of(self), axes));
  });
}

PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromSize_t(rank_of(self)); }
PyObject* get_dtype(PyObject* self, void*) { return numpy_dtype(buffer_of(self).type); }
PyObject* get_itemsize(PyObject* self, void*) {
  return PyLong_FromLong(core::bits(buffer_of(self).type) / 8);
}

PyObject* text_slot(PyObject* self) {
  return guarded<PyObject*>(as_array(self)->state, nullptr,
                            []() -> PyObject* { throw TraceFault(Diag::text_of_runtime, {}); });
}

PyObject* getattr_slot(PyObject* self, PyObject* name) {
  const bool hidden = asks_the_tracer(array_type, name);
  PyObject* found = hidden ? nullptr : PyObject_GenericGetAttr(self, name);
  if (found != nullptr) return found;
  if (!hidden && PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return nullptr;
  const char* text = PyUnicode_AsUTF8(name);
  if (text == nullptr || (!hidden && std::string_view(text).starts_with("__"))) return nullptr;
  const std::string wanted = text;
  PyErr_Clear();
  if (wanted == "__repr__" || wanted == "__format__") return text_slot(self);
  if (!hidden) {
    PyObject* answer = ask(array_hooks().attribute, self, name);
    if (answer != Py_NotImplemented) return answer;
    Py_DECREF(answer);
  }
  return guarded<PyObject*>(as_array(self)->state, nullptr, [&]() -> PyObject* {
    throw TraceFault(Diag::array_attribute, {wanted});
  });
}

PyObject* get_class(PyObject*, void*) { return array_python_type(); }

PyGetSetDef getters[] = {
    {"__class__", get_class, nullptr, "the type that the undecorated function sees", nullptr},
    {"T", get_transposed, nullptr, "the axes in reversed order", nullptr},
    {"shape", get_shape, nullptr, "lengths of the axes", nullptr},
    {"size", get_size, nullptr, "number of elements", nullptr},
    {"ndim", get_ndim, nullptr, "number of axes", nullptr},
    {"dtype", get_dtype, nullptr, "NumPy dtype of the elements", nullptr},
    {"itemsize", get_itemsize, nullptr, "bytes of an element", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

template <class Function>
void* slot(Function function) {
  return reinterpret_cast<void*>(function);
}

PyType_Slot slots[] = {{Py_tp_dealloc, slot(dealloc)},
                       {Py_tp_repr, slot(repr_slot)},
                       {Py_tp_str, slot(text_slot)},
                       {Py_tp_hash, slot(hash_slot)},
                       {Py_tp_getattro, slot(getattr_slot)},
                       {Py_tp_setattro, slot(setattr_slot)},
                       {Py_tp_richcompare, slot(compare_slot)},
                       {Py_tp_iter, slot(iter_slot)},
                       {Py_tp_getset, getters},
                       {Py_mp_subscript, slot(get_item)},
                       {Py_mp_ass_subscript, slot(set_item)},
                       {Py_mp_length, slot(length_slot)},
                       {Py_sq_contains, slot(contains_slot)},
                       {Py_nb_bool, slot(bool_slot)},
                       {Py_nb_add, slot(operator_slot<PyNumber_Add>)},
                       {Py_nb_inplace_add, slot(inplace_slot<PyNumber_Add>)},
                       {Py_nb_subtract, slot(operator_slot<PyNumber_Subtract>)},
                       {Py_nb_inplace_subtract, slot(inplace_slot<PyNumber_Subtract>)},
                       {Py_nb_multiply, slot(operator_slot<PyNumber_Multiply>)},
                       {Py_nb_inplace_multiply, slot(inplace_slot<PyNumber_Multiply>)},
                       {Py_nb_true_divide, slot(operator_slot<PyNumber_TrueDivide>)},
                       {Py_nb_inplace_true_divide, slot(inplace_slot<PyNumber_TrueDivide>)},
                       {Py_nb_floor_divide, slot(operator_slot<PyNumber_FloorDivide>)},
                       {Py_nb_inplace_floor_divide, slot(inplace_slot<PyNumber_FloorDivide>)},
                       {Py_nb_remainder, slot(operator_slot<PyNumber_Remainder>)},
                       {Py_nb_inplace_remainder, slot(inplace_slot<PyNumber_Remainder>)},
                       {Py_nb_divmod, slot(operator_slot<PyNumber_Divmod>)},
                       {Py_nb_power, slot(power_slot)},
                       {Py_nb_inplace_power, slot(inplace_power_slot)},
                       {Py_nb_lshift, slot(operator_slot<PyNumber_Lshift>)},
                       {Py_nb_inplace_lshift, slot(inplace_slot<PyNumber_Lshift>)},
                       {Py_nb_rshift, slot(operator_slot<PyNumber_Rshift>)},
                       {Py_nb_inplace_rshift, slot(inplace_slot<PyNumber_Rshift>)},
                       {Py_nb_and, slot(operator_slot<PyNumber_And>)},
                       {Py_nb_inplace_and, slot(inplace_slot<PyNumber_And>)},
                       {Py_nb_or, slot(operator_slot<PyNumber_Or>)},
                       {Py_nb_inplace_or, slot(inplace_slot<PyNumber_Or>)},
                       {Py_nb_xor, slot(operator_slot<PyNumber_Xor>)},
                       {Py_nb_inplace_xor, slot(inplace_slot<PyNumber_Xor>)},
                       {Py_nb_matrix_multiply, slot(matrix_slot)},
                       {Py_nb_inplace_matrix_multiply, slot(inplace_matrix_slot)},
                       {Py_nb_negative, slot(unary_slot<PyNumber_Negative>)},
                       {Py_nb_positive, slot(unary_slot<PyNumber_Positive>)},
                       {Py_nb_absolute, slot(unary_slot<PyNumber_Absolute>)},
                       {Py_nb_invert, slot(unary_slot<PyNumber_Invert>)},
                       {Py_nb_int, slot(number_slot)},
                       {Py_nb_float, slot(number_slot)},
                       {Py_nb_index, slot(number_slot)},
                       {0, nullptr}};

PyType_Spec spec = {"numeta._trace.Array", sizeof(ArrayObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* new_array(TraceState* state, core::BufferId buffer) {
  return new_view(state, views(state).whole(buffer));
}

int add_array_type(PyObject* module);
int add_array_type(PyObject* module) {
  array_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (array_type == nullptr) return -1;
  PyObject* type = reinterpret_cast<PyObject*>(array_type);
  if (PyObject_SetAttrString(type, "__array_ufunc__", Py_None) < 0) return -1;
  return PyObject_SetAttrString(module, "Array", type);
}

}  // namespace numeta::binding
