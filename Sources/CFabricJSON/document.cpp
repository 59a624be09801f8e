// SPDX-License-Identifier: Apache-2.0
#include "parser.hpp"
#include "sanitize.hpp"

namespace {

// Documents that issue credentials nest less deeply than this.
constexpr size_t kMaximumDepth = 64;

}  // namespace

extern "C" {

bool fabric_document_open(fabric_parser *parser, uint8_t *bytes, size_t length) {
  parser->has_document = false;
  if (parser->json.allocate(length < 1024 ? 1024 : length, kMaximumDepth)) return false;
  fabric::sanitize_escapes(bytes, length);
  parser->has_document = !parser->json.parse(bytes, length, false).get(parser->document);
  return parser->has_document;
}

fabric_text fabric_document_text(const fabric_parser *parser, const char *pointer) {
  std::string_view view;
  if (!parser->has_document || parser->document.at_pointer(pointer).get(view)) return {nullptr, 0};
  return {view.data(), view.size()};
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
