extension ArchitectureTable {
  /// The architectures that networks are made of, by `model_type`.
  static let known: [(type: String, table: ArchitectureTable)] = [
    ("bert", bert), ("distilbert", distilBERT), ("gemma", gemma), ("gemma2", gemma2),
    ("gemma3_text", gemma3), ("gpt2", gpt2), ("gpt_neox", gptNeoX), ("granite", granite),
    ("llama", llama), ("mistral", mistral), ("mixtral", mixtral), ("modernbert", modernBERT),
    ("olmo", olmo), ("olmo2", olmo2), ("phi", phi), ("phi3", phi3), ("qwen2", qwen2),
    ("qwen3", qwen3), ("qwen3_moe", qwen3MoE), ("roberta", roberta), ("smollm3", smolLM3),
    ("xlm-roberta", roberta),
  ]
}
