// LoRACommand
