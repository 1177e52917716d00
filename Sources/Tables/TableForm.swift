/// How a table is written.
package struct TableForm: Sendable {
  /// Whether the first record names the columns.
  package var hasHeader = true
  /// The byte between fields; nil for the first of the usual ones that occurs.
  package var delimiter: UInt8?
  /// What comment lines begin with, if there are any.
  package var comment: UInt8?

  package init() {}
}

/// Which columns of a table are features, and what is made of them.
package struct ColumnChoice: Sendable {
  /// The columns that are features, by name or index; nil for all that are no target.
  package var chosen: [String]?
  /// Columns that are passed over, by name or index.
  package var dropped: [String] = []
  /// Columns of words, by name or index.
  package var categorical: [String] = []
  /// What stands in for missing values; nil when none may be missing.
  package var fill: FeatureScaling.Fill?
  /// Whether the mean is taken away and the deviation divided by.
  package var standardizes = false

  package init() {}

  /// Whether columns are chosen, or more than numbers.
  package var selectsColumns: Bool { chosen != nil || !dropped.isEmpty || !categorical.isEmpty }
}
