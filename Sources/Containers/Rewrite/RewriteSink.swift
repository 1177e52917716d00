/// Takes the bytes that a rewrite makes.
package protocol RewriteSink: AnyObject, Sendable {
  /// Whether chunks may come in any order and from several threads; else they come in the plan's.
  var acceptsAnyOrder: Bool { get }

  /// Takes bytes of one tensor of the plan, counted over all its shards.
  func take(_ bytes: RawSpan, ofTensor tensor: Int, at offset: Int) throws
}
