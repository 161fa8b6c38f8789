// procedure.hpp - one graph as one Fortran procedure: its dummies, declarations and statements.
// The kernel that is called from outside is a bind(C) subroutine; the procedures that it calls, and
// it itself where it is recursive, are internal procedures after its `contains`: functions where
// they have one result, else subroutines. Long code of the kernel is cut into internal procedures,
// `pieces`, too (cut.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/returned.hpp"
#include "emit_fortran/body.hpp"
#include "emit_fortran/stub.hpp"

namespace numeta::emit_fortran {

class Procedure {
 public:
  /// `name` is claimed already; `checked`: it may end with an error status, calls included.
  /// `returned`: the arrays that the kernel returns; an internal procedure returns none.
  Procedure(const core::Graph& graph, const Options& options, const core::Live& live,
            const core::Writes& writes, const std::vector<Interface>& callees, Uses& uses,
            Names names, Interface own, bool internal,
            std::span<const core::Returned> returned = {});
  Procedure(const Procedure&) = delete;
  Procedure& operator=(const Procedure&) = delete;

  /// The whole text of an internal procedure.
  std::string internal();
  /// The parts of the kernel: the statements first, since they say what must be declared.
  void statements();
  /// In place of the statements: a call of the internal procedure that does the work.
  void call_of(const Interface& worker);
  /// The kernel has a parallel loop, or a procedure of it has.
  void take_threads() { needs_.threads = true; }
  /// It tells Python something, or a procedure of it does.
  void take_says() { needs_.says = true; }
  std::string opening(const std::string& label) const;
  std::string declarations() const;
  Writer& text() { return body_.text(); }
  /// The pieces as they stand after `contains`; `origins` of lines of this text are added.
  std::string pieces(std::vector<LineOrigin>& origins) const;

  std::size_t piece_count() const { return body_.pieces().size(); }
  std::size_t weight() const { return body_.weight(); }

  const Needs& needs() const { return needs_; }
  const core::Live& live() const { return plan_.live; }
  const std::string& name() const { return own_.name; }
  bool has(bool (*wanted)(core::Op)) const;

 private:
  using Locals = std::vector<Local>;

  void name_parameters();
  void find_needs();
  std::vector<std::string> dummies() const;
  std::string extents(core::BufferId id) const;
  void declare_buffer(Writer& out, core::BufferId id) const;
  void declare_dummies(Writer& out) const;
  /// The arrays that the kernel returns (returned_arrays.cpp).
  void name_returned();
  std::vector<std::string> returned_dummies() const;
  void declare_returned(Writer& out) const;
  void declare_handing_over(Writer& out) const;
  void hand_over();
  /// The local variables of the procedure itself, then those of each piece.
  std::vector<Locals> locals() const;
  static void declare_locals(Writer& out, const Locals& locals);
  void declare_tables(Writer& out) const;

  const core::Graph& g_;
  Options options_;
  Schedule plan_;
  core::ParallelLoops parallel_;
  Names names_;
  Symbols symbols_;
  Uses& uses_;
  Needs needs_;
  Expressions expressions_;
  Body body_;
  Interface own_;
  bool is_internal_;
  bool delegates_ = false;  // to an internal procedure that does the work
  std::vector<std::string> results_;
  std::span<const core::Returned> returned_;
  std::vector<HandedOver> handed_over_;  // by place in returned_; empty names where it is early
};

}  // namespace numeta::emit_fortran
