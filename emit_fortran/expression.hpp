// expression.hpp - expressions of the emitted text, with the fewest parentheses that keep the order
// of evaluation which the graph says.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/graph.hpp"
#include "emit_fortran/emit.hpp"
#include "emit_fortran/schedule.hpp"
#include "emit_fortran/spelling.hpp"

namespace numeta::emit_fortran {

/// What an emitted text uses and must therefore declare.
struct Uses {
  std::set<std::pair<std::string, core::DType>> support;
  std::map<std::pair<std::string, core::DType>, int> libm;  // to the arity
  std::vector<core::Foreign> foreigns;                      // named by `foreign_name`
  bool parallel = false;                                    // a loop that runs in parallel
  bool says = false;                                        // Python is told something
  bool team = false;                                        // which thread of how many it is
};

/// The name of a library's procedure in the text; it counts as used from now on.
std::string foreign_name(Uses& uses, const core::Foreign& procedure);

/// Where each local name of a procedure is declared: 0 in the procedure itself, else the number of
/// the piece that alone uses it.
struct Homes {
  std::unordered_map<std::string, std::uint32_t> numbers;
  std::uint32_t piece = 0;  // whose text is being made
  bool repeats = false;     // is it called in a loop, so that variables outlive the call?
  void see(const std::string& name, bool outlives = false) {
    const std::uint32_t here = outlives && repeats ? 0 : piece;
    const auto [known, is_new] = numbers.try_emplace(name, here);
    if (!is_new && known->second != here) known->second = 0;
  }
  std::uint32_t of(const std::string& name) const {
    const auto known = numbers.find(name);
    return known == numbers.end() ? 0 : known->second;
  }
};

/// How an array of the kernel's comes to be in memory that its caller makes.
struct HandedOver {
  std::string words;   // of the frame: what is asked for, and the lengths
  std::string memory;  // what is given
  std::string array;   // it as an array
};

/// The Fortran names of a procedure's things.
struct Symbols {
  std::vector<std::string> scalars;
  std::vector<std::string> buffers;
  std::vector<std::string> shapes;  // dummies of the shapes, by buffer
  std::vector<std::string> strides;
  std::vector<std::string> offsets;
  std::vector<std::string> indices;  // by region
  std::vector<std::string> made;     // by buffer: is there memory for an array of the caller's
  std::map<core::BufferId, HandedOver> asked;  // arrays whose memory is asked for by a statement
  std::vector<std::string> tables;             // of constants
  std::vector<std::string> labels;       // of constructs, by region; empty where none is needed
  std::vector<std::string> temporaries;  // by node, empty where none
  Homes homes;
};

class Expressions {
 public:
  Expressions(const core::Graph& graph, const Options& options, const Schedule& plan,
              Symbols& symbols, Uses& uses)
      : g_(graph), options_(options), plan_(plan), symbols_(symbols), uses_(uses) {}

  /// The value of a node as it stands in an expression: a name, a literal or its operation.
  std::string value(core::NodeId id) { return text(id, Precedence::None, false); }
  /// As `value`, where a small int64 constant may stand without its kind.
  std::string index(core::NodeId id) { return text(id, Precedence::None, true); }
  /// The operation itself, also of a node that has a name.
  std::string operation(core::NodeId id) { return expand(id, Precedence::None, false); }
  /// An operation of two operands on two names.
  std::string operation_on(core::Op op, core::DType type, const std::string& a,
                           const std::string& b);
  /// A value as it is stored to a buffer.
  std::string stored(core::BufferId buffer, core::NodeId value);
  /// The element that a load or a store touches.
  std::string element(core::BufferId buffer, std::span<const core::NodeId> indices);

 private:
  std::string text(core::NodeId id, Precedence outer, bool plain);
  std::string expand(core::NodeId id, Precedence outer, bool plain);
  std::string symbol(core::NodeId id) const;
  std::string cast(core::NodeId id, Precedence& own);
  std::string cast_to_integer(core::NodeId operand, core::DType to);
  std::string operation_text(core::NodeId id, const Spelling& spelled);
  std::string libm_call(core::NodeId id, std::string_view name);
  std::string widen_unsigned(core::NodeId operand, core::DType from, std::string_view kind);

  const core::Graph& g_;
  const Options& options_;
  const Schedule& plan_;
  Symbols& symbols_;
  Uses& uses_;
};

}  // namespace numeta::emit_fortran
