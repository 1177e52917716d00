import Containers
import Merging
import Testing
import TestSupport

@Suite struct HelpTests {
  @Test(arguments: [[], ["--help"], ["-h"], ["help"]])
  func `the program lists its commands`(_ arguments: [String]) throws {
    let result = try Tool.run(arguments)
    #expect(result.exitCode == 0)
    #expect(result.errorText == "")
    #expect(
      result.text == """
        OVERVIEW: Train, merge, unmerge, swap and inspect low-rank adapters.

        Works on safetensors checkpoints (a file, a Hugging Face folder, a stream on
        '-', each also inside gzip), PEFT adapters and CSV files. Results go to stdout,
        progress and errors to stderr. An existing output is kept unless --force is
        given.

        Exit codes: 0 done; 1 compared, and different; 2 compared, and it cannot be
        told; 64 wrong usage; 65 bad data; 66 input missing; 70 a bug of ours; 71 out
        of memory, or a library missing; 73 output cannot be created; 74 reading or
        writing failed; 75 in use; 77 no permission; 128 + n ended by signal n; 141 the
        reader of stdout went away.

        Environment: LORA_INSTRUCTION_SET is portable, avx2, avx512 or neon, to compute
        with that in place of the fastest that the processor has. LORA_LAPACK is the
        library to decompose matrices with, in place of the system's OpenBLAS; that is
        told what processor it runs on unless OPENBLAS_CORETYPE does.

        USAGE: lora <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        TRAINING SUBCOMMANDS:
          synth                   Make a dataset to try things on.
          pretrain                Train a network from scratch on a table.
          train                   Train an adapter for a frozen network on a table.
          eval                    Score a network or a model of text, with or without
                                  an adapter.
          predict                 Write what a network makes of each row of a table, as
                                  CSV.

        TEXT SUBCOMMANDS:
          tokenize                Make tokens of text, or text of tokens.
          generate                Continue a text with a language model, with or
                                  without an adapter.

        MERGING SUBCOMMANDS:
          merge                   Add adapters to a checkpoint: W' = W + weight · s·B·A.
          unmerge                 Take out of a checkpoint what was merged into it.
          swap                    Exchange what is merged into a checkpoint for other
                                  adapters.
          recover                 Bring an interrupted change in place to its end.
          verify                  Prove that a checkpoint is what it says.

        CONVERSION SUBCOMMANDS:
          convert                 Write an adapter in another program's format, or a
                                  checkpoint in another form.
          extract                 Make an adapter from a checkpoint and its base.
          resize                  Give an adapter other ranks, at the least possible
                                  error.
          combine                 Make one adapter of several weighted ones.
          quantize                Store the weights of linear layers in 4 or 8 bits.
          dequantize              Write out in full what is stored in 4 or 8 bits.

        INSPECTION SUBCOMMANDS:
          inspect                 Say what a file is and what it holds.
          plan                    Say what adapters of a model cost, before anything is
                                  trained.
          spectrum                Say how low-rank an update is: singular values,
                                  energy by rank.
          diff                    Say what differs between two checkpoints or two
                                  adapters.
          explore                 Make a page with a rank slider: heat maps, energy,
                                  and what a rank costs.

          See 'lora help <subcommand>' for detailed help.

        """)
  }

  @Test(arguments: [
    ["inspect", "--help"], ["help", "inspect"], ["inspect", "-h", "nothing-here"],
  ])
  func `inspect explains itself`(_ arguments: [String]) throws {
    let result = try Tool.run(arguments)
    #expect(result.exitCode == 0)
    #expect(result.errorText == "")
    #expect(
      result.text == """
        OVERVIEW: Say what a file is and what it holds.

        Reads checkpoints, adapters and merged checkpoints: a file, a folder, or '-'
        for stdin, each also inside gzip. Only headers are read, so that a file of any
        size answers at once. Of many tensors, alike ones of many layers are listed
        together.

        --audit measures the update of every module of an adapter: its norm, its stable
        rank, and how much of it is in few outputs or inputs. A module stands out when
        it is more than 5 median deviations from the median of its family, the same
        projection over the layers, and besides by a factor of 2 (norm, stable rank) or
        by a fifth of the energy (outputs, inputs); families of fewer than 4 are not
        judged. Modules without effect, layers left out, embedding rows, parameters
        brought whole, mixed types and what the settings have strange are listed too.
        It is a signal, not a proof, and changes no exit status.

        --json gives {"files": [...]}, for each file: path, kind (checkpoint, adapter,
        merged checkpoint), form (file, folder, sharded folder, stream), compression,
        file_bytes, bytes, tensor_count, parameters, metadata, totals [dtype, tensors,
        parameters, bytes] and tensors [name, dtype, shape, bytes, file]. An adapter
        has adapter: dialect, rank, alpha, scaling, rank_stabilized, dora, targets,
        module_count, replaced, parameters, weight_reduction, base_model,
        base_fingerprint, task_type, zero_module_count, stray, findings, base [path,
        parameters, reduction, bytes, share] and modules [module, rank, scaling,
        parameters, reduction]. A merged checkpoint has merged: base_fingerprint,
        adapters [path, weight, fingerprint] and, of reversible merges, remainders
        [remainder, bytes, share of the weights it restores]. A quantized one has
        quantized: weights and formats. --check adds check: read_bytes, fingerprint,
        non_finite_count and non_finite [tensor, count]. --audit adds audit: audited,
        standing_out, thresholds, findings [what, where, finding, value, usual,
        deviations], families [family, modules, norm, stable_rank, output_share,
        input_share] and modules [module, norm, spectral_norm, stable_rank,
        output_share, input_share].

        USAGE: lora inspect <file> ... [--base <checkpoint>] [--check] [--audit] [--summary] [--tensors] [--threads <count>] [--json] [--quiet]

        ARGUMENTS:
          <file>                  What to look at; '-' is stdin.

        OPTIONS:
          --base <checkpoint>     Checkpoint to compare adapters with: its size, and
                                  with --check whether they fit.
          --check                 Read every byte: checksums, shards against their
                                  index, infinities and NaNs counted. Exit 65 when
                                  something is wrong.
          --audit                 Say what stands out in an adapter; reads every byte,
                                  as --check.
          --summary               List no tensors, only totals.
          --tensors               List every tensor, and every module of an adapter.
          --threads <count>       Threads to compute with. (default: all cores)
          --json                  Report as JSON.
          --quiet                 Show no progress and no report, except one asked for
                                  with --json.
          --version               Show the version.
          -h, --help              Show help information.

        """)
  }

  @Test func `merge explains itself`() throws {
    let result = try Tool.run(["help", "merge"])
    #expect(result.exitCode == 0)
    #expect(
      result.text == """
        OVERVIEW: Add adapters to a checkpoint: W' = W + weight · s·B·A.

        Each adapter tensor is applied or the merge is refused. The sum is taken in f32
        (f64 for f64 weights), one fused multiply-add a rank, adapters in the order
        given, and rounded once to the weight's own type, so the result has the same
        bits on every machine and for any --threads. The output has the form of the
        base: a file, a folder with its shards and side files, or a stream on '-'. A
        name in .safetensors or .gz makes one file of a folder. With --reversible a
        remainder goes beside the result, or into its folder as
        lora_remainder.safetensors.

        Into quantized weights (lora quantize, bitsandbytes) a merge has to be told
        how. --dequantize writes all of them out; the result is that of a merge into
        what lora dequantize writes. --requantize rounds those that change to codes
        again; the report has the error that adds to the exact merge, and its size
        beside the delta's. The remainder of such a merge holds the tensors that it
        replaces.

        USAGE: lora merge [<options>] <base> <adapter[@weight]> ...

        ARGUMENTS:
          <base>                  Checkpoint: a file, a folder, or '-' for stdin.
          <adapter[@weight]>      Adapters, each with the weight it is added with (1 if
                                  left out).

        OPTIONS:
          --initial-adapter <path>
                                  For a PiSSA, OLoRA, CorDA or LoRA-GA adapter: the
                                  adapter it started from.
          --part <part>           Take one part of an adapter of an image model, whose
                                  other parts have their weights in another file: unet
                                  (also transformer), te1, te2 or te3. The report names
                                  what is left out. (values: unet, te1, te2, te3)
          --dtype <type>          Write floating-point tensors as f32, f16, bf16 or
                                  f64. (default: each tensor's own) (values: f32, f16,
                                  bf16, f64)
          --tied <policy>         When the adapter changes one of two tied weights:
                                  'both' changes the shared matrix, 'untie' gives each
                                  side its own and says so in config.json, 'error'
                                  refuses. (values: both, untie, error)
          --resize-vocab          Let the adapter's embeddings bring another number of
                                  tokens, and its tokenizer.
          --dequantize            For a quantized base: write its weights out in full,
                                  in the type that each was before; --dequantize=bf16
                                  in that type.
          --dequantize-as <type>  What --dequantize=type is short for: f32, f16, bf16
                                  or f64. (values: f32, f16, bf16, f64)
          --requantize            For a quantized base: round the weights that change
                                  to codes again, and say what that adds to the error.
          --reversible            Also write a remainder: what rounding loses, about a
                                  hundredth of the weights. With it the merge comes out
                                  again bit for bit, without the base.
          --remainder <path>      Where the remainder goes; needs --reversible.
          -o, --output <path>     What to write: a file, a folder, or '-' for stdout.
          --in-place              Change the checkpoint itself, under a journal: killed
                                  at any moment, lora recover finishes or undoes the
                                  change.
          --force                 Replace the output if it exists; in place, also while
                                  another process has it open.
          --no-sync               Do not wait until the output has reached the disk.
          --gzip/--no-gzip        Write inside gzip. (default: when the output ends in
                                  .gz)
          --shard-size <size>     Cut a folder's weights into files of at most this
                                  size, as 5GB or 500MiB.
          --any-base              Merge even when an adapter records another base's
                                  fingerprint.
          --threads <count>       Threads to compute with. (default: all cores)
          --json                  Report as JSON.
          --quiet                 Show no progress and no report, except one asked for
                                  with --json.
          --version               Show the version.
          -h, --help              Show help information.

        """)
  }

  @Test(arguments: [
    ("bash", "complete -o filenames -F _lora lora"), ("zsh", "#compdef lora"),
    ("fish", "complete -c 'lora'"),
  ])
  func `each shell gets its completions`(_ shell: String, _ sign: String) throws {
    let result = try Tool.run(["--generate-completion-script", shell])
    #expect(result.exitCode == 0)
    #expect(result.errorText == "")
    #expect(result.text.contains(sign))
    #expect(result.text.contains("inspect"))
  }
}
