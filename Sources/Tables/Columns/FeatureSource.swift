/// A column of the table that becomes one input of the network, or one for each of its categories.
package struct FeatureSource: Sendable, Equatable {
  package let column: String
  /// The categories of a column of words, in the order of their inputs; nil for a column of numbers.
  package let categories: [String]?

  package init(column: String, categories: [String]?) {
    (self.column, self.categories) = (column, categories)
  }

  /// The names of its inputs: the column's own, or `COLUMN=CATEGORY` for each.
  package var inputNames: [String] {
    categories.map { $0.map { "\(column)=\($0)" } } ?? [column]
  }

  package var width: Int { categories?.count ?? 1 }
}
