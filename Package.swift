// swift-tools-version:6.2
import PackageDescription

// One setting for every room: Swift 6 language mode, complete concurrency checking, warnings are errors.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A module map for a C library that Debian ships.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A room of the house: a library target that imports only the rooms named before it.
func room(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

/// The tests of one room.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies, swiftSettings: settings)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "labourwatch",
  products: [
    .executable(name: "labourwatch", targets: ["labourwatch"]),
    // Loaded into the program by the fault harness; not shipped.
    .library(name: "FaultShim", type: .dynamic, targets: ["CFaultShim"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    system("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
    system("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    system("CLibZip", pkgConfig: "libzip", apt: "libzip-dev"),
    system("CExpat", pkgConfig: "expat", apt: "libexpat1-dev"),
    system("CLibXLSXWriter", pkgConfig: "xlsxwriter", apt: "libxlsxwriter-dev"),
    .target(name: "CIconv", path: "Sources/System/CIconv"),
    .target(name: "CLibCurl", path: "Sources/System/CLibCurl", linkerSettings: [.linkedLibrary("curl")]),

    room("Postgres", ["CLibPQ", logging]),
    room("Tabular", ["CIconv", "CZlib", "CLibZip", "CExpat"]),
    room("LabourMarket", []),
    room("Transfer", ["CLibCurl"]),
    room("Ingestion", ["Postgres", "Tabular", "LabourMarket", "Transfer", "CLibCrypto", yams, logging]),
    room("Forecasting", []),
    room("Shortfall", ["LabourMarket", "Forecasting"]),
    room("Simulation", ["LabourMarket"]),
    room("Assistance", ["LabourMarket"]),
    room(
      "Reporting", ["Transfer", "LabourMarket", "Tabular", "Assistance", "CLibXLSXWriter", "CLibCrypto", mustache],
      exclude: ["Templates"]),
    room(
      "Operations",
      [
        "Postgres", "Transfer", "Tabular", "LabourMarket", "Ingestion", "Forecasting", "Shortfall", "Simulation",
        "Assistance", "Reporting", yams, logging,
      ]),
    .executableTarget(
      name: "labourwatch", dependencies: ["Operations", arguments, logging], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Postgres", "LabourMarket"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("Postgres", ["Postgres", "TestSupport"]),
    tests("Tabular", ["Tabular", "TestSupport"]),
    tests("LabourMarket", ["LabourMarket", "TestSupport"]),
    tests("Transfer", ["Transfer", "TestSupport"]),
    tests("Ingestion", ["Ingestion", "TestSupport"]),
    tests("Forecasting", ["Forecasting"]),
    tests("Shortfall", ["Shortfall", "TestSupport"]),
    tests("Simulation", ["Simulation", "TestSupport"]),
    tests("Assistance", ["Assistance", "TestSupport"]),
    tests("Reporting", ["Reporting", "TestSupport"]),
    tests("Operations", ["Operations", "TestSupport"]),
    tests("EndToEnd", ["Operations", "TestSupport"]),

    .target(name: "CFaultShim", path: "Tests/Faults/Shim"),
    .target(
      name: "FaultHarness",
      dependencies: [
        "Postgres", "Tabular", "LabourMarket", "Simulation", "Operations", "TestSupport", "CLibXLSXWriter", "CLibZip",
      ], path: "Tests/Faults/Harness", swiftSettings: settings),
    .executableTarget(
      name: "faults", dependencies: ["FaultHarness", arguments], path: "Tests/Faults/Command", swiftSettings: settings),
    tests("Faults", ["FaultHarness"]),
  ]
)
