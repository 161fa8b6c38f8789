// Guards: what a specialisation captured from outside and must find unchanged at each call.
//
//   ('global', dict, name, value)         dict[name], or MISSING where the name is not there
//   ('cell', cell, content)               a closure cell's content, or MISSING while it is empty
//   ('attr', object, name, value)         getattr(object, name), or MISSING
//   ('content', object, key_of, key)      key_of(object) == key: mutable things, by fingerprint
//
// Values are compared as same_constant does. Globals are watched where that is possible and cost
// one load then; a class costs a look at its version; a function's code and defaults are read
// directly. Other attributes and contents run Python code. A guard that failed holds again when the
// old value is back.
#pragma once

#include <cstdint>
#include <vector>

#include "call_reference.hpp"

namespace numeta::call {

// An error is a Python exception that is no `Exception` (KeyboardInterrupt) and must go on; any
// other exception raised while comparing means that things are not what they were.
enum class Verdict : std::uint8_t { no, yes, error };

// key_of(object) compared with `key`.
Verdict same_key(PyObject* key_of, PyObject* object, PyObject* key);
// Clears a pending exception that only means "no match"; otherwise leaves it: Verdict::error.
Verdict verdict_of_exception();

// The sentinel for a name that must not be there; a new one per process, set by the module.
extern PyObject* g_missing;

struct Guard {
  enum class Kind : std::uint8_t {
    global,
    cell,
    function_field,   // __code__, __defaults__, __kwdefaults__ of a Python function
    class_attribute,  // of a class whose metaclass is `type`
    attribute,        // of anything else
    content
  } kind = Kind::global;
  bool watched = false;
  std::uint64_t version = 0;  // of the dict (Python 3.11) or class when it was last right; 0: none
  Reference owner;            // dict, cell or object
  Reference name;             // interned str, or the key callable
  Reference value;            // or the key
};

class GuardSet {
 public:
  GuardSet() = default;
  GuardSet(const GuardSet&) = delete;
  GuardSet& operator=(const GuardSet&) = delete;
  ~GuardSet() { clear(); }

  // Reads a sequence of guard tuples; false with a Python exception.
  bool parse(PyObject* guards);
  // The common case, all globals watched and untouched, is one comparison.
  Verdict check() { return !changed_ && unwatched_.empty() ? Verdict::yes : check_slowly(); }
  bool runs_python() const { return runs_python_; }
  int traverse(visitproc visit, void* arg);
  void clear();

 private:
  bool parse_one(PyObject* guard);
  Verdict check_slowly();

  bool changed_ = false;  // a watched name may have changed; the registry holds its address
  bool runs_python_ = false;
  std::vector<Guard> watched_;
  std::vector<Guard> unwatched_;
};

}  // namespace numeta::call
