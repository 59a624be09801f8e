// SPDX-License-Identifier: Apache-2.0
//
// Decodes JSON responses of the Fabric API with simdjson and returns their records as plain C structs. Only this module
// uses simdjson. Nothing allocates per record; texts point into the parser's buffer and are valid until the next page
// or document is opened or the parser is destroyed.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The number of readable bytes that must follow the JSON text: simdjson loads whole vectors past the end.
enum { FABRIC_JSON_PADDING = 64 };

// UTF-8, not NUL-terminated. `data` is NULL if the field is absent, null or of another type.
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

// A resource of an endpoint of API v2.
typedef struct {
  fabric_text type;
  fabric_worker_group capacity;
} fabric_resource;

typedef struct {
  fabric_text id, name, type, status, visibility, create_time, update_time, error_code, error_msg;
  fabric_text description, owner_name, owner_id, cap_id, cap_version_id;
  // Only API v2.
  fabric_text display_name, compute_id, resource_type;
  fabric_capacity apu, dpu, mu;
  bool has_ray;
  bool has_head;
  fabric_text head_spec_code;
  // The number of fields of this row with a wrong JSON type, which are treated as absent.
  uint32_t malformed;
} fabric_row;

typedef enum {
  FABRIC_JSON_OK = 0,
  // Not JSON, not UTF-8, truncated, or nested too deeply.
  FABRIC_JSON_INVALID = 1,
  // Valid JSON, but not the documented object.
  FABRIC_JSON_UNEXPECTED = 2,
  FABRIC_JSON_NO_MEMORY = 3,
} fabric_json_status;

typedef struct {
  bool has_total;
  int64_t total;
  size_t row_count;
  // Like fabric_row.malformed, for the fields of the page itself.
  uint32_t malformed;
} fabric_page;

// The contents of an error body; every documented shape has these three.
typedef struct {
  fabric_text code;
  // The code if it is a JSON number; `code` is absent then.
  bool has_numeric_code;
  int64_t numeric_code;
  fabric_text message;
  fabric_text request_id;
} fabric_error;

typedef struct fabric_parser fabric_parser;

// Returns NULL if memory is exhausted.
fabric_parser *fabric_parser_create(void);
void fabric_parser_destroy(fabric_parser *parser);

// Returns the largest document, in bytes, that fits the parser's allocated buffers.
size_t fabric_parser_capacity(const fabric_parser *parser);

// Parses a page whose records are in the array `key`. `bytes` contains `length` bytes of JSON and FABRIC_JSON_PADDING
// more; escapes of lone surrogates and of NUL are replaced with U+FFFD in place. If the status is not OK, `*why` is the
// reason, valid until the next page is opened.
fabric_json_status fabric_page_open(
    fabric_parser *parser, const char *key, uint8_t *bytes, size_t length, fabric_page *page, const char **why);

// Advances to the next record of the page; returns false at the end. A record that is not an object has no fields.
bool fabric_page_next(fabric_parser *parser);

// Returns the text field `name` of the record; absent if missing or null. Increments `*malformed` if it has another
// type.
fabric_text fabric_record_text(const fabric_parser *parser, const char *name, uint32_t *malformed);

// Reads the integer field `name` like fabric_record_text; returns false if it is absent.
bool fabric_record_integer(const fabric_parser *parser, const char *name, int64_t *number, uint32_t *malformed);

// Makes the object field `name` of the record the current record, until fabric_record_leave. Returns false, and changes
// nothing, if it is absent or null, or of another type, which increments `*malformed`. Nested records cannot be entered.
bool fabric_record_enter(fabric_parser *parser, const char *name, uint32_t *malformed);

// Starts iterating over the objects of the array field `name`, until fabric_record_leave; returns false like
// fabric_record_enter.
bool fabric_record_enter_items(fabric_parser *parser, const char *name, uint32_t *malformed);

// Makes the next object of the array the current record; returns false at the end. Elements of other types are skipped,
// and increment `*malformed` unless they are null.
bool fabric_record_next_item(fabric_parser *parser, uint32_t *malformed);

// Makes the record of the page the current one again.
void fabric_record_leave(fabric_parser *parser);

// Decodes the record as an endpoint, in one pass because most records are endpoints.
void fabric_record_endpoint(fabric_parser *parser, fabric_row *row);

// Decodes the record as an endpoint of API v2, which has other fields.
void fabric_record_endpoint_v2(fabric_parser *parser, fabric_row *row);

// Starts iterating over the resources of the endpoint of API v2 decoded last; there are none after one of v1.
void fabric_row_begin_resources(fabric_parser *parser);

// Decodes the next resource into `resource`; returns false at the end.
bool fabric_row_next_resource(fabric_parser *parser, fabric_resource *resource);

// Starts iterating over the worker groups of the endpoint decoded last.
void fabric_row_begin_workers(fabric_parser *parser);

// Decodes the next worker group into `group`; returns false at the end. Decoded on demand: a row can have very many.
bool fabric_row_next_worker(fabric_parser *parser, fabric_worker_group *group);

// Decodes an error body of any documented shape; returns false if it is not a JSON object.
bool fabric_error_decode(fabric_parser *parser, uint8_t *bytes, size_t length, fabric_error *error);

// Parses any document, such as a response with credentials, for access by JSON pointer. `bytes` as for
// fabric_page_open. Returns false if it is not valid JSON.
bool fabric_document_open(fabric_parser *parser, uint8_t *bytes, size_t length);

// Returns whether there is no value at `pointer`, or null.
bool fabric_document_is_absent(const fabric_parser *parser, const char *pointer);

// Returns the text at `pointer`; absent if there is none.
fabric_text fabric_document_text(const fabric_parser *parser, const char *pointer);

// Reads the integer at `pointer`; returns false if there is none, or its exact value is not known.
bool fabric_document_integer(const fabric_parser *parser, const char *pointer, int64_t *number);

// Reads the number at `pointer`, rounded to a double; returns false if there is none.
bool fabric_document_number(const fabric_parser *parser, const char *pointer, double *number);

// Returns the number of elements of the array at `pointer`; -1 if there is none.
int64_t fabric_document_count(const fabric_parser *parser, const char *pointer);

#ifdef __cplusplus
}
#endif
