// SPDX-License-Identifier: Apache-2.0
#include "reading.hpp"

using fabric::read_text;

extern "C" {

bool fabric_page_next_workspace(fabric_parser *parser, fabric_workspace_row *row) {
  simdjson::dom::object fields;
  bool is_object;
  if (!fabric::next_record(*parser, fields, is_object)) return false;
  *row = {};
  if (!is_object) return true;
  for (auto field : fields) {
    std::string_view key = field.key;
    if (key == "id") read_text(field.value, row->id, row->malformed);
    else if (key == "name") read_text(field.value, row->name, row->malformed);
    else if (key == "enterprise_project_id") read_text(field.value, row->enterprise_project_id, row->malformed);
  }
  return true;
}

}  // extern "C"
