// Where the heads of a matrix's rows lie.
#ifndef LORA_HEAD_PLACE_H
#define LORA_HEAD_PLACE_H

#include <stddef.h>

// Number d < dimension of head h < heads in row t is number t·pitch + first + h·head_pitch + d.
typedef struct {
  size_t heads, dimension;
  // Where head 0 begins in a row, and numbers from head to head and from row to row.
  size_t first, head_pitch, pitch;
} LoraHeadPlace;

#endif
