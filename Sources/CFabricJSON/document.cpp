// SPDX-License-Identifier: Apache-2.0
#include "parser.hpp"
#include "sanitize.hpp"

namespace {

// Documents that issue credentials nest less deeply than this.
constexpr size_t kMaximumDepth = 64;

// Doubles between -2^53 and 2^53 have the value that the document gives, if it is an integer.
constexpr double kExactIntegers = 9007199254740992.0;

}  // namespace

extern "C" {

bool fabric_document_open(fabric_parser *parser, uint8_t *bytes, size_t length) {
  parser->has_document = false;
  if (parser->json.allocate(length < 1024 ? 1024 : length, kMaximumDepth)) return false;
  fabric::sanitize_escapes(bytes, length);
  parser->has_document = !parser->json.parse(bytes, length, false).get(parser->document);
  return parser->has_document;
}

bool fabric_document_is_absent(const fabric_parser *parser, const char *pointer) {
  simdjson::dom::element value;
  return !parser->has_document || parser->document.at_pointer(pointer).get(value) || value.is_null();
}

fabric_text fabric_document_text(const fabric_parser *parser, const char *pointer) {
  std::string_view view;
  if (!parser->has_document || parser->document.at_pointer(pointer).get(view)) return {nullptr, 0};
  return {view.data(), view.size()};
}

bool fabric_document_integer(const fabric_parser *parser, const char *pointer, int64_t *number) {
  simdjson::dom::element value;
  if (!parser->has_document || parser->document.at_pointer(pointer).get(value)) return false;
  if (!value.get(*number)) return true;
  double real;
  // Beyond these limits a double may have been rounded.
  if (!value.is_double() || value.get(real) || real != __builtin_trunc(real)) return false;
  if (real <= -kExactIntegers || real >= kExactIntegers) return false;
  *number = static_cast<int64_t>(real);
  return true;
}

bool fabric_document_number(const fabric_parser *parser, const char *pointer, double *number) {
  simdjson::dom::element value;
  if (!parser->has_document || parser->document.at_pointer(pointer).get(value)) return false;
  return value.is_number() && !value.get(*number);
}

int64_t fabric_document_count(const fabric_parser *parser, const char *pointer) {
  simdjson::dom::array array;
  if (!parser->has_document || parser->document.at_pointer(pointer).get(array)) return -1;
  int64_t count = 0;
  for (auto item : array) {
    (void)item;
    count++;
  }
  return count;
}

}  // extern "C"
