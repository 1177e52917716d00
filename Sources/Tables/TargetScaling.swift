import Kernels
import Tensors

/// What is done to the targets of a regression while a network is trained on them from scratch, so
/// that it begins near them whatever their unit is.
///
///     t' = (t - mean) / deviation
package struct TargetScaling: Sendable, Equatable {
  /// One an output.
  package let mean: [Double]
  /// One an output; 1 where all targets are equal.
  package let deviation: [Double]

  /// Measures the targets of `data`; nil for classes.
  package init?<Scalar>(of data: Dataset<Scalar>) {
    guard case .values(let values) = data.targets, values.rows > 0 else { return nil }
    let moments = FeatureScaling.moments(of: values)
    mean = moments.map(\.mean)
    deviation = moments.map { $0.deviation > 0 ? $0.deviation : 1 }
  }

  /// `data` with its targets scaled.
  package func applied<Scalar>(to data: Dataset<Scalar>) -> Dataset<Scalar> {
    guard case .values(var values) = data.targets else { return data }
    FeatureScaling(fill: nil, mean: mean, deviation: deviation).apply(to: &values)
    return Dataset(
      sources: data.sources, targetNames: data.targetNames, features: data.features,
      targets: .values(values), classes: data.classes)
  }
}
