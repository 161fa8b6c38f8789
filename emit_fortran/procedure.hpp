// procedure.hpp - one graph as one Fortran procedure: its dummies, declarations and statements.
// The kernel that is called from outside is a bind(C) subroutine; the procedures that it calls, and
// it itself where it is recursive, are internal procedures after its `contains`: functions where
// they have one result, else subroutines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emit_fortran/body.hpp"
#include "emit_fortran/stub.hpp"

namespace numeta::emit_fortran {

class Procedure {
 public:
  /// `name` is claimed already; `checked`: it may end with an error status, calls included.
  Procedure(const core::Graph& graph, const Options& options, const core::Writes& writes,
            const std::vector<Interface>& callees, Uses& uses, Names names, Interface own,
            bool internal);
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
  std::string opening(const std::string& label) const;
  std::string declarations() const;
  Writer& text() { return body_.text(); }

  const Needs& needs() const { return needs_; }
  const core::Live& live() const { return plan_.live; }
  const std::string& name() const { return own_.name; }
  bool has(bool (*wanted)(core::Op)) const;

 private:
  void name_parameters();
  void find_needs();
  std::vector<std::string> dummies() const;
  std::string extents(core::BufferId id) const;
  void declare_buffer(Writer& out, core::BufferId id) const;
  void declare_dummies(Writer& out) const;
  void declare_locals(Writer& out) const;

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
};

}  // namespace numeta::emit_fortran
