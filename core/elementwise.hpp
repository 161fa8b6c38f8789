// elementwise.hpp - arrays of the kernel's own that are maps: allocated once, wholly written by one
// store in a loop nest over their index space, whose value is an expression of the indices and of
// loads. What a load of such an array gives is that expression at the indices of the load.
// What always holds of a map: when control comes to a statement after the nest in the body of
// `home`, every element has the value that the expression had when the nest ran.
#pragma once

#include <vector>

#include "core/graph.hpp"
#include "core/timeline.hpp"

namespace numeta::core {

struct Map {
  BufferId array;
  NodeId allocate;
  NodeId store;
  NodeId root;  // the nest, or the store itself: a statement of `home`
  RegionId home;
  std::vector<RegionId> loops;  // by axis; kNone for one of length 1
  NodeId value;                 // the expression
};

/// Why an array of the kernel's own is no map.
enum class Obstacle : std::uint8_t { None, Unused, Passed, WrittenTwice, NotWhole, NotPure };

struct Recognised {
  std::vector<Map> maps;            // in the order of the text
  std::vector<Obstacle> obstacles;  // by buffer; None for a map and for what is no own array
};

Recognised find_maps(const Graph& graph, const Live& live, const Timeline& timeline);

/// Of a graph that is being made: is the last that was done to an array of the kernel's own, in the
/// body that is open, that it was allocated and filled by one nest? What is not known to be is not.
bool is_new_map(const Graph& graph, BufferId array);
/// Is such a map one of elements whose places are loaded?
bool is_new_gather(const Graph& graph, BufferId array);

/// Is a node computed inside the nest of a map?
bool is_in_nest(const Graph& graph, const Timeline& timeline, const Map& map, NodeId id);

/// The outermost loop of the perfect nest around a statement: loops with nothing but loads beside
/// the next one. kNone where no loop is around it.
NodeId nest_around(const Graph& graph, const Live& live, NodeId statement);

}  // namespace numeta::core
