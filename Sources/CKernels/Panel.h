// How A is packed for the low-rank update. Internal to this target.
#ifndef LORA_PANEL_H
#define LORA_PANEL_H

// Columns of a panel: one cache line of bf16.
enum { PANEL = 32 };

#endif
