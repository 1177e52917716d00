/// Texts as tokens.
package struct Encoding: Equatable, Sendable {
  package internal(set) var ids: [Int] = []
  /// Of each token, the bytes of its text that it stands for, in order.
  ///
  /// A token that is put in has none, and stands at a place; characters that were removed belong to no
  /// token. With a tokenizer that changes nothing, the spans tile the text.
  package internal(set) var spans: [Range<Int>] = []
  /// Of each token, which text it is of: 0 or 1, or nil for one that was put in.
  package internal(set) var texts: [Int?] = []
  /// Of each token, the type that models of pairs tell texts apart by.
  package internal(set) var types: [Int] = []

  package var count: Int { ids.count }

  mutating func add(_ tokens: TokenList, of text: Int, type: Int) {
    ids += tokens.ids
    spans += tokens.spans
    texts += repeatElement(Int?.some(text), count: tokens.ids.count)
    types += repeatElement(type, count: tokens.ids.count)
  }

  mutating func add(special: [Int], at place: Int, type: Int) {
    ids += special
    spans += repeatElement(place..<place, count: special.count)
    texts += repeatElement(nil, count: special.count)
    types += repeatElement(type, count: special.count)
  }
}
