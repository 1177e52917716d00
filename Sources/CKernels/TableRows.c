#include "TableRows.h"

#include <math.h>
#include <string.h>

enum { EXPONENT_LIMIT = 27, DIGIT_LIMIT = 19, TEXT_LIMIT = 1 << 20 };

// 5^k, below 2^63 for k up to 27.
static const uint64_t powers_of_five[EXPONENT_LIMIT + 1] = {
    1ull, 5ull, 25ull, 125ull, 625ull, 3125ull, 15625ull, 78125ull, 390625ull, 1953125ull,
    9765625ull, 48828125ull, 244140625ull, 1220703125ull, 6103515625ull, 30517578125ull,
    152587890625ull, 762939453125ull, 3814697265625ull, 19073486328125ull, 95367431640625ull,
    476837158203125ull, 2384185791015625ull, 11920928955078125ull, 59604644775390625ull,
    298023223876953125ull, 1490116119384765625ull, 7450580596923828125ull};

static const double powers_of_ten[23] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// top·2^power rounded to nearest even, top's highest bit set; sticky says that more bits follow.
static inline double rounded(uint64_t top, int sticky, int power) {
  uint64_t rest = top & 0x7FF, kept = top >> 11;
  if (rest > 0x400 || (rest == 0x400 && (sticky || (kept & 1)))) kept++;
  return ldexp((double)kept, power + 11);
}

// The product or quotient with 5^|exponent| has 64 correct bits and a remainder that is exact, so
// the rounding is right in every case; ldexp only moves the point.
int lora_nearest_double(uint64_t mantissa, int exponent, double *result) {
  if (mantissa == 0) {
    *result = 0;
    return 1;
  }
  // Up to 2^53 and 10^22 all is exact in doubles, and one operation rounds correctly.
  if (mantissa <= 1ull << 53 && exponent >= -22 && exponent <= 22) {
    *result = exponent < 0 ? (double)mantissa / powers_of_ten[-exponent]
                           : (double)mantissa * powers_of_ten[exponent];
    return 1;
  }
  if (exponent < -EXPONENT_LIMIT || exponent > EXPONENT_LIMIT) return 0;
  int shift = __builtin_clzll(mantissa);
  uint64_t high = mantissa << shift;
  if (exponent >= 0) {
    unsigned __int128 product = (unsigned __int128)high * powers_of_five[exponent];
    // At least 64 significant bits: bring the highest one to the top of 128.
    uint64_t upper = (uint64_t)(product >> 64);
    int lift = upper ? __builtin_clzll(upper) : 64 + __builtin_clzll((uint64_t)product);
    product <<= lift;
    *result = rounded(
        (uint64_t)(product >> 64), (uint64_t)product != 0, exponent - shift + 64 - lift);
    return 1;
  }
  uint64_t divisor = powers_of_five[-exponent];
  // The dividend is above 2^127 / 2, so the quotient is above 2^63 once the divisor is normalized.
  int lift = __builtin_clzll(divisor);
  divisor <<= lift;
  // high / divisor lies in (1/2, 2): one bit to the right keeps the quotient within 64.
  unsigned __int128 dividend = (unsigned __int128)high << 63;
  uint64_t quotient = (uint64_t)(dividend / divisor);
  uint64_t remainder = (uint64_t)(dividend % divisor);
  int power = exponent - shift - 63 + lift;
  if (!(quotient >> 63)) {
    // One more bit of the quotient.
    int bit = remainder >= divisor - remainder;
    quotient = quotient << 1 | (uint64_t)bit;
    remainder = bit ? remainder - (divisor - remainder) : remainder << 1;
    power--;
  }
  *result = rounded(quotient, remainder != 0, power);
  return 1;
}

int lora_is_ascii_text(const uint8_t *text, size_t count) {
  size_t index = 0;
  while (index < count) {
    size_t end = count - index < 4096 ? count : index + 4096;
    // Zero and above 127 are the largest when one is taken away: one comparison for both.
    uint8_t largest = 0;
    for (; index < end; index++) {
      uint8_t value = (uint8_t)(text[index] - 1);
      largest = value > largest ? value : largest;
    }
    if (largest >= 0x7F) return 0;
  }
  return 1;
}

static const uint64_t whole_powers_of_ten[9] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

// Appends the digits at `at` to the mantissa and returns their end. Eight bytes are looked at together:
// the digits among them are moved to the high end, zeros before them, and added up in pairs.
static inline const uint8_t *take_digits(
    const uint8_t *at, const uint8_t *end, uint64_t *mantissa) {
  while (end - at >= 8) {
    uint64_t bytes;
    memcpy(&bytes, at, 8);
    uint64_t digits = bytes ^ 0x3030303030303030;
    uint64_t others = (digits + 0x7676767676767676) | digits;
    others &= 0x8080808080808080;
    int count = others ? __builtin_ctzll(others) >> 3 : 8;
    if (count == 0) return at;
    digits <<= 64 - 8 * count;
    digits = digits * 10 + (digits >> 8);
    digits = ((digits & 0x000000FF000000FF) * 0x000F424000000064 +
              ((digits >> 16) & 0x000000FF000000FF) * 0x0000271000000001) >>
             32;
    *mantissa = *mantissa * whole_powers_of_ten[count] + (uint32_t)digits;
    at += count;
    if (count < 8) return at;
  }
  uint8_t digit;
  while ((digit = (uint8_t)(*at - '0')) < 10) {
    *mantissa = *mantissa * 10 + digit;
    at++;
  }
  return at;
}

// [+-] digits [. digits] [e [+-] digits] at *place, which moves on; 0 for anything else; `decimal` may
// stand for the point. The text ends
// in a line feed, at which every loop here stops. The sign is a coin's toss in most tables, so that
// nothing branches on a minus.
static inline int take_number(
    const uint8_t **place, const uint8_t *end, uint8_t decimal, double *result) {
  const uint8_t *at = *place;
  uint64_t negative = *at == '-';
  at += negative;
  if (*at == '+' && !negative) at++;
  uint64_t mantissa = 0;
  const uint8_t *first = at;
  uint8_t digit;
  // Before a point there are few: one by one is quickest.
  while ((digit = (uint8_t)(*at - '0')) < 10) {
    mantissa = mantissa * 10 + digit;
    at++;
  }
  long digits = at - first;
  int exponent = 0;
  if (*at == decimal) {
    const uint8_t *point = ++at;
    at = take_digits(at, end, &mantissa);
    exponent = (int)(point - at);
    digits += at - point;
  }
  // Leading zeros count here, which sends a few numbers the general way.
  if (digits == 0 || digits > DIGIT_LIMIT) return 0;
  if ((*at | 0x20) == 'e') {
    at++;
    int falls = *at == '-';
    if (*at == '-' || *at == '+') at++;
    const uint8_t *power = at;
    int value = 0;
    while (at - power < 4 && (digit = (uint8_t)(*at - '0')) < 10) {
      value = value * 10 + digit;
      at++;
    }
    if (at == power) return 0;
    exponent += falls ? -value : value;
  }
  *place = at;
  double magnitude;
  // The usual case of lora_nearest_double, without the call.
  if (mantissa <= 1ull << 53 && exponent <= 0 && exponent >= -22)
    magnitude = (double)mantissa / powers_of_ten[-exponent];
  else if (!lora_nearest_double(mantissa, exponent, &magnitude))
    return 0;
  uint64_t bits;
  memcpy(&bits, &magnitude, sizeof bits);
  bits ^= negative << 63;
  memcpy(result, &bits, sizeof bits);
  return 1;
}

static int is_one_of(
    const char *const *words, size_t count, const uint8_t *field, size_t length) {
  for (size_t i = 0; i < count; i++)
    if (strlen(words[i]) == length && memcmp(words[i], field, length) == 0) return 1;
  return 0;
}

#define IS_ONE_OF(words, field, length) \
  is_one_of(words, sizeof(words) / sizeof *(words), field, length)

static int is_missing(const uint8_t *field, size_t length) {
  static const char *const words[] = {
      "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "None", "?"};
  return length == 0 || IS_ONE_OF(words, field, length);
}

// 1 and 0 for true and false; 0 is returned for any other word.
static int take_truth(const uint8_t *field, size_t length, double *value) {
  static const char *const trues[] = {"true", "True", "TRUE", "yes", "Yes", "YES"};
  static const char *const falses[] = {"false", "False", "FALSE", "no", "No", "NO"};
  *value = IS_ONE_OF(trues, field, length);
  return *value == 1 || IS_ONE_OF(falses, field, length);
}

static inline int is_space(uint8_t byte, uint8_t delimiter) {
  return (byte == ' ' || byte == '\t') && byte != delimiter;
}

// Steps over the text of a field: to the delimiter or the line's end; 0 at a byte that is not plain.
static inline int take_text(
    const uint8_t **place, const uint8_t *end, uint8_t delimiter, size_t *length) {
  const uint8_t *at = *place, *start = at;
  while (at < end && *at != delimiter && *at != '\n' && *at != '\r') {
    if (*at == '"' || (*at < 0x20 && *at != '\t') || *at >= 0x7F) return 0;
    at++;
  }
  const uint8_t *last = at;
  while (last > start && is_space(last[-1], delimiter)) last--;
  *length = (size_t)(last - start);
  *place = at;
  return at - start <= TEXT_LIMIT;
}

// Steps over a blank line or a comment at *place; 0 when there is none.
static int take_void_line(
    const uint8_t **place, const uint8_t *end, const LoraRecordLayout *layout) {
  const uint8_t *at = *place;
  if (layout->comment && at < end && *at == layout->comment) {
    const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));
    // A lone CR would end the comment before the line feed.
    if (!feed) return 0;
    const uint8_t *turn = memchr(at, '\r', (size_t)(feed - at));
    if (turn && turn + 1 != feed) return 0;
    if (!lora_is_ascii_text(at, (size_t)(feed - at))) return 0;
    *place = feed + 1;
    return 1;
  }
  while (at < end && is_space(*at, layout->delimiter)) at++;
  if (at < end && *at == '\r') at++;
  if (at == end || *at != '\n') return 0;
  *place = at + 1;
  return 1;
}

#define REAL float
#define NAME(stem) stem##_f32
#include "Templates/TableRows.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(stem) stem##_f64
#include "Templates/TableRows.inc"
