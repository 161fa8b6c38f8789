// Dispatch: from bound values to the specialisations that may fit them.
//
// Up to kLinear specialisations are tried in turn. Beyond, they are found by a signature: one hash
// over the positions, where a position contributes dtype, rank and layout (arrays), the value
// (constants), the key (keyed constants), or nothing where specialisations disagree about what it
// is or take any value (run-time scalars). Signatures only narrow the search: run() decides.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "call_reference.hpp"
#include "call_run.hpp"

namespace numeta::call {

class Dispatch {
 public:
  // False with a Python exception if `specialisation` is none.
  bool add(PyObject* specialisation);
  void clear();
  int traverse(visitproc visit, void* arg);
  const std::vector<Reference>& all() const { return all_; }

  // The one to be tried first, borrowed, or null.
  PyObject* last() const { return last_.get(); }
  // Tries the others, and makes the one that fits the last; `no` if none fits.
  Verdict run_another(const Arguments& arguments, PyObject*& result);
  // The one that would run, borrowed, or null.
  Verdict find(const Arguments& arguments, PyObject*& specialisation);

 private:
  struct Position {
    enum class By : std::uint8_t { unknown, value, key, nothing } by = By::unknown;
    Reference key_of;
  };

  // Whether `position` had to change its way, so that old signatures are void.
  static bool widen(Position& position, const Parameter& parameter);
  std::uint64_t signature_of(const Variant& variant) const;
  std::uint64_t signature_of(const Arguments& arguments) const;
  void enter(PyObject* specialisation);
  // The n-th candidate for these arguments, borrowed; null when there are no more.
  PyObject* candidate(std::uint64_t signature, std::size_t n) const;
  bool is_small() const { return all_.size() <= kLinear; }

  static constexpr std::size_t kLinear = 4;

  std::uint64_t generation_ = 0;  // how often clear() was called
  Reference last_;
  std::vector<Reference> all_;
  std::vector<Position> positions_;
  std::unordered_map<std::uint64_t, std::vector<PyObject*>> by_signature_;
};

}  // namespace numeta::call
