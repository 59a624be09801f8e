// SPDX-License-Identifier: Apache-2.0
#include "sanitize.hpp"

#include <cstring>

namespace fabric {
namespace {

// Returns the UTF-16 code unit of the escape at `at` (which points to the backslash), or -1.
int32_t code_unit(const uint8_t *at, const uint8_t *end) {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  int32_t unit = 0;
  for (int i = 2; i < 6; i++) {
    uint8_t c = at[i];
    int digit;
    if (c >= '0' && c <= '9') digit = c - '0';
    else if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    else return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

// Whether the unsigned number at `token` is valid JSON and at least 1e308, near or beyond the range of a double.
bool overflows(const uint8_t *token, size_t length) {
  // The exponent saturates here: the position of the first nonzero digit is all that matters.
  const int64_t far = 1'000'000'000;
  size_t i = 0;
  int64_t magnitude = 0;
  bool is_zero = true;
  for (; i < length && is_digit(token[i]); i++) {
    if (token[i] != '0') is_zero = false;
    if (!is_zero) magnitude++;
  }
  if (i > 1 && token[0] == '0') return false;
  if (i < length && token[i] == '.') {
    size_t first = ++i;
    for (; i < length && is_digit(token[i]); i++) {
      if (token[i] != '0') is_zero = false;
      else if (is_zero) magnitude--;
    }
    if (i == first) return false;
  }
  if (i < length && (token[i] == 'e' || token[i] == 'E')) {
    i++;
    bool negative = i < length && token[i] == '-';
    if (i < length && (token[i] == '-' || token[i] == '+')) i++;
    size_t first = i;
    int64_t exponent = 0;
    for (; i < length && is_digit(token[i]); i++) {
      if (exponent < far) exponent = exponent * 10 + (token[i] - '0');
    }
    if (i == first) return false;
    magnitude += negative ? -exponent : exponent;
  }
  return i == length && !is_zero && magnitude > 308;
}

}  // namespace

void sanitize_escapes(uint8_t *bytes, size_t length) {
  uint8_t *at = bytes;
  uint8_t *end = bytes + length;
  // Most pages contain no backslash: memchr then scans them at memory speed.
  while ((at = static_cast<uint8_t *>(memchr(at, '\\', static_cast<size_t>(end - at)))) != nullptr) {
    int32_t unit = code_unit(at, end);
    if (unit < 0) {
      at += end - at < 2 ? 1 : 2;
    } else if (unit >= 0xD800 && unit < 0xDC00) {
      int32_t next = code_unit(at + 6, end);
      if (next >= 0xDC00 && next < 0xE000) {
        at += 12;
      } else {
        memcpy(at + 2, "FFFD", 4);
        at += 6;
      }
    } else {
      if (unit == 0 || (unit >= 0xDC00 && unit < 0xE000)) memcpy(at + 2, "FFFD", 4);
      at += 6;
    }
    if (at >= end) return;
  }
}

bool clamp_numbers(uint8_t *bytes, size_t length) {
  bool clamped = false;
  bool in_string = false;
  for (size_t i = 0; i < length; i++) {
    if (in_string) {
      if (bytes[i] == '\\') i++;
      else if (bytes[i] == '"') in_string = false;
      continue;
    }
    if (bytes[i] == '"') {
      in_string = true;
      continue;
    }
    if (!is_digit(bytes[i])) continue;
    size_t start = i;
    while (i < length && is_digit(bytes[i])) i++;
    size_t digits = i - start;
    bool fractional = i < length && (bytes[i] == '.' || bytes[i] == 'e' || bytes[i] == 'E');
    if (fractional) {
      // The token includes fraction and exponent.
      while (i < length && (is_digit(bytes[i]) || bytes[i] == '.' || bytes[i] == 'e' || bytes[i] == 'E' ||
                            bytes[i] == '+' || bytes[i] == '-')) i++;
      if (overflows(bytes + start, i - start)) {
        // Every overflowing token is at least this long.
        memcpy(bytes + start, "9e307", 5);
        memset(bytes + start + 5, ' ', i - start - 5);
        clamped = true;
      }
    } else if (digits >= 19 && bytes[start] != '0') {
      bool negative = start > 0 && bytes[start - 1] == '-';
      const char *edge = negative ? "9223372036854775808" : "9223372036854775807";
      if (digits > 19 || memcmp(bytes + start, edge, 19) > 0) {
        memcpy(bytes + start, edge, 19);
        memset(bytes + start + 19, ' ', digits - 19);
        clamped = true;
      }
    }
    i--;
  }
  return clamped;
}

}  // namespace fabric
