import LoRACommand

Program.run()
