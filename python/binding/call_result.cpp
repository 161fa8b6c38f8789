// Parsing result templates and building results. See call_result.hpp.

#include "call_result.hpp"

#include <string_view>

#include "call_array.hpp"
#include "call_scalar.hpp"

namespace numeta::call {

namespace {

bool bad_shape(const char* why) {
  PyErr_Format(PyExc_ValueError, "a result template %s", why);
  return false;
}

bool read_index(PyObject* number, std::size_t count, std::uint32_t& index) {
  const Py_ssize_t value = PyLong_AsSsize_t(number);
  if (value == -1 && PyErr_Occurred() != nullptr) return false;
  if (value < 0 || static_cast<std::size_t>(value) >= count) {
    return bad_shape("names a result or argument that is not there");
  }
  index = static_cast<std::uint32_t>(value);
  return true;
}

}  // namespace

bool ResultBuilder::parse(PyObject* results, PyObject* shape, std::uint32_t first_word,
                          std::size_t bound_count) {
  const auto sequence = Reference::steal(PySequence_Fast(results, "results are a sequence"));
  if (!sequence) return false;
  end_word_ = first_word;
  for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(sequence.get()); ++k) {
    Result result;
    int weak = 0;
    PyObject* pair = PySequence_Fast_GET_ITEM(sequence.get(), k);
    if (!PyTuple_Check(pair)) return bad_shape("takes results as (typenum, weak) tuples");
    if (PyArg_ParseTuple(pair, "ip:result", &result.typenum, &weak) == 0) return false;
    result.typenum = canonical_typenum(result.typenum);
    if (!is_scalar_typenum(result.typenum)) return bad_shape("has a result of no scalar dtype");
    result.weak = weak != 0;
    result.word = end_word_;
    end_word_ += static_cast<std::uint32_t>(scalar_words(result.typenum));
    results_.push_back(result);
  }
  std::uint32_t root = 0;
  return parse_node(shape, bound_count, root);
}

bool ResultBuilder::parse_node(PyObject* shape, std::size_t bound_count, std::uint32_t& place) {
  place = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node node{};
  if (shape == Py_None) {
    node.kind = Node::Kind::constant;
    node.object = Reference::share(Py_None);
  } else if (PyLong_CheckExact(shape)) {
    node.kind = Node::Kind::result;
    if (!read_index(shape, results_.size(), node.index)) return false;
  } else if (!PyTuple_Check(shape) || PyTuple_GET_SIZE(shape) < 1 ||
             !PyUnicode_Check(PyTuple_GET_ITEM(shape, 0))) {
    return bad_shape("is None, an int, or a tuple that begins with a word");
  } else if (!parse_children(shape, bound_count, node)) {
    return false;
  }
  nodes_[place] = std::move(node);
  return true;
}

bool ResultBuilder::parse_children(PyObject* shape, std::size_t bound_count, Node& node) {
  const std::string_view word = PyUnicode_AsUTF8(PyTuple_GET_ITEM(shape, 0));
  const Py_ssize_t size = PyTuple_GET_SIZE(shape);
  if (word == "const" || word == "arg") {
    if (size != 2) return bad_shape("has the wrong number of entries");
    PyObject* entry = PyTuple_GET_ITEM(shape, 1);
    if (word == "const") {
      node.kind = Node::Kind::constant;
      node.object = Reference::share(entry);
      return true;
    }
    node.kind = Node::Kind::argument;
    return read_index(entry, bound_count, node.index);
  }
  if (word != "tuple" && word != "list") return bad_shape("has an unknown word");
  node.kind = word == "tuple" ? Node::Kind::tuple : Node::Kind::list;
  std::vector<std::uint32_t> places(static_cast<std::size_t>(size - 1));
  for (Py_ssize_t k = 1; k < size; ++k) {
    auto& place = places[static_cast<std::size_t>(k - 1)];
    if (!parse_node(PyTuple_GET_ITEM(shape, k), bound_count, place)) return false;
  }
  node.index = static_cast<std::uint32_t>(children_.size());
  node.count = static_cast<std::uint32_t>(places.size());
  children_.insert(children_.end(), places.begin(), places.end());
  return true;
}

PyObject* ResultBuilder::build_node(std::uint32_t place, const std::int64_t* frame,
                                    PyObject* const* values) const {
  const Node& node = nodes_[place];
  switch (node.kind) {
    case Node::Kind::constant: return Py_NewRef(node.object.get());
    case Node::Kind::argument: return Py_NewRef(values[node.index]);
    case Node::Kind::result: {
      const Result& result = results_[node.index];
      return read_scalar(result.typenum, result.weak, frame + result.word);
    }
    case Node::Kind::tuple:
    case Node::Kind::list: break;
  }
  const bool is_tuple = node.kind == Node::Kind::tuple;
  const auto count = static_cast<Py_ssize_t>(node.count);
  auto object = Reference::steal(is_tuple ? PyTuple_New(count) : PyList_New(count));
  if (!object) return nullptr;
  for (std::uint32_t k = 0; k < node.count; ++k) {
    PyObject* item = build_node(children_[node.index + k], frame, values);
    if (item == nullptr) return nullptr;
    if (is_tuple) {
      PyTuple_SET_ITEM(object.get(), k, item);
    } else {
      PyList_SET_ITEM(object.get(), k, item);
    }
  }
  return object.release();
}

int ResultBuilder::traverse(visitproc visit, void* arg) {
  for (const Node& node : nodes_) Py_VISIT(node.object.get());
  return 0;
}

}  // namespace numeta::call
