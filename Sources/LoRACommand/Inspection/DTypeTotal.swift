import Reports
import Tensors

/// What a file holds of one dtype.
struct DTypeTotal: Sendable {
  let type: DType
  var tensorCount = 0
  /// Nil when those of one tensor are not known.
  var parameterCount: Int? = 0
  var byteCount = 0

  /// The totals of `tensors`, in the order in which their dtypes first appear.
  static func totals(of tensors: [InspectedTensor]) -> [DTypeTotal] {
    var totals: [DTypeTotal] = []
    for tensor in tensors {
      let index = totals.firstIndex { $0.type == tensor.type } ?? totals.count
      if index == totals.count { totals.append(DTypeTotal(type: tensor.type)) }
      totals[index].tensorCount += 1
      totals[index].parameterCount = totals[index].parameterCount.flatMap { sum in
        tensor.parameterCount.map { sum + $0 }
      }
      totals[index].byteCount += tensor.byteCount
    }
    return totals
  }

  static let columns: [Column<DTypeTotal>] = [
    Column("dtype") { $0.type.rawValue },
    Column("tensors", .grouped) { .integer($0.tensorCount) },
    Column("parameters", .grouped) { .integer(orMissing: $0.parameterCount) },
    Column("bytes", .binaryBytes) { .integer($0.byteCount) },
  ]
}
