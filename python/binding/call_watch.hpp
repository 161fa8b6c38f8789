// Watching dictionaries for changes of single names, so that an unchanged global costs nothing.
//
// From Python 3.12 on, one dict watcher serves the module: each watched (dict, name) has a list of
// flags, set just before the name changes (or when the dict is cleared or filled from another).
// A flag only says "look again": the watcher never decides whether the value is still the same.
// The caller keeps the dict, the interned name and the flag alive between watch and unwatch.
#pragma once

#include "call_numpy.hpp"

namespace numeta::call {

// False where dicts cannot be watched: Python 3.11, or no watcher id was free.
bool watch(PyObject* dict, PyObject* name, bool* changed);
void unwatch(PyObject* dict, PyObject* name, bool* changed);

// Takes a watcher id; called once, when the module is loaded.
void claim_dict_watcher();
bool has_dict_watcher();

}  // namespace numeta::call
