/// Takes the bytes that a rewrite makes.
package protocol RewriteSink: AnyObject, Sendable {
  /// Whether pieces may come in any order and from several threads; else they come in the plan's.
  var acceptsAnyOrder: Bool { get }

  /// Takes bytes of one of the plan's results, counted over all its shards.
  func take(_ bytes: RawSpan, ofResult result: Int, at offset: Int) throws
}
