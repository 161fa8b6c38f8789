// See call_generator.hpp.

#include "call_generator.hpp"

#include "call_reference.hpp"

namespace numeta::call {

bool fill_generator(PyObject* type, PyObject* object, std::int64_t* words) {
  if (reinterpret_cast<PyObject*>(Py_TYPE(object)) != type) return false;
  const auto bits = Reference::steal(PyObject_GetAttrString(object, "bit_generator"));
  if (bits) {
    const auto capsule = Reference::steal(PyObject_GetAttrString(bits.get(), "capsule"));
    void* state = capsule ? PyCapsule_GetPointer(capsule.get(), "BitGenerator") : nullptr;
    if (state != nullptr) {
      words[0] = reinterpret_cast<std::int64_t>(state);
      words[1] = kBitgenWords;
      return true;
    }
  }
  PyErr_Clear();
  return false;
}

}  // namespace numeta::call
