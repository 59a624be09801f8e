// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A separate package, so that the main build doesn't include it. scripts/fuzz builds it with instrumentation flags,
// without which it doesn't link.
let modules = Target.Dependency.product(name: "FuzzedModules", package: "dataarts-fabric-exporter")
let http = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let embedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "fuzz",
    dependencies: [
        .package(name: "dataarts-fabric-exporter", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        // The file of WebServer that parses untrusted input, without the rest of the module, which builds slowly.
        .target(name: "Negotiation", dependencies: [modules], swiftSettings: strict),
        // The parsers of requests, without TLS and sockets.
        .target(name: "Requests", dependencies: [http, modules], swiftSettings: strict),
        .executableTarget(
            name: "fuzz", dependencies: ["Negotiation", "Requests", http, embedded, modules], swiftSettings: strict),
    ]
)
