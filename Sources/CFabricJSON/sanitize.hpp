// SPDX-License-Identifier: Apache-2.0
//
// Replaces valid JSON that cannot be represented in a label value or a machine number, in place, before it is parsed.
// The length never changes, and an invalid document never becomes valid.
#pragma once
#include <cstddef>
#include <cstdint>

namespace fabric {

// Replaces escapes of lone surrogates (`\uD8xx`, `\uDCxx`) and `\u0000` with `\uFFFD`.
void sanitize_escapes(uint8_t *bytes, size_t length);

// Clamps integers beyond 64 bits to the limits of int64_t, and numbers with a fraction or exponent beyond the range of
// a double to 9e307. The remaining digits become spaces. Returns whether anything changed.
bool clamp_numbers(uint8_t *bytes, size_t length);

}  // namespace fabric
