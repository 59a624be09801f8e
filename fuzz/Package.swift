// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A package of its own, so that the main build never pays for it. scripts/fuzz builds it, with the flags that instrument
// every object; without them it does not link.
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
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
    ],
    targets: [
        // The one file of WebServer that reads what others wrote, without the web server around it, which
        // takes longer to build than all the rest.
        .target(name: "Negotiation", dependencies: [modules], swiftSettings: strict),
        // What reads requests, without TLS and sockets.
        .target(name: "Requests", dependencies: [http, modules], swiftSettings: strict),
        .executableTarget(
            name: "fuzz", dependencies: ["Negotiation", "Requests", http, embedded, modules], swiftSettings: strict),
    ]
)
