import JSON
import OrderedCollections
import Tables
import Training

extension ModelDescription {
  static func sources(
    _ metadata: OrderedDictionary<String, String>, _ file: String
  ) throws(ModelError) -> [FeatureSource]? {
    guard let text = metadata["features"] else { return nil }
    let list = (try? JSONValue(parsing: text))?.array
    let sources = list?.compactMap { FeatureSource($0) }
    guard let list, let sources, sources.count == list.count else {
      throw .metadata(
        file: file, key: "features", expected: "a JSON list of columns", found: text)
    }
    return sources
  }

  static func scaling(
    _ metadata: OrderedDictionary<String, String>, _ file: String
  ) throws(ModelError) -> FeatureScaling? {
    guard let text = metadata["scaling"] else { return nil }
    guard let value = try? JSONValue(parsing: text), let scaling = FeatureScaling(value) else {
      throw .metadata(
        file: file, key: "scaling", expected: "lists of finite numbers, one an input", found: text)
    }
    return scaling
  }
}

extension FeatureSource {
  var json: JSONValue {
    var members: RunSettings = [("column", .string(column))]
    if let categories {
      members.append(("categories", .array(categories.map { .string($0) })))
    }
    return JSONValue(members: members)
  }

  init?(_ json: JSONValue) {
    guard let column = json["column"]?.string else { return nil }
    let categories = json["categories"]?.array
    let names = categories?.compactMap(\.string)
    guard names?.count == categories?.count else { return nil }
    self.init(column: column, categories: names)
  }
}

extension FeatureScaling {
  var json: JSONValue {
    func list(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
    var members: RunSettings = []
    if let fill { members.append(("fill", list(fill))) }
    members += [("mean", list(mean)), ("deviation", list(deviation))]
    if let limit { members.append(("limit", .number(limit))) }
    return JSONValue(members: members)
  }

  init?(_ json: JSONValue) {
    func numbers(_ key: String) -> [Double]? {
      guard let list = json[key]?.array else { return nil }
      let values = list.compactMap(\.double).filter(\.isFinite)
      return values.count == list.count ? values : nil
    }
    guard let mean = numbers("mean"), let deviation = numbers("deviation"),
      deviation.count == mean.count, deviation.allSatisfy({ $0 != 0 }),
      json["fill"] == nil || numbers("fill")?.count == mean.count,
      json["limit"] == nil || json["limit"]?.double ?? 0 > 0
    else { return nil }
    self.init(
      fill: numbers("fill"), mean: mean, deviation: deviation, limit: json["limit"]?.double)
  }
}
