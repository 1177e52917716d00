/// The names that are known at a place of a template, and around it.
final class TemplateScope {
  private var values: [String: TemplateValue]
  private let outer: TemplateScope?

  init(_ values: [String: TemplateValue] = [:], within outer: TemplateScope? = nil) {
    self.values = values
    self.outer = outer
  }

  subscript(name: String) -> TemplateValue? {
    get {
      var scope: TemplateScope? = self
      while let current = scope {
        if let value = current.values[name] { return value }
        scope = current.outer
      }
      return nil
    }
    set { values[name] = newValue }
  }
}
