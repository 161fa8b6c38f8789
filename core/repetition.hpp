// repetition.hpp - are so many items, so many times, the same code? The trees of one repetition's
// items are the pattern, one slot a node; each further repetition is laid over it.
// Two trees are the same code if they differ in constants only (and in links, by the same
// distance), and if every load can be made anew in the repetition that uses it: at the same place
// in each, with no store in between that may have changed what it read. Where that does not hold
// the slot may still hold one and the same value in all repetitions, known before the first.
#pragma once

#include <optional>
#include <vector>

#include "core/tape.hpp"

namespace numeta::core {

enum class SlotKind : std::uint8_t { Operation, Constant, Link, Load, Outside };

struct Slot {
  NodeId node;  // in the repetition that is the pattern
  SlotKind kind;
  std::uint32_t role;                   // the number of the item in whose tree it stands
  std::vector<std::uint32_t> children;  // slots, by operand
  bool pinned = false;                  // a constant that must be the same in all repetitions
  std::int32_t offset = 0;              // of a link, from the first item of the repetition
  std::uint32_t place = 0;              // the role before which a load is made
  bool same = true;                     // one node in all repetitions
  bool open = true;                     // the same code in all repetitions
};

/// `count` repetitions of `period` items from item `first` on.
struct Run {
  std::uint32_t first;
  std::uint32_t period;
  std::uint32_t count;
  std::vector<Slot> slots;                // an operand after its user
  std::vector<std::uint32_t> roots;       // slots, by role
  std::vector<std::vector<NodeId>> rows;  // by repetition, then by slot: nodes
  std::uint32_t end() const { return first + period * count; }
  /// Is a slot's value known before the loop, so that its operands are not looked at?
  bool is_invariant(std::uint32_t slot, const Tape& tape) const {
    return slots[slot].same && tape.at(slots[slot].node).latest <= first;
  }
};

/// The longest run that begins at item `first`, of at most `count` repetitions. With `lead` the
/// first repetition may have any value where the others have a link to the one before.
/// Nothing comes back where it is shorter than `fewest`; then `*reached` is how many fitted.
std::optional<Run> find_run(const Graph& graph, const Tape& tape, std::uint32_t first,
                            std::uint32_t period, std::uint32_t count, std::uint32_t fewest,
                            bool lead, std::uint32_t* reached);

}  // namespace numeta::core
