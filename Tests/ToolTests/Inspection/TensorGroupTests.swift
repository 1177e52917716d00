import LoRACommand
import Tensors
import Testing

private func tensor(_ name: String, _ shape: Shape = [2, 3], _ type: DType = .f32)
  -> InspectedTensor
{
  InspectedTensor(
    name: name, type: type, shape: shape, byteCount: shape.byteCount(of: type) ?? 0,
    parameterCount: shape.elementCount)
}

@Suite struct TensorGroupTests {
  @Test(arguments: [
    (["a.weight"], ["a.weight"]),
    (["l.0.w", "l.1.w", "l.2.w"], ["l.{0..2}.w"]),
    (["l.0.w", "l.1.w"], ["l.{0,1}.w"]),
    (["0.weight", "2.weight", "4.weight"], ["{0,2,4}.weight"]),
    (["l.0.w", "l.1.w", "l.2.w", "l.7.w"], ["l.{0..2,7}.w"]),
    (["l.0.w", "l.2.w", "l.4.w", "l.6.w", "l.8.w", "l.10.w"], ["l.{0,2,4,…,10}.w"]),
    (["l.0.e.0.w", "l.0.e.1.w", "l.1.e.0.w", "l.1.e.1.w"], ["l.{0,1}.e.{0,1}.w"]),
    (["l.3.w"], ["l.3.w"]),
    (["l.00.w", "l.01.w"], ["l.00.w", "l.01.w"]),
    (["h1.w", "h2.w"], ["h1.w", "h2.w"]),
    (["l.99999999999999999999.w", "l.1.w"], ["l.99999999999999999999.w", "l.1.w"]),
    (["", "."], ["", "."]),
  ])
  func `names that differ in numbers only are read once`(
    _ names: [String], _ expected: [String]
  ) {
    let groups = TensorGroup.groups(of: names.map { tensor($0) })
    #expect(groups.map(\.name) == expected)
    #expect(groups.reduce(0) { $0 + $1.count } == names.count)
    #expect(groups.reduce(0) { $0 + $1.byteCount } == 24 * names.count)
  }

  @Test func `what has another shape or dtype is another group`() {
    let groups = TensorGroup.groups(of: [
      tensor("l.0.w"), tensor("l.1.w", [3, 2]), tensor("l.2.w", [2, 3], .bf16), tensor("l.3.w"),
    ])
    #expect(groups.map(\.name) == ["l.{0,3}.w", "l.1.w", "l.2.w"])
    #expect(groups.map(\.count) == [2, 1, 1])
  }
}
