/// Whether a field says that its value is missing; the kernel knows the same words.
func isMissingWord(_ text: String) -> Bool {
  switch text {
  case "", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "None", "?": true
  default: false
  }
}

/// What a field says that is true or false; the kernel knows the same words.
func truthValue(of text: String) -> Bool? {
  switch text {
  case "true", "True", "TRUE", "yes", "Yes", "YES": true
  case "false", "False", "FALSE", "no", "No", "NO": false
  default: nil
  }
}
