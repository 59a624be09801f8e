// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A package of its own, so that the main build never pays for it. scripts/fuzz builds it, with the flags that instrument
// every object; without them it does not link.
let rooms = Target.Dependency.product(name: "FuzzedRooms", package: "dataarts-fabric-exporter")
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "dataarts-fabric-exporter", path: "..")],
    targets: [
        // The one file of the room MetricsServer that reads what others wrote, without the web server around it, which
        // takes longer to build than all the rest.
        .target(name: "Negotiation", dependencies: [rooms], swiftSettings: strict),
        .executableTarget(name: "fuzz", dependencies: ["Negotiation", rooms], swiftSettings: strict),
    ]
)
