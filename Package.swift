// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// One target per room, imports one way only: docs/architecture.md says which room may know which. The build is run
// with `--explicit-target-dependency-import-check error`, so an import that is not declared here does not compile.
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

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
    _ room: String, _ dependencies: [Target.Dependency] = [], goldens: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: room + "Tests",
        dependencies: [.target(name: room)] + dependencies,
        exclude: goldens,
        resources: resources,
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
            name: "FuzzedRooms",
            targets: [
                "Aggregation", "ExporterConfig", "Exposition", "FabricAPI", "FabricAuth", "FabricModel", "Secrets",
                "TestSupport", "Transport",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
        .package(url: "https://github.com/apple/swift-nio-ssl", .upToNextMinor(from: "2.37.6")),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", .upToNextMinor(from: "2.13.0")),
    ],
    targets: [
        // C libraries, each behind one thin header.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CMemfd"),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(
            name: "CFabricJSON",
            cxxSettings: [.unsafeFlags(["-O2", "-fno-exceptions", "-fno-rtti"])],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),

        .target(name: "CBuildInfo", cSettings: [.define("EXPORTER_REVISION", to: "\"\(revision)\"")]),

        .target(name: "CStopSignals"),

        // Rooms.
        room("Clocks"),
        room("Files"),
        room("Secrets", ["Files"]),
        room("Transport"),
        room("CurlTransport", ["CCurl", "COpenSSL", "Files", "Transport"]),
        room("FabricModel"),
        room("FabricAuth", ["CFabricJSON", "Clocks", "Digests", "FabricModel", "JSONText", "Secrets", "Transport"]),
        room("FabricAPI", ["CFabricJSON", "Clocks", "FabricAuth", "FabricModel", "Secrets", "Transport"]),
        room("Digests", ["COpenSSL"]),
        room("JSONText"),
        room("Exposition", ["CMemfd", "CZlib", "JSONText"]),
        room("Aggregation", ["Exposition", "FabricModel"]),
        room("ExporterConfig", ["CYAML", "Files", "JSONText", "Secrets"]),
        room("StatusReport", ["Aggregation", "FabricModel"]),
        room(
            "Polling",
            [
                "Aggregation", "Clocks", "Exposition", "FabricAPI", "FabricAuth", "FabricModel", "StatusReport",
                logging,
            ]),
        room("HTTPListener", nio + [tls, logging]),
        room(
            "MetricsServer",
            [
                "Aggregation", "CCrypt", "Digests", "Exposition", "FabricModel", "HTTPListener", "JSONText", "Secrets",
                "StatusReport", logging,
            ]),
        room("FabricSimulator", ["Digests", "HTTPListener", logging]),
        room(
            "FabricExporter",
            [
                "Aggregation", "CBuildInfo", "CStopSignals", "Clocks", "CurlTransport", "Exposition", "ExporterConfig",
                "FabricAPI",
                "FabricAuth", "FabricModel", "Files", "HTTPListener", "JSONText", "MetricsServer", "Polling", "Secrets",
                "StatusReport", "Transport", logging,
            ] + lifecycle
        ),
        .executableTarget(
            name: "dataarts-fabric-exporter",
            dependencies: [
                "CMalloc", "Exposition", "ExporterConfig", "FabricExporter", "FabricSimulator", "Secrets",
                argumentParser, logging,
            ],
            swiftSettings: strict
        ),

        // Tests. What several of them need lives in TestSupport, which no product contains.
        .target(
            name: "TestSupport",
            dependencies: ["CZlib", "Clocks", "Exposition", "FabricModel", "Transport"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        // The soak, run by scripts/soak. Optimised, because it reads every number of every page while it keeps the
        // simulator running beside.
        .executableTarget(
            name: "fabric-soak",
            dependencies: ["FabricSimulator", "TestSupport", logging],
            path: "Tests/Soak",
            swiftSettings: strict + [.unsafeFlags(["-O"])]
        ),
        // One piece of work at a time, for scripts/check-costs and profilers.
        .executableTarget(
            name: "fabric-costs",
            dependencies: [
                "Aggregation", "Clocks", "Exposition", "FabricAPI", "FabricAuth", "FabricModel", "Secrets", "Transport",
            ],
            path: "Tests/Costs",
            swiftSettings: strict
        ),
        .testTarget(
            name: "SoakTests",
            dependencies: ["FabricSimulator", "TestSupport", "fabric-soak"],
            swiftSettings: strict
        ),
        tests("Aggregation", ["Exposition", "FabricModel", "TestSupport"], goldens: ["Goldens"]),
        tests("CurlTransport", ["TestSupport", "Transport"]),
        tests("ExporterConfig", ["Files", "Secrets"]),
        tests("Exposition", ["TestSupport"], goldens: ["Goldens"]),
        tests("FabricAPI", ["Clocks", "FabricAuth", "FabricModel", "Secrets", "TestSupport", "Transport"]),
        tests(
            "FabricAuth", ["Clocks", "Secrets", "TestSupport", "Transport"], goldens: ["signing-vectors.json"]),
        tests(
            "FabricExporter",
            [
                "Clocks", "CurlTransport", "ExporterConfig", "Exposition", "FabricAPI", "FabricAuth", "FabricModel",
                "FabricSimulator", "Files", "MetricsServer", "Polling", "Secrets", "StatusReport", "TestSupport",
                logging,
            ]),
        tests("FabricModel"),
        tests("Files"),
        tests("Digests"),
        tests("JSONText"),
        tests("FabricSimulator", ["Digests", "HTTPListener", "TestSupport", logging]),
        tests("HTTPListener", nio + ["TestSupport", logging]),
        tests(
            "MetricsServer",
            ["Aggregation", "Exposition", "FabricModel", "HTTPListener", "Secrets", "StatusReport", "TestSupport"],
            goldens: ["Goldens"]),
        tests(
            "Polling",
            [
                "Aggregation", "Clocks", "Exposition", "FabricAPI", "FabricAuth", "FabricModel", "Secrets",
                "StatusReport", "TestSupport", "Transport", logging,
            ],
            goldens: ["Goldens"]
        ),
    ],
    cxxLanguageStandard: .cxx17
)
