// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

#include "parser.hpp"
#include "sanitize.hpp"

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;
using fabric::read_integer;
using fabric::read_object;
using fabric::read_text;

namespace {

// Pages are parsed into a complete DOM, so that the grammar of unread fields is checked too. Documents of the API nest
// at most six levels deep.
constexpr size_t kMaximumDepth = 64;

// Whether `key` equals `name`. The compiler knows the length of `name` and compares without a call.
template <size_t kSize>
bool is(std::string_view key, const char (&name)[kSize]) {
  return key.size() == kSize - 1 && memcmp(key.data(), name, kSize - 1) == 0;
}

template <size_t kReserved, size_t kMaximum>
void read_capacity(element value, const char (&reserved_key)[kReserved], const char (&maximum_key)[kMaximum],
                   bool reads_public, fabric_capacity &capacity, uint32_t &malformed) {
  capacity = {};
  object fields;
  if (!read_object(value, fields, malformed)) return;
  capacity.present = true;
  for (auto field : fields) {
    std::string_view key = field.key;
    if (is(key, "spec_code")) {
      read_text(field.value, capacity.spec_code, malformed);
    } else if (is(key, reserved_key)) {
      capacity.has_reserved = read_integer(field.value, capacity.reserved, malformed);
    } else if (is(key, maximum_key)) {
      capacity.has_maximum = read_integer(field.value, capacity.maximum, malformed);
    } else if (reads_public && is(key, "use_public_resource")) {
      capacity.uses_public_resource = false;
      if (field.value.type() == element_type::BOOL) {
        capacity.uses_public_resource = field.value.get_bool().value_unsafe();
      } else if (field.value.type() != element_type::NULL_VALUE) {
        malformed++;
      }
    }
  }
}

void read_reserved_resource(element value, fabric_row &row) {
  row.apu = row.dpu = row.mu = {};
  object fields;
  if (!read_object(value, fields, row.malformed)) return;
  for (auto field : fields) {
    std::string_view key = field.key;
    if (is(key, "apu")) read_capacity(field.value, "warm_up_num", "max_num", false, row.apu, row.malformed);
    else if (is(key, "dpu")) read_capacity(field.value, "warm_up_num", "max_num", true, row.dpu, row.malformed);
    else if (is(key, "mu")) read_capacity(field.value, "min", "max", false, row.mu, row.malformed);
  }
}

// Reads two texts of the object `value`.
template <size_t kFirst, size_t kSecond>
void read_texts(element value, const char (&first_key)[kFirst], fabric_text &first, const char (&second_key)[kSecond],
                fabric_text &second, uint32_t &malformed) {
  first = second = {};
  object fields;
  if (!read_object(value, fields, malformed)) return;
  for (auto field : fields) {
    if (is(field.key, first_key)) read_text(field.value, first, malformed);
    else if (is(field.key, second_key)) read_text(field.value, second, malformed);
  }
}

// Reads a worker group; returns false if `item` is not an object.
bool read_worker_group(element item, fabric_worker_group &group, uint32_t &malformed) {
  object fields;
  if (!read_object(item, fields, malformed)) return false;
  group = {};
  for (auto field : fields) {
    std::string_view key = field.key;
    if (is(key, "spec_code")) read_text(field.value, group.spec_code, malformed);
    else if (is(key, "min_replicas")) group.has_minimum = read_integer(field.value, group.minimum, malformed);
    else if (is(key, "max_replicas")) group.has_maximum = read_integer(field.value, group.maximum, malformed);
  }
  return true;
}

// Counts the malformed fields of the worker groups. fabric_row_next_worker reads the groups again, one by one.
void read_worker_groups(element value, fabric_parser &parser, uint32_t &malformed) {
  parser.has_workers = !value.get(parser.workers);
  if (!parser.has_workers) {
    if (value.type() != element_type::NULL_VALUE) malformed++;
    return;
  }
  fabric_worker_group group;
  for (element item : parser.workers) read_worker_group(item, group, malformed);
}

void read_ray_resource(element value, fabric_parser &parser, fabric_row &row) {
  row.has_ray = row.has_head = false;
  row.head_spec_code = {};
  parser.has_workers = false;
  object fields;
  if (!read_object(value, fields, row.malformed)) return;
  row.has_ray = true;
  for (auto field : fields) {
    std::string_view key = field.key;
    if (is(key, "head_group_spec")) {
      object head;
      row.head_spec_code = {};
      row.has_head = read_object(field.value, head, row.malformed);
      if (!row.has_head) continue;
      for (auto part : head) {
        if (is(part.key, "spec_code")) read_text(part.value, row.head_spec_code, row.malformed);
      }
    } else if (is(key, "worker_group_spec")) {
      read_worker_groups(field.value, parser, row.malformed);
    }
  }
}

// Reads a resource of API v2; returns false if `item` is not an object.
bool read_resource(element item, fabric_resource &resource, uint32_t &malformed) {
  object fields;
  if (!read_object(item, fields, malformed)) return false;
  resource = {};
  fabric_worker_group &capacity = resource.capacity;
  for (auto field : fields) {
    std::string_view key = field.key;
    if (is(key, "type")) read_text(field.value, resource.type, malformed);
    else if (is(key, "spec_code")) read_text(field.value, capacity.spec_code, malformed);
    else if (is(key, "minimum_capacity")) capacity.has_minimum = read_integer(field.value, capacity.minimum, malformed);
    else if (is(key, "maximum_capacity")) capacity.has_maximum = read_integer(field.value, capacity.maximum, malformed);
  }
  return true;
}

// Counts the malformed fields of the resources. fabric_row_next_resource reads them again, one by one.
void read_resources(element value, fabric_parser &parser, uint32_t &malformed) {
  parser.has_resources = !value.get(parser.resources);
  if (!parser.has_resources) {
    if (value.type() != element_type::NULL_VALUE) malformed++;
    return;
  }
  fabric_resource resource;
  for (element item : parser.resources) read_resource(item, resource, malformed);
}

// Reads the text `key` of the object `value`.
template <size_t kSize>
void read_member(element value, const char (&key)[kSize], fabric_text &text, uint32_t &malformed) {
  text = {};
  object fields;
  if (!read_object(value, fields, malformed)) return;
  for (auto field : fields) {
    if (is(field.key, key)) read_text(field.value, text, malformed);
  }
}

simdjson::error_code parse(fabric_parser &parser, uint8_t *bytes, size_t length, element &root) {
  if (length > parser.json.capacity() || parser.json.max_depth() != kMaximumDepth) {
    auto failed = parser.json.allocate(length < 1024 ? 1024 : length, kMaximumDepth);
    if (failed) return failed;
  }
  fabric::sanitize_escapes(bytes, length);
  auto code = parser.json.parse(bytes, length, false).get(root);
  if (code == simdjson::NUMBER_ERROR && fabric::clamp_numbers(bytes, length)) {
    code = parser.json.parse(bytes, length, false).get(root);
  }
  return code;
}

}  // namespace

extern "C" {

fabric_parser *fabric_parser_create(void) { return new (std::nothrow) fabric_parser; }

void fabric_parser_destroy(fabric_parser *parser) { delete parser; }

size_t fabric_parser_capacity(const fabric_parser *parser) { return parser->json.capacity(); }

fabric_json_status fabric_page_open(
    fabric_parser *parser, const char *key, uint8_t *bytes, size_t length, fabric_page *page, const char **why) {
  *page = {};
  *why = "";
  parser->has_rows = parser->has_record = false;
  element root;
  auto code = parse(*parser, bytes, length, root);
  if (code) {
    *why = simdjson::error_message(code);
    return code == simdjson::MEMALLOC ? FABRIC_JSON_NO_MEMORY : FABRIC_JSON_INVALID;
  }
  object fields;
  if (root.get(fields)) {
    *why = "the document is not an object";
    return FABRIC_JSON_UNEXPECTED;
  }
  std::string_view rows_key = key;
  bool has_list = false;
  for (auto field : fields) {
    std::string_view name = field.key;
    if (is(name, "total")) {
      page->has_total = read_integer(field.value, page->total, page->malformed);
    } else if (name == rows_key) {
      has_list = true;
      parser->has_rows = false;
      page->row_count = 0;
      if (field.value.type() == element_type::NULL_VALUE) continue;
      if (field.value.get(parser->rows)) {
        snprintf(parser->why, sizeof parser->why, "\"%s\" is not an array", key);
        *why = parser->why;
        return FABRIC_JSON_UNEXPECTED;
      }
      parser->next = parser->rows.begin();
      parser->end = parser->rows.end();
      parser->has_rows = true;
    }
  }
  if (!has_list && !page->has_total) {
    snprintf(parser->why, sizeof parser->why, "\"total\" and \"%s\" are both missing", key);
    *why = parser->why;
    return FABRIC_JSON_UNEXPECTED;
  }
  // array::size() saturates at 2^24 - 1; the limit on response bodies is reached far earlier.
  if (parser->has_rows) page->row_count = parser->rows.size();
  return FABRIC_JSON_OK;
}

bool fabric_page_next(fabric_parser *parser) {
  if (!parser->has_rows || !(parser->next != parser->end)) return false;
  parser->has_record = !(*parser->next).get(parser->record);
  ++parser->next;
  return true;
}

fabric_text fabric_record_text(const fabric_parser *parser, const char *name, uint32_t *malformed) {
  fabric_text text = {nullptr, 0};
  if (!parser->has_record) return text;
  // The last of duplicate keys wins, as for endpoints.
  for (auto field : parser->record) {
    if (field.key == name) read_text(field.value, text, *malformed);
  }
  return text;
}

bool fabric_record_integer(const fabric_parser *parser, const char *name, int64_t *number, uint32_t *malformed) {
  bool is_present = false;
  if (!parser->has_record) return false;
  for (auto field : parser->record) {
    if (field.key == name) is_present = read_integer(field.value, *number, *malformed);
  }
  return is_present;
}

bool fabric_record_enter(fabric_parser *parser, const char *name, uint32_t *malformed) {
  bool is_present = false;
  object nested;
  if (!parser->has_record) return false;
  for (auto field : parser->record) {
    if (field.key == name) is_present = read_object(field.value, nested, *malformed);
  }
  if (!is_present) return false;
  parser->outer = parser->record;
  parser->record = nested;
  return true;
}

bool fabric_record_enter_items(fabric_parser *parser, const char *name, uint32_t *malformed) {
  bool is_present = false;
  simdjson::dom::array items;
  if (!parser->has_record) return false;
  for (auto field : parser->record) {
    if (field.key != name) continue;
    is_present = !field.value.get(items);
    if (!is_present && !field.value.is_null()) ++*malformed;
  }
  if (!is_present) return false;
  parser->outer = parser->record;
  parser->next_item = items.begin();
  parser->items_end = items.end();
  return true;
}

bool fabric_record_next_item(fabric_parser *parser, uint32_t *malformed) {
  while (parser->next_item != parser->items_end) {
    element item = *parser->next_item;
    ++parser->next_item;
    if (read_object(item, parser->record, *malformed)) return true;
  }
  return false;
}

void fabric_record_leave(fabric_parser *parser) { parser->record = parser->outer; }

void fabric_record_endpoint(fabric_parser *parser, fabric_row *row) {
  *row = {};
  parser->has_workers = parser->has_resources = false;
  if (!parser->has_record) return;
  uint32_t &malformed = row->malformed;
  for (auto field : parser->record) {
    std::string_view key = field.key;
    // The first letter rules out most comparisons.
    switch (key.empty() ? 0 : key[0]) {
      case 'c':
        if (is(key, "create_time")) read_text(field.value, row->create_time, malformed);
        else if (is(key, "cap"))
          read_texts(field.value, "cap_id", row->cap_id, "version_id", row->cap_version_id, malformed);
        break;
      case 'd': if (is(key, "description")) read_text(field.value, row->description, malformed); break;
      case 'e':
        if (is(key, "error_code")) read_text(field.value, row->error_code, malformed);
        else if (is(key, "error_msg")) read_text(field.value, row->error_msg, malformed);
        break;
      case 'i': if (is(key, "id")) read_text(field.value, row->id, malformed); break;
      case 'n': if (is(key, "name")) read_text(field.value, row->name, malformed); break;
      case 'o':
        if (is(key, "owner"))
          read_texts(field.value, "user_name", row->owner_name, "user_id", row->owner_id, malformed);
        break;
      case 'r':
        if (is(key, "reserved_resource")) read_reserved_resource(field.value, *row);
        else if (is(key, "ray_resource")) read_ray_resource(field.value, *parser, *row);
        break;
      case 's': if (is(key, "status")) read_text(field.value, row->status, malformed); break;
      case 't': if (is(key, "type")) read_text(field.value, row->type, malformed); break;
      case 'u': if (is(key, "update_time")) read_text(field.value, row->update_time, malformed); break;
      case 'v': if (is(key, "visibility")) read_text(field.value, row->visibility, malformed); break;
      default: break;
    }
  }
}

void fabric_record_endpoint_v2(fabric_parser *parser, fabric_row *row) {
  *row = {};
  parser->has_workers = parser->has_resources = false;
  if (!parser->has_record) return;
  uint32_t &malformed = row->malformed;
  for (auto field : parser->record) {
    std::string_view key = field.key;
    auto read = [&](fabric_text &text) { read_text(field.value, text, malformed); };
    if (is(key, "id")) read(row->id);
    else if (is(key, "name")) read(row->name);
    else if (is(key, "display_name")) read(row->display_name);
    else if (is(key, "description")) read(row->description);
    else if (is(key, "status")) read(row->status);
    else if (is(key, "resource_type")) read(row->resource_type);
    else if (is(key, "compute_id")) read(row->compute_id);
    else if (is(key, "create_time")) read(row->create_time);
    else if (is(key, "update_time")) read(row->update_time);
    else if (is(key, "engine")) read_member(field.value, "type", row->type, malformed);
    else if (is(key, "capacity")) read_resources(field.value, *parser, malformed);
    else if (is(key, "creator"))
      read_texts(field.value, "user_name", row->owner_name, "user_id", row->owner_id, malformed);
    else if (is(key, "error"))
      read_texts(field.value, "error_code", row->error_code, "error_msg", row->error_msg, malformed);
  }
}

void fabric_row_begin_resources(fabric_parser *parser) {
  if (!parser->has_resources) return;
  parser->next_resource = parser->resources.begin();
  parser->resources_end = parser->resources.end();
}

bool fabric_row_next_resource(fabric_parser *parser, fabric_resource *resource) {
  uint32_t ignored = 0;
  while (parser->has_resources && parser->next_resource != parser->resources_end) {
    element item = *parser->next_resource;
    ++parser->next_resource;
    if (read_resource(item, *resource, ignored)) return true;
  }
  return false;
}

void fabric_row_begin_workers(fabric_parser *parser) {
  if (!parser->has_workers) return;
  parser->next_worker = parser->workers.begin();
  parser->workers_end = parser->workers.end();
}

bool fabric_row_next_worker(fabric_parser *parser, fabric_worker_group *group) {
  uint32_t ignored = 0;
  while (parser->has_workers && parser->next_worker != parser->workers_end) {
    element item = *parser->next_worker;
    ++parser->next_worker;
    if (read_worker_group(item, *group, ignored)) return true;
  }
  return false;
}

bool fabric_error_decode(fabric_parser *parser, uint8_t *bytes, size_t length, fabric_error *error) {
  *error = {};
  element root;
  if (parse(*parser, bytes, length, root)) return false;
  object outer;
  if (root.get(outer)) return false;
  uint32_t ignored = 0;
  auto read_code = [&](object from, const char *key) {
    element value;
    if (error->code.length || error->has_numeric_code || from.at_key(key).get(value)) return;
    if (value.is_string()) read_text(value, error->code, ignored);
    else error->has_numeric_code = read_integer(value, error->numeric_code, ignored);
  };
  auto read_first = [&](object from, const char *key, fabric_text &text) {
    element value;
    if (text.length || from.at_key(key).get(value)) return;
    read_text(value, text, ignored);
  };
  auto read_level = [&](object from) {
    for (const char *key : {"error_code", "errorCode", "code"}) read_code(from, key);
    for (const char *key : {"error_msg", "errorMsg", "errorMessage", "message"}) read_first(from, key, error->message);
    for (const char *key : {"request_id", "requestId"}) read_first(from, key, error->request_id);
  };
  read_level(outer);
  object inner;
  if (!outer.at_key("error").get(inner)) read_level(inner);
  return true;
}

}  // extern "C"
