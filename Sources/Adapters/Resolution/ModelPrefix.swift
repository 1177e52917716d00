/// The leading part that transformers' classes put around a bare model: their `base_model_prefix`.
///
/// `GPT2LMHeadModel` keeps a `GPT2Model` under `transformer.`. The hub's file is of the bare model and
/// has `h.0.mlp.c_fc.weight`; an adapter is trained on the other and says `transformer.h.0.mlp.c_fc`.
/// transformers adds or removes the prefix when it loads (`rename_source_key`), and so does `NameMap`.
///
/// Source: <https://github.com/huggingface/transformers/blob/main/src/transformers/core_model_loading.py>
enum ModelPrefix {
  /// Those that may be missing in the base and those that may be missing in the adapter.
  private static let general: Set<Substring> = [
    "albert", "altclip", "audio_spectrogram_transformer", "backbone", "beit", "bert", "biogpt",
    "bit", "blip", "bros", "canine", "chinese_clip", "clap", "clip", "convbert", "convnext",
    "convnextv2", "cpmant", "cvt", "data2vec_audio", "data2vec_text", "data2vec_vision",
    "deberta", "decision_transformer", "deit", "dinat", "dinov2", "dinov2_with_registers",
    "distilbert", "dpt", "efficientnet", "electra", "ernie", "esm", "esmc", "flava", "fnet",
    "focalnet", "funnel", "git", "glpn", "gpt_neox", "gpt_neox_japanese", "groupvit", "gte",
    "hiera", "hubert", "ibert", "ijepa", "layoutlm", "layoutlmv2", "layoutlmv3", "led", "levit",
    "lilt", "longformer", "luke", "lxmert", "markuplm", "mobilebert", "mobilenet_v1",
    "mobilenet_v2", "mobilevit", "mobilevitv2", "mpnet", "mra", "new", "nomic_bert",
    "nystromformer", "owlv2", "owlvit", "perceiver", "poolformer", "prophetnet", "pvt",
    "pvt_v2", "regnet", "rembert", "resnet", "roberta", "roberta_prelayernorm", "roc_bert",
    "roformer", "rwkv", "segformer", "sew", "sew_d", "siglip", "siglip2", "splinter",
    "swiftformer", "swin", "swin2sr", "swinv2", "switch_transformers", "tapas", "timesformer",
    "timm_model", "transformer", "unispeech", "unispeech_sat", "videomae", "vilt",
    "visual_bert", "vit", "vitdet", "vits", "vivit", "vjepa2", "wav2vec2", "wav2vec2_bert",
    "wav2vec2_conformer", "wavlm", "x_clip", "xcodec", "yoso", "zoedepth",
  ]

  /// Those of models with several towers: without it, a name could be of either.
  private static let towers: Set<Substring> = ["text_model", "vision_model", "audio_model"]

  /// The prefix that `name` begins with, where one of the base may stand before an adapter's name.
  static func leading(_ name: String) -> String? {
    let first = first(of: name)
    return general.contains(first) || towers.contains(first) ? String(first) : nil
  }

  /// The prefix that `name` begins with, where the base may lack it.
  static func removable(_ name: String) -> String? {
    let first = first(of: name)
    return general.contains(first) ? String(first) : nil
  }

  private static func first(of name: String) -> Substring {
    name.firstIndex(of: ".").map { name[..<$0] } ?? ""
  }
}
