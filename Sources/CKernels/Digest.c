#include "Digest.h"

#include "Dispatch.h"

LORA_DECLARE(lora_digest, lora_digest_of, (const void *, size_t))

lora_digest lora_digest_of(lora_instruction_set set, const void *bytes, size_t count) {
  return LORA_CHOOSE(set, lora_digest_of)(bytes, count);
}
