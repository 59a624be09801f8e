// SPDX-License-Identifier: Apache-2.0
//
// In-place repairs of JSON text before it is parsed: what is legal JSON but has no place in a label value or a machine's
// numbers. None of them makes the text longer, none turns an invalid document into a valid one.
#pragma once
#include <cstddef>
#include <cstdint>

namespace fabric {

// Replaces `\uD8xx` without its other half, a lone `\uDCxx`, and `\u0000` by `\uFFFD`.
void mend_escapes(uint8_t *bytes, size_t length);

// Clamps integers beyond 64 bits to the edges of int64_t, and numbers with a fraction or exponent beyond the range of a
// double to a whole number within it, the rest of their digits becoming spaces. Returns whether there was any.
bool clamp_numbers(uint8_t *bytes, size_t length);

}  // namespace fabric
