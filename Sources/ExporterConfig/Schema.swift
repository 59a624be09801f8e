// SPDX-License-Identifier: Apache-2.0

/// A mapping of the file: its keys, and what must hold between them. Reader and documentation both walk this table, so
/// that neither can know a key the other does not.
struct SchemaSection: Sendable {
    /// One or two sentences for people.
    let summary: String
    let keys: [SchemaKey]
    var rules: [SchemaRule] = []

    func key(_ name: String) -> SchemaKey? { keys.first { $0.name == name } }
}

/// One key of a section.
struct SchemaKey: Sendable {
    let name: String
    let kind: SchemaKind
    let isRequired: Bool
    /// The default in words, where it is no constant that ``kind`` could hold.
    let fallback: String?
    /// A sentence for people, unit included.
    let summary: String

    init(_ name: String, _ kind: SchemaKind, required: Bool = false, fallback: String? = nil, _ summary: String) {
        self.name = name
        self.kind = kind
        self.isRequired = required
        self.fallback = fallback
        self.summary = summary
    }
}

/// What a key's value may be.
indirect enum SchemaKind: Sendable {
    case duration(default: Duration?, in: ClosedRange<Duration>)
    case integer(default: Int, in: ClosedRange<Int>)
    /// A number that may have a fraction.
    case number(default: Double, in: ClosedRange<Double>)
    case boolean(default: Bool)
    case choice(default: String?, of: [String])
    case text(TextRule)
    case secret(SecretRule)
    /// A file that holds a secret.
    case secretFile(SecretRule)
    /// A file that must be readable and not empty.
    case file
    case section(SchemaSection)
    case list(of: SchemaSection)
    /// Strings, each one of these where there are any.
    case texts(of: [String]?)
    /// Users and the bcrypt hashes of their passwords.
    case passwords
    /// Not looked at: the key is refused whatever its value.
    case anything
}

/// What a string must look like; every string must have at least one character.
enum TextRule: Sendable {
    case any
    /// Letters, digits and hyphens: it becomes part of a host name.
    case region
    case workspaceID
    case url
    case proxyURL
    case pattern
    case endpointType
    case hostName
}

/// What a secret must look like; every secret must have at least one character.
enum SecretRule: Sendable {
    /// Travels in a header as it is: visible ASCII without spaces.
    case headerValue
    /// A password: anything in UTF-8.
    case text
    /// Travels in a header; spaces are allowed.
    case visibleText
}

/// What must hold between the keys of a section.
enum SchemaRule: Sendable {
    case exactlyOne([String])
    case atMostOne([String])
    case atLeastOne([String])
    /// All of them or none.
    case together([String])
}

/// The whole file.
enum Schema {
    static let file = SchemaSection(
        summary: "The file as a whole.",
        keys: [
            SchemaKey("poll", .section(poll), "How often, how fast and how much at most the API is asked."),
            SchemaKey("metrics", .section(metrics), "What is exposed."),
            SchemaKey("sources", .list(of: source), required: true, "Where to poll; at least one, names unique."),
        ]
    )

    static let poll = SchemaSection(
        summary: "How often, how fast and how much at most the API is asked. It holds for all sources.",
        keys: [
            SchemaKey(
                "interval", .duration(default: PollSettings().interval, in: .milliseconds(100)...Durations.longest),
                "How often each workspace is listed. The first poll begins at once, later ones are spread over the interval."
            ),
            SchemaKey(
                "timeout", .duration(default: PollSettings().timeout, in: .milliseconds(1)...Durations.longest),
                "The time one HTTP exchange may take, from connect to last byte. It may exceed the interval."
            ),
            SchemaKey(
                "stale_after", .duration(default: nil, in: .milliseconds(1)...Durations.longest),
                fallback: "5m or 3 × interval, whichever is longer",
                "Age at which a workspace's last complete listing is withdrawn. At least 2 × interval."
            ),
            SchemaKey(
                "concurrency", .integer(default: PollSettings().concurrency, in: 1...10_000),
                "HTTP exchanges in flight, over all sources."
            ),
            SchemaKey(
                "requests_per_second", .number(default: PollSettings().requestsPerSecond, in: 0...1_000_000),
                "Requests a second each source may send (a token bucket); 0 is no limit."
            ),
            SchemaKey(
                "retries", .integer(default: PollSettings().retries, in: 0...100),
                "Further tries of one exchange, within the poll's interval."
            ),
            SchemaKey(
                "page_size", .integer(default: PollSettings().pageSize, in: 1...100),
                "Endpoints asked for per page; 100 is the API's own limit."
            ),
            SchemaKey(
                "connection_max_age",
                .duration(default: PollSettings().connectionMaxAge, in: .seconds(10)...Durations.longest),
                "Age at which a connection is no longer reused. New connections resolve host names again."
            ),
            SchemaKey(
                "max_endpoints", .integer(default: PollSettings().maxEndpoints, in: 1...1_000_000_000),
                "Endpoints a workspace may have; a longer listing is refused (reason `response`)."
            ),
            SchemaKey(
                "max_response_bytes",
                .integer(default: PollSettings().maxResponseBytes, in: 1...4_294_967_295),
                "Bytes one decoded page may have; a larger one is refused (reason `response`)."
            ),
        ]
    )

    static let metrics = SchemaSection(
        summary: "What is exposed.",
        keys: [
            SchemaKey(
                "endpoint_details",
                .choice(
                    default: MetricsSettings().endpointDetails.rawValue,
                    of: EndpointDetails.allCases.map(\.rawValue)
                ),
                "Which endpoints get series of their own: those with a problem, all, or none."
            ),
            SchemaKey(
                "max_endpoint_details",
                .integer(default: MetricsSettings().maxEndpointDetails, in: 0...1_000_000_000),
                "Endpoints with series of their own, per workspace."
            ),
        ]
    )
}
