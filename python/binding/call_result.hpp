// Results: from the result words of a frame to the Python object that the kernel returns.
//
// A template says how the object is made: None; an int k for result k; ('tuple', t, ...) and
// ('list', t, ...) of templates; ('const', object) for that very object; ('arg', k) for the object
// passed as bound value k. Each result is (typenum, weak): a Python number or a NumPy scalar.
#pragma once

#include <cstdint>
#include <vector>

#include "call_reference.hpp"

namespace numeta::call {

struct Result {
  int typenum = -1;
  bool weak = false;
  std::uint32_t word = 0;  // its first word, counted from the start of the frame
};

class ResultBuilder {
 public:
  // Results begin at `first_word`; false with a Python exception.
  bool parse(PyObject* results, PyObject* shape, std::uint32_t first_word, std::size_t bound_count);
  std::uint32_t end_word() const { return end_word_; }
  // A new reference.
  PyObject* build(const std::int64_t* frame, PyObject* const* values) const {
    const Node& root = nodes_.front();
    if (root.kind == Node::Kind::constant) return Py_NewRef(root.object.get());
    return build_node(0, frame, values);
  }
  int traverse(visitproc visit, void* arg);
  void clear() { const std::vector<Node> dropped = std::move(nodes_); }

 private:
  // Nodes in preorder; `index` is a result, a bound value, or the first of `count` places in
  // `children_`.
  struct Node {
    enum class Kind : std::uint8_t { constant, result, argument, tuple, list } kind;
    std::uint32_t index = 0;
    std::uint32_t count = 0;
    Reference object;
  };

  bool parse_node(PyObject* shape, std::size_t bound_count, std::uint32_t& place);
  bool parse_children(PyObject* shape, std::size_t bound_count, Node& node);
  PyObject* build_node(std::uint32_t place, const std::int64_t* frame,
                       PyObject* const* values) const;

  std::vector<Result> results_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> children_;
  std::uint32_t end_word_ = 0;
};

}  // namespace numeta::call
