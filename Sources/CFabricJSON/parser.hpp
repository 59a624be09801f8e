// SPDX-License-Identifier: Apache-2.0
//
// The parser's state, and typed access to fields.
#pragma once
#include "simdjson/simdjson.h"

#include <string_view>

#include "CFabricJSON.h"

struct fabric_parser {
  simdjson::dom::parser json;
  simdjson::dom::array rows;
  simdjson::dom::array::iterator next;
  simdjson::dom::array::iterator end;
  bool has_rows = false;
  simdjson::dom::object record;
  bool has_record = false;
  // The record of the page, while a nested one is the current record.
  simdjson::dom::object outer;
  simdjson::dom::array::iterator next_item;
  simdjson::dom::array::iterator items_end;
  char why[160] = "";
  simdjson::dom::array workers;
  simdjson::dom::array::iterator next_worker;
  simdjson::dom::array::iterator workers_end;
  bool has_workers = false;
  simdjson::dom::array resources;
  simdjson::dom::array::iterator next_resource;
  simdjson::dom::array::iterator resources_end;
  bool has_resources = false;
  simdjson::dom::element document;
  bool has_document = false;
};

namespace fabric {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

inline void read_text(element value, fabric_text &text, uint32_t &malformed) {
  switch (value.type()) {
    case element_type::STRING: {
      std::string_view view = value.get_string().value_unsafe();
      text = {view.data(), view.size()};
      break;
    }
    case element_type::NULL_VALUE: text = {nullptr, 0}; break;
    default:
      text = {nullptr, 0};
      malformed++;
  }
}

// Integers saturate at the limits of int64_t. A number with a zero fraction is an integer, as in JSON Schema.
inline bool read_integer(element value, int64_t &number, uint32_t &malformed) {
  switch (value.type()) {
    case element_type::INT64: number = value.get_int64().value_unsafe(); return true;
    case element_type::UINT64: number = INT64_MAX; return true;
    case element_type::DOUBLE: {
      double real = value.get_double().value_unsafe();
      if (real != __builtin_trunc(real)) break;
      number = real >= 9223372036854775808.0 ? INT64_MAX : real < -9223372036854775808.0 ? INT64_MIN : static_cast<int64_t>(real);
      return true;
    }
    case element_type::NULL_VALUE: return false;
    default: break;
  }
  malformed++;
  return false;
}

// Reads an object; returns false for null, and for other types, which are counted as malformed.
inline bool read_object(element value, object &result, uint32_t &malformed) {
  if (value.type() == element_type::OBJECT) {
    result = value.get_object().value_unsafe();
    return true;
  }
  if (value.type() != element_type::NULL_VALUE) malformed++;
  return false;
}

}  // namespace fabric
