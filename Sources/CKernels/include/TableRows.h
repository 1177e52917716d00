// TableRows: the records of a CSV text whose form is plain, as numbers.
//
// A record is plain when it ends in LF or CRLF, has as many fields as the table, no quote, no byte
// outside printable ASCII and tab, and its numbers have at most 19 digits and a power of ten within
// ±27, or are true, false, yes or no, which are 1 and 0. Every number that is taken is the double nearest to its decimals (then the float nearest to
// that double). The first record that is not plain ends the work: it is for the general reader,
// which also knows what is wrong with it.
#ifndef LORA_TABLE_ROWS_H
#define LORA_TABLE_ROWS_H

#include <stddef.h>
#include <stdint.h>

// What becomes of a field.
typedef enum {
  LORA_FIELD_SKIPPED,
  // A number of `features`.
  LORA_FIELD_FEATURE,
  // A number of `targets`.
  LORA_FIELD_TARGET,
  // A place in `texts`; never empty.
  LORA_FIELD_TEXT
} LoraFieldRole;

typedef struct {
  size_t columns;
  // One LoraFieldRole a column.
  const uint8_t *roles;
  uint8_t delimiter;
  // Lines that begin with it are skipped; 0 for none.
  uint8_t comment;
  // Stands for the point of numbers.
  uint8_t decimal;
  // Non-zero: a feature that is empty, or one of NA, N/A, n/a, #N/A, <NA>, NaN, nan, null, NULL, None
  // and ?, is NaN.
  uint8_t allows_missing;
} LoraRecordLayout;

// Where a field lies in the text.
typedef struct {
  uint32_t start;
  uint32_t length;
} LoraTextField;

// Row-major; each as long as the text can fill: count / columns + 1 rows.
typedef struct {
  void *features;
  void *targets;
  LoraTextField *texts;
  // For each row the lines before its own.
  uint32_t *lines;
  // One a column: set to 1 when a feature in it was a truth value.
  uint8_t *truths;
} LoraRecordOutput;

// What was taken from the front of the text.
typedef struct {
  size_t bytes;
  size_t lines;
  size_t rows;
} LoraRecordProgress;

// Below 4 GiB of text at once. features and targets are float, or double for f64.
LoraRecordProgress lora_take_records_f32(
    const uint8_t *text, size_t count, const LoraRecordLayout *layout,
    const LoraRecordOutput *output);
LoraRecordProgress lora_take_records_f64(
    const uint8_t *text, size_t count, const LoraRecordLayout *layout,
    const LoraRecordOutput *output);

// Whether every byte is ASCII and none is NUL.
int lora_is_ascii_text(const uint8_t *text, size_t count);

// The double nearest to mantissa · 10^exponent, exponent within ±27; 0 when this cannot tell which
// of two it is.
int lora_nearest_double(uint64_t mantissa, int exponent, double *result);

#endif
