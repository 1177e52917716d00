#include "Conversion.h"

#include "Dispatch.h"

LORA_DECLARE(void, lora_convert, (lora_format, lora_format, size_t, const void *, void *))

void lora_convert(
    lora_instruction_set set, lora_format from, lora_format to, size_t count, const void *source,
    void *destination) {
  LORA_CHOOSE(set, lora_convert)(from, to, count, source, destination);
}
