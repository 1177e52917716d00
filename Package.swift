// swift-tools-version: 6.2
import PackageDescription

/// Memory safety is checked in every Swift target; `unsafe` appears only behind its two doors,
/// `Kernels` and `Containers/IO`.
///
/// With LORA_STRICT in the environment a warning fails the build: for our own checks only, as a
/// newer compiler than ours may warn about something else.
let isStrict = Context.environment["LORA_STRICT"] != nil
let settings: [SwiftSetting] =
  [.strictMemorySafety(), .enableUpcomingFeature("ExistentialAny")]
  + (isStrict ? [.treatAllWarnings(as: .error)] : [])
let kernelSettings: [CSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(
  name: "OrderedCollections", package: "swift-collections")

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "lora",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "lora", targets: ["lora"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.4.0"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["libz-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CXXHash", pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),

    // From the bottom up: each may import what stands above it here, never what stands below.
    .target(name: "CKernels", dependencies: ["CXXHash"], cSettings: kernelSettings),
    .target(
      name: "Kernels", dependencies: ["CKernels", "CZlib", "CXXHash"],
      swiftSettings: settings),
    .target(name: "Tensors", dependencies: ["Kernels"], swiftSettings: settings),
    .target(name: "JSON", dependencies: ["Tensors", collections], swiftSettings: settings),
    .target(
      name: "Containers", dependencies: ["JSON", "Tensors", "Kernels", collections, system],
      swiftSettings: settings),
    .target(
      name: "Models", dependencies: ["Containers", "JSON", "Tensors", "Kernels", collections],
      swiftSettings: settings),
    .target(
      name: "Adapters",
      dependencies: ["Models", "Containers", "JSON", "Tensors", "Kernels", collections],
      swiftSettings: settings),
    // Two things that are done with adapters; neither knows of the other.
    .target(
      name: "Merging",
      dependencies: [
        "Adapters", "Models", "Containers", "JSON", "Tensors", "Kernels", collections,
      ],
      swiftSettings: settings),
    .target(
      name: "Spectra",
      dependencies: [
        "Adapters", "Models", "Containers", "JSON", "Tensors", "Kernels", collections,
      ],
      swiftSettings: settings),
    .target(name: "Tables", dependencies: ["Tensors", "Kernels"], swiftSettings: settings),
    .target(
      name: "Text", dependencies: ["Tables", "JSON", "Tensors", collections],
      swiftSettings: settings),
    .target(
      name: "Training", dependencies: ["Tables", "Tensors", "Kernels"], swiftSettings: settings),
    .target(name: "Reports", swiftSettings: settings),
    .target(
      name: "LoRACommand",
      dependencies: [
        "Training", "Text", "Tables", "Merging", "Spectra", "Adapters", "Models", "Containers",
        "JSON",
        "Tensors",
        "Kernels", "Reports", argumentParser, collections, system,
      ],
      swiftSettings: settings),
    .executableTarget(name: "lora", dependencies: ["LoRACommand"], swiftSettings: settings),

    // One mirror target each, and the built binary as a user runs it.
    .target(
      name: "TestSupport", dependencies: ["Tables", "Containers", "Tensors"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "TestSupport"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "Kernels", "TestSupport"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "Tensors"]),
    .testTarget(
      name: "ContainersTests",
      dependencies: [
        "Containers", "JSON", "Tensors", "Kernels", "TestSupport", collections, system,
      ]),
    .testTarget(
      name: "ModelsTests", dependencies: ["Models", "Containers", "JSON", "Tensors", "TestSupport"]),
    // Adapters and the bases they go on, made for one test; a dialect is read right when its merge
    // is right, so that these know how to merge.
    .target(
      name: "AdapterSamples",
      dependencies: [
        "Merging", "Adapters", "Containers", "JSON", "Tensors", "Kernels", "TestSupport",
        collections,
      ],
      path: "Tests/AdapterSamples", swiftSettings: settings),
    .testTarget(
      name: "AdaptersTests",
      dependencies: [
        "AdapterSamples", "Adapters", "Models", "Containers", "JSON", "Tensors", "Kernels",
        "TestSupport", collections,
      ]),
    .testTarget(
      name: "MergingTests",
      dependencies: [
        "AdapterSamples", "Merging", "Adapters", "Models", "Containers", "JSON", "Tensors",
        "Kernels", "TestSupport", collections,
      ]),
    .testTarget(
      name: "SpectraTests",
      dependencies: [
        "AdapterSamples", "Spectra", "Merging", "Adapters", "Containers", "JSON", "Tensors",
        "Kernels", "TestSupport", collections,
      ]),
    .testTarget(
      name: "TablesTests", dependencies: ["Tables", "Tensors", "Kernels", "TestSupport"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Tables", "Tensors", "Kernels", "TestSupport"]),
    .testTarget(name: "TextTests", dependencies: ["Text", "JSON", "Tensors", "TestSupport"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports"]),
    .testTarget(
      name: "ToolTests",
      dependencies: [
        "lora", "LoRACommand", "Containers", "JSON", "Tensors", "Kernels", "TestSupport",
        argumentParser,
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
