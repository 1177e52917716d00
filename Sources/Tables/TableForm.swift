/// How a table is written.
package struct TableForm: Sendable {
  /// Whether the first record names the columns.
  package var hasHeader = true
  /// Whether numbers in the first record are names all the same.
  package var numbersAreNames = false
  /// The byte between fields; nil for the first of the usual ones that occurs.
  package var delimiter: UInt8?
  /// What comment lines begin with, if there are any.
  package var comment: UInt8?
  package var numbers = NumberForm()

  package init() {}
}

/// Which columns of a table are features, and what is made of them.
///
/// A list is one name, or names, indices and patterns with commas between.
package struct ColumnChoice: Sendable {
  /// Lists of the columns that are features; nil for all that are no target.
  package var chosen: [String]?
  /// Lists of columns that are passed over.
  package var dropped: [String] = []
  /// Lists of columns of words.
  package var categorical: [String] = []
  /// What stands in for missing values; nil when none may be missing.
  package var fill: FeatureScaling.Fill?
  /// Whether the mean is taken away and the deviation divided by.
  package var standardizes = false

  package init() {}

  /// Whether columns are chosen, or more than numbers.
  package var selectsColumns: Bool { chosen != nil || !dropped.isEmpty || !categorical.isEmpty }
}
