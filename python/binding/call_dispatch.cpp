// Finding a specialisation for bound values. See call_dispatch.hpp.

#include "call_dispatch.hpp"

#include "call_array.hpp"
#include "call_constant.hpp"

namespace numeta::call {

namespace {

std::uint64_t hash_array(int typenum, int ndim, Layout layout) {
  const auto packed = (static_cast<std::uint64_t>(typenum) << 16) |
                      (static_cast<std::uint64_t>(ndim) << 8) | static_cast<std::uint64_t>(layout);
  return mix(0xA11A75ULL, packed);
}

std::uint64_t hash_value(PyObject* value) {
  if (Py_TYPE(value) != &PyArray_Type) return hash_constant(value);
  auto* array = reinterpret_cast<PyArrayObject*>(value);
  return hash_array(canonical_typenum(PyArray_TYPE(array)), PyArray_NDIM(array), layout_of(array));
}

// 0 for a key that has no hash: such keys share a signature.
std::uint64_t hash_key(PyObject* key) {
  const Py_hash_t hash = key != nullptr ? PyObject_Hash(key) : -1;
  if (hash == -1) PyErr_Clear();
  return static_cast<std::uint64_t>(hash + 1);
}

}  // namespace

bool Dispatch::widen(Position& position, const Parameter& parameter) {
  using By = Position::By;
  By wanted = By::nothing;
  switch (parameter.role) {
    case Parameter::Role::array: wanted = By::value; break;
    case Parameter::Role::constant:
      // An array given as a constant is compared by identity while its layout may change.
      wanted = PyArray_Check(parameter.value.get()) ? By::nothing : By::value;
      break;
    case Parameter::Role::keyed: wanted = By::key; break;
    case Parameter::Role::scalar:
    case Parameter::Role::generator:
    case Parameter::Role::captured: break;
  }
  if (position.by == By::unknown) {
    position.by = wanted;
    if (wanted == By::key) position.key_of = Reference::share(parameter.key_of.get());
    return false;
  }
  if (position.by == wanted &&
      (wanted != By::key || position.key_of.get() == parameter.key_of.get())) {
    return false;
  }
  if (position.by == By::nothing) return false;
  position.by = By::nothing;
  return true;
}

std::uint64_t Dispatch::signature_of(const Variant& variant) const {
  std::uint64_t hash = variant.bound_count;
  for (std::size_t k = 0; k < variant.bound_count; ++k) {
    const Parameter& parameter = variant.parameters[k];
    const Position& position = positions_[k];
    if (position.by == Position::By::key) {
      hash = mix(hash, hash_key(parameter.value.get()));
    } else if (position.by == Position::By::value) {
      const ArrayRule& rule = parameter.array;
      hash = mix(hash, parameter.role == Parameter::Role::array
                           ? hash_array(rule.typenum, rule.ndim, rule.layout)
                           : hash_value(parameter.value.get()));
    }
  }
  return hash;
}

std::uint64_t Dispatch::signature_of(const Arguments& arguments) const {
  std::uint64_t hash = arguments.count;
  // The sizes are read again each time: a key callable may add or drop specialisations.
  for (std::size_t k = 0; k < arguments.count && k < positions_.size(); ++k) {
    const Position& position = positions_[k];
    if (position.by == Position::By::value) {
      hash = mix(hash, hash_value(arguments.values[k]));
    } else if (position.by == Position::By::key) {
      const auto key_of = Reference::share(position.key_of.get());
      PyObject* key = arguments.memo->key(key_of.get(), arguments.values[k]);
      if (key == nullptr) PyErr_Clear();
      hash = mix(hash, hash_key(key));
    }
  }
  return hash;
}

void Dispatch::enter(PyObject* specialisation) {
  by_signature_[signature_of(variant_of(specialisation))].push_back(specialisation);
}

bool Dispatch::add(PyObject* specialisation) {
  if (!is_specialisation(specialisation) || variant_of(specialisation).entry == nullptr) {
    PyErr_SetString(PyExc_TypeError, "add takes a Specialisation");
    return false;
  }
  const Variant& variant = variant_of(specialisation);
  if (positions_.size() < variant.bound_count) positions_.resize(variant.bound_count);
  bool void_signatures = false;
  for (std::size_t k = 0; k < variant.bound_count; ++k) {
    void_signatures |= widen(positions_[k], variant.parameters[k]);
  }
  all_.push_back(Reference::share(specialisation));
  if (!void_signatures) {
    enter(specialisation);
    return true;
  }
  by_signature_.clear();
  for (const Reference& each : all_) enter(each.get());
  return true;
}

void Dispatch::clear() {
  ++generation_;
  by_signature_.clear();
  const Reference last = std::move(last_);
  const std::vector<Reference> all = std::move(all_);
  const std::vector<Position> positions = std::move(positions_);
  all_.clear();
  positions_.clear();
}

int Dispatch::traverse(visitproc visit, void* arg) {
  Py_VISIT(last_.get());
  for (const Reference& each : all_) Py_VISIT(each.get());
  for (const Position& position : positions_) Py_VISIT(position.key_of.get());
  return 0;
}

PyObject* Dispatch::candidate(std::uint64_t signature, std::size_t n) const {
  if (is_small()) return n < all_.size() ? all_[n].get() : nullptr;
  const auto found = by_signature_.find(signature);
  if (found == by_signature_.end() || n >= found->second.size()) return nullptr;
  return found->second[n];
}

Verdict Dispatch::run_another(const Arguments& arguments, PyObject*& result) {
  const PyObject* last = last_.get();  // only compared: it did not fit, or is gone
  const std::uint64_t signature = is_small() ? 0 : signature_of(arguments);
  const std::uint64_t generation = generation_;
  for (std::size_t n = 0;; ++n) {
    PyObject* each = candidate(signature, n);
    if (each == nullptr) return Verdict::no;
    if (each == last) continue;
    const auto kept = Reference::share(each);
    const Verdict verdict = run(each, arguments, result);
    // Another thread may have called clear() while the stub ran.
    if (verdict == Verdict::yes && generation == generation_) last_ = Reference::share(each);
    if (verdict != Verdict::no) return verdict;
  }
}

Verdict Dispatch::find(const Arguments& arguments, PyObject*& specialisation) {
  const std::uint64_t signature = is_small() ? 0 : signature_of(arguments);
  for (std::size_t n = 0;; ++n) {
    PyObject* each = candidate(signature, n);
    if (each == nullptr) return Verdict::no;
    const Verdict verdict = fits(each, arguments);
    if (verdict == Verdict::yes) specialisation = each;
    if (verdict != Verdict::no) return verdict;
  }
}

}  // namespace numeta::call
