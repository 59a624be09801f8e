// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The targets are layers, lowest first, and imports go one way only: docs/architecture.md says which layer may know which. The build is
// run with `--explicit-target-dependency-import-check error`, so an import that is not declared here does not compile.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle: [Target.Dependency] = ["ServiceLifecycle", "UnixSignals"].map {
    .product(name: $0, package: "swift-service-lifecycle")
}
let tls = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOTLS"].map {
    .product(name: $0, package: "swift-nio")
}

// A product of each package that only the others need: SwiftPM warns about a package that no target uses. The program is linked with
// the first three anyway; nothing of the last is built here.
let pinned: [Target.Dependency] = [
    .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
    .product(name: "Atomics", package: "swift-atomics"),
    .product(name: "DequeModule", package: "swift-collections"),
    .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.windows])),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ module: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: module + "Tests",
        dependencies: [.target(name: module)] + dependencies,
        exclude: exclude,
        swiftSettings: strict
    )
}

let revision = Context.gitInformation.map { $0.currentCommit + ($0.hasUncommittedChanges ? "-dirty" : "") } ?? "unknown"

let package = Package(
    name: "dataarts-fabric-exporter",
    products: [
        .executable(name: "dataarts-fabric-exporter", targets: ["dataarts-fabric-exporter"]),
        // For the package in fuzz/ alone; the main build never makes it.
        .library(
            name: "FuzzedModules",
            targets: ["Base", "Config", "Exposition", "Fabric", "HTTPClient", "Listings", "TestSupport"]),
    ],
    // Exact, so that a commit can be built again. Package.resolved would pin commits, which differ between mirrors.
    // scripts/check-packages fails if another version, or a package that is not listed, was resolved.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),

        // Packages that the others need.
        .package(url: "https://github.com/apple/swift-async-algorithms", exact: "1.1.4"),
        .package(url: "https://github.com/apple/swift-atomics", exact: "1.3.0"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        // C libraries, each behind one thin header.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // C and C++ of our own.
        // Contains simdjson, because no version of its library is in both Debian 12 and 13.
        .target(
            name: "CFabricJSON",
            exclude: ["simdjson/LICENSE", "simdjson/README.md"],
            cxxSettings: [.unsafeFlags(["-O2", "-fno-exceptions", "-fno-rtti"])]
        ),
        .target(name: "CSupport", cSettings: [.define("EXPORTER_REVISION", to: "\"\(revision)\"")]),

        // Modules, each above those it depends on.
        module("Base", ["COpenSSL"]),
        module("HTTPClient", ["Base", "CCurl", "COpenSSL"]),
        module("Fabric", ["Base", "CFabricJSON", "HTTPClient"]),
        module("Exposition", ["Base", "CZlib"]),
        module("Listings", ["Base", "Exposition", "Fabric"]),
        module("Polling", ["Base", "Exposition", "Fabric", "Listings", logging]),
        module("Config", ["Base", "CYAML", "Fabric", "HTTPClient"]),
        module("HTTPServer", ["Base", logging, tls] + nio),
        module("WebServer", ["Base", "CCrypt", "Exposition", "Fabric", "HTTPServer", "Listings", "Polling"]),
        module(
            "Exporter",
            [
                "Base", "Config", "CSupport", "Exposition", "Fabric", "HTTPClient", "HTTPServer", "Listings", "Polling",
                "WebServer", logging,
            ] + lifecycle + pinned),
        module("Simulator", ["Base", "HTTPServer", logging]),
        .executableTarget(
            name: "dataarts-fabric-exporter",
            dependencies: [
                "Base", "Config", "CSupport", "Exporter", "Exposition", "Fabric", "Polling", "Simulator",
                argumentParser, logging,
            ],
            swiftSettings: strict
        ),

        // Tests. What several of them need lives in TestSupport, which no product contains.
        .target(
            name: "TestSupport",
            dependencies: ["Base", "CZlib", "Exposition", "Fabric", "HTTPClient"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        // The soak, run by scripts/soak. Optimized, because it reads every number of every page while it keeps the
        // simulator running beside.
        .executableTarget(
            name: "fabric-soak",
            dependencies: ["HTTPServer", "Simulator", "TestSupport", logging],
            path: "Tests/Soak",
            swiftSettings: strict + [.unsafeFlags(["-O"])]
        ),
        // One piece of work at a time, for scripts/check-costs and profilers.
        .executableTarget(
            name: "fabric-costs",
            dependencies: ["Base", "Exposition", "Fabric", "HTTPClient", "Listings"],
            path: "Tests/Costs",
            swiftSettings: strict
        ),
        .testTarget(
            name: "SoakTests",
            dependencies: ["fabric-soak", "Simulator", "TestSupport"],
            swiftSettings: strict
        ),
        tests("Base", ["TestSupport"]),
        tests("HTTPClient", ["Base", "TestSupport"]),
        tests("Fabric", ["Base", "HTTPClient", "TestSupport"], exclude: ["signing-vectors.json"]),
        tests("Exposition", ["Base", "TestSupport"], exclude: ["Goldens"]),
        tests("Listings", ["Base", "Exposition", "Fabric", "HTTPClient", "TestSupport"], exclude: ["Goldens"]),
        tests(
            "Polling", ["Base", "Exposition", "Fabric", "HTTPClient", "Listings", "TestSupport", logging],
            exclude: ["Goldens"]),
        tests("Config", ["Base", "Fabric", "HTTPClient"]),
        tests("HTTPServer", ["TestSupport", logging] + nio),
        tests(
            "WebServer", ["Base", "Exposition", "Fabric", "HTTPServer", "Listings", "Polling", "TestSupport"],
            exclude: ["Goldens"]),
        tests(
            "Exporter",
            [
                "Base", "Config", "Exposition", "Fabric", "HTTPClient", "Polling", "Simulator", "TestSupport",
                "WebServer", logging,
            ]),
        tests("Simulator", ["Base", "HTTPServer", "TestSupport", logging]),
    ],
    cxxLanguageStandard: .cxx17
)
