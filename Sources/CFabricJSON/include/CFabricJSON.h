// SPDX-License-Identifier: Apache-2.0
//
// The JSON that the Fabric API answers with, decoded by simdjson and handed over row by row as plain C structs. This is
// the only place that knows simdjson; nothing here allocates per row, and every text points into the parser's own
// buffer: it is valid until the next page is opened or the parser is destroyed.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// How many readable bytes must follow the JSON text in memory; simdjson loads whole vectors past the end.
enum { FABRIC_JSON_PADDING = 64 };

// UTF-8, not terminated. `data` is NULL where the field is absent, null or of another type.
typedef struct {
  const char *data;
  size_t length;
} fabric_text;

typedef struct {
  bool present;
  bool has_reserved;
  bool has_maximum;
  bool uses_public_resource;
  int64_t reserved;
  int64_t maximum;
  fabric_text spec_code;
} fabric_capacity;

typedef struct {
  bool has_minimum;
  bool has_maximum;
  int64_t minimum;
  int64_t maximum;
  fabric_text spec_code;
} fabric_worker_group;

typedef struct {
  fabric_text id, name, type, status, visibility, create_time, update_time, error_code, error_msg;
  fabric_text owner_name, owner_id, cap_id, cap_version_id;
  fabric_capacity apu, dpu, mu;
  bool has_ray;
  bool has_head;
  fabric_text head_spec_code;
  // Fields of this row, of those read here, that had a wrong JSON type and were taken as absent.
  uint32_t malformed;
} fabric_row;

typedef enum {
  FABRIC_JSON_OK = 0,
  // Not JSON, not UTF-8, cut short, or nested beyond measure.
  FABRIC_JSON_INVALID = 1,
  // JSON, but not the documented object.
  FABRIC_JSON_UNEXPECTED = 2,
  FABRIC_JSON_NO_MEMORY = 3,
} fabric_json_status;

typedef struct {
  bool has_total;
  int64_t total;
  size_t row_count;
  // As in fabric_row, for the fields of the page itself.
  uint32_t malformed;
} fabric_page;

// What an error body says; every documented shape ends in these three.
typedef struct {
  fabric_text code;
  // Where the code is a JSON number, `code` is absent and this is it.
  bool has_numeric_code;
  int64_t numeric_code;
  fabric_text message;
  fabric_text request_id;
} fabric_error;

typedef struct fabric_parser fabric_parser;

// NULL when there is no memory.
fabric_parser *fabric_parser_create(void);
void fabric_parser_destroy(fabric_parser *parser);

// Bytes of working memory the parser holds on to for the next document.
size_t fabric_parser_capacity(const fabric_parser *parser);

// Parses a whole page whose records stand under `key`. `bytes` holds `length` bytes of JSON and FABRIC_JSON_PADDING more; escapes of lone
// surrogates and of NUL in it are replaced by that of U+FFFD in place. `*why` says what is wrong where the status is not
// OK, until the next page is opened.
fabric_json_status fabric_page_open(
    fabric_parser *parser, const char *key, uint8_t *bytes, size_t length, fabric_page *page, const char **why);

// Moves to the next record of a page; false when there is none left. A record that is no object has no fields.
bool fabric_page_next(fabric_parser *parser);

// The field `name` of the record; absent where there is none. `*malformed` grows by one where it is of another type.
fabric_text fabric_record_text(const fabric_parser *parser, const char *name, uint32_t *malformed);

// The same for an integer; false where it is absent.
bool fabric_record_integer(const fabric_parser *parser, const char *name, int64_t *number, uint32_t *malformed);

// Decodes the record as an endpoint. Faster than field by field, because most records are endpoints.
void fabric_record_endpoint(fabric_parser *parser, fabric_row *row);

// Begins with the first of the worker groups of the endpoint that was decoded last.
void fabric_row_begin_workers(fabric_parser *parser);

// Decodes the next worker group into `group`; false when there is none left. A row can have very many, so none are kept.
bool fabric_row_next_worker(fabric_parser *parser, fabric_worker_group *group);

// Reads an error body of any documented shape; false where it is not a JSON object.
bool fabric_error_decode(fabric_parser *parser, uint8_t *bytes, size_t length, fabric_error *error);

// Parses any document, such as those that issue credentials; its parts are then asked for by JSON pointer. `bytes` as for
// fabric_page_open; false where it is not JSON.
bool fabric_document_open(fabric_parser *parser, uint8_t *bytes, size_t length);

// The text at `pointer`; absent where there is none. Valid like every other text.
fabric_text fabric_document_text(const fabric_parser *parser, const char *pointer);

// How many elements the array at `pointer` has; -1 where there is none.
int64_t fabric_document_count(const fabric_parser *parser, const char *pointer);

#ifdef __cplusplus
}
#endif
