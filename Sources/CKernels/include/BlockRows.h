// How what each row of a training step contributes is added up.
//
// The rows of a step are cut into blocks of LORA_BLOCK_ROWS. In a block the sum is one chain over
// ascending rows, begun at 0. Blocks are added along the balanced binary tree over their indices: a
// node of level l covers the blocks j·2^l ..< (j+1)·2^l and is its left half plus its right half; a
// node whose right half has no block is its left half. So the sum depends on the rows alone, and any
// cut of a step - into threads, micro-batches or machines - can keep its bits.
#ifndef LORA_BLOCK_ROWS_H
#define LORA_BLOCK_ROWS_H

enum { LORA_BLOCK_ROWS = 64 };

#endif
