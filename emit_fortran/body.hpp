// body.hpp - the executable part of a procedure: statements, loops, branches, blocks.
// It claims the names of what it introduces (indices, labels, temporaries) and says what must be
// declared. A construct is labelled only if something leaves or cycles it from inside another loop.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "emit_fortran/conditional_sums.hpp"
#include "emit_fortran/cut.hpp"
#include "emit_fortran/expression.hpp"
#include "emit_fortran/moves.hpp"
#include "emit_fortran/names.hpp"
#include "emit_fortran/schedule.hpp"
#include "emit_fortran/writer.hpp"

namespace numeta::emit_fortran {

/// What a call of an internal procedure must know of it.
struct Interface {
  std::string name;
  bool is_function;  // it has one result
  bool checked;      // it may end with an error status
};

/// A variable or array of the procedure's own, as it is declared.
struct Local {
  std::string name;
  core::DType type;
  std::string shape = {};  // "(0:8)", or "(:)" of one that is allocated
};

/// Is an array of the kernel's own so small, and its shape fixed, that it needs no allocation?
bool is_on_stack(const core::Buffer& array);

/// As an array of the kernel's own is declared: its bounds, reversed, or how many axes it has.
std::string declared_shape(const core::Buffer& array);

/// Does an internal procedure take the shape of such an array beside it?
bool takes_shape(const core::Buffer& buffer);

class Body {
 public:
  Body(const core::Graph& graph, const Schedule& plan, const core::ParallelLoops& parallel,
       const std::vector<Interface>& callees, Uses& uses, Symbols& symbols, Names& names,
       Expressions& expressions, bool is_internal)
      : g_(graph),
        plan_(plan),
        parallel_(parallel),
        callees_(callees),
        uses_(uses),
        symbols_(symbols),
        names_(names),
        expressions_(expressions),
        is_internal_(is_internal),
        is_long_(long_regions(graph, plan)),
        has_sums_(conditional_sums(graph, plan.live)),
        moves_(moves(graph, plan)),
        text_(2) {}

  /// Names of indices, labels and local variables.
  void name_things();
  void emit();

  Writer& text() { return text_; }
  /// The lengths of an array of the kernel's own, as an array.
  std::string shape_of(core::BufferId array) const;
  const std::vector<Section>& pieces() const { return pieces_; }
  /// How much long code there is: the pieces, or as many as an internal procedure would make.
  std::size_t weight() const;
  const std::vector<std::string>& indices() const { return indices_; }
  const std::vector<Local>& locals() const { return locals_; }

 private:
  void name_index(core::RegionId region);
  bool encloses_with_index(core::RegionId region, const std::string& index) const;
  void name_labels();

  /// The text of what is made now, while another one is made.
  struct Outer {
    Writer text;
    std::uint32_t piece;
    bool repeats;
    bool returns;
  };

  void region(core::RegionId r);
  void cut_region(core::RegionId r);
  void begin_piece(core::RegionId r);
  void end_piece();
  void assign(core::NodeId id);
  void statement(core::NodeId id);
  void check(core::NodeId id);
  void failure(std::uint64_t site, std::span<const core::NodeId> values);
  void leave_failed(std::uint64_t site, std::span<const core::NodeId> values);
  void allocate(core::NodeId id);
  void move(core::NodeId nest, const Move& what);
  void drop_unfit(const std::string& name, std::span<const core::NodeId> lengths);
  void expect_memory(core::NodeId allocation);
  void ask(core::NodeId allocation, std::span<const core::NodeId> lengths);
  void fail_in_parallel(std::uint64_t site, std::span<const core::NodeId> values);
  void values_of(std::span<const core::NodeId> values);
  void say(core::NodeId id);
  void call(core::NodeId id);
  void foreign(core::NodeId id);
  void loop(core::NodeId id);
  bool keeps_its_text(core::NodeId id) const;
  bool counts_by_itself(core::NodeId loop) const;
  std::string loop_head(core::RegionId region, const std::string& start, const std::string& last,
                        const std::string& step) const;
  void parallel_loop(core::NodeId id, const core::ParallelLoop& shape);
  void begin_parts(const core::ParallelLoop& shape);
  void after_parallel(const core::ParallelLoop& shape);
  void combine_parts(const core::ParallelLoop& shape);
  std::string data_clauses(core::RegionId region, const core::ParallelLoop& shape,
                           std::size_t first_local, std::string_view text) const;
  void atomic_update(core::NodeId id, core::NodeId value);
  void repeat(core::NodeId id);
  void block(core::NodeId id);
  void branch(core::NodeId id);
  void arms(core::NodeId id, const char* opening);
  void indented(core::RegionId r);
  std::string jump(core::NodeId id) const;
  /// The statement that is all a region does, where that is leaving or cycling; else kNone.
  core::NodeId only_jump(core::RegionId region) const;
  std::string denial(core::NodeId condition);
  std::string last_index(core::NodeId stop, core::NodeId step);

  const core::Graph& g_;
  const Schedule& plan_;
  const core::ParallelLoops& parallel_;
  const std::vector<Interface>& callees_;
  Uses& uses_;
  Symbols& symbols_;
  Names& names_;
  Expressions& expressions_;
  bool is_internal_;            // Fortran has no procedure in an internal one: it is not cut
  std::vector<bool> is_long_;   // by region
  std::vector<bool> has_sums_;  // by region: gcc must make no vectors of them
  Moves moves_;
  std::vector<Outer> outer_;  // innermost last
  std::vector<Section> pieces_;
  std::uint32_t last_piece_ = 0;
  std::set<core::BufferId> allocated_;  // arrays that a statement above allocates
  bool returns_ = false;                // does the text leave its procedure where a check fails?
  Writer text_;
  std::vector<std::string> indices_;
  std::vector<Local> locals_;
  int temporaries_ = 0;
  core::RegionId around_ = core::kNone;              // the parallel loop that is being written
  std::map<core::RegionId, std::string> failed_;     // its iteration that failed first
  std::map<core::BufferId, std::string> totals_;     // of its reductions
  std::map<core::BufferId, std::string> overflows_;  // of those that are checked: has a total
  std::string thread_;
};

}  // namespace numeta::emit_fortran
