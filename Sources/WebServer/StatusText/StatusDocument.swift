// SPDX-License-Identifier: Apache-2.0
internal import Base
private import FoundationEssentials

/// The status JSON of an exporter, which may be of another version: a member that it may lack is optional, and others
/// are ignored. `docs/status-api.md` has the meaning of each member.
struct StatusDocument: Decodable {
    struct Poll: Decodable {
        var intervalSeconds: Double?
    }

    struct Reload: Decodable {
        var loadedAt: Moment?
        var failedAt: Moment?
        var error: String?
    }

    struct Shard: Decodable {
        var ordinal: Int
        var total: Int
    }

    struct NeedsAttention: Decodable {
        var sources: Int
        var workspaces: Int
        var endpoints: [String: Int?]
        var workspacesWithoutData: Int
    }

    struct Capacity: Decodable {
        var unit: String
        var reserved: Int64
        var maximum: Int64
    }

    struct Resource: Decodable {
        var resource: String
        var minimum: Int64
        var maximum: Int64
    }

    struct Endpoints: Decodable {
        var records: Int
        var running: Int
        var inTransition: Int
        var withErrorCode: Int
        var capacity: [Capacity]
        var resources: [Resource]?
    }

    /// A text in every language.
    struct Text: Decodable {
        var en: String
        var zh: String?

        var phrase: Phrase { Phrase(en, zh ?? en) }
    }

    struct Credential: Decodable {
        var kind: String
        var agency: Bool?
        var expiresAt: Moment?
    }

    struct Discovery: Decodable {
        var tried: Bool?
        var reason: String?
        var workspaces: Int?
        var selected: Int?
        var excluded: Int?
        var lastSuccess: Moment?
    }

    struct Quota: Decodable {
        var resource: String
        var used: Int64?
        var limit: Int64?
    }

    struct Quotas: Decodable {
        var state: String
        var isStale: Bool?
        var reason: String?
        var lastSuccess: Moment?
        var failingSince: Moment?
        var resources: [Quota]?

        private enum CodingKeys: String, CodingKey {
            case state, reason, lastSuccess, failingSince, resources
            case isStale = "stale"
        }
    }

    struct Source: Decodable {
        var name: String
        var state: String
        var region: String?
        var credential: Credential?
        var throttledUntil: Moment?
        var lockedOutUntil: Moment?
        var roundSeconds: Double?
        var requestsPerMinute: Int?
        var requestsPerMinuteLimit: Double?
        var discovery: Discovery?
        var quotas: Quotas?
        var warning: String?
        var remedy: Text?
    }

    struct Problem: Decodable {
        var attention: String
        var endpointId: String
        var name: String?
        var status: String
        var statusSince: Moment
        var owner: String?
        var errorCode: String?
        var errorMsg: String?
    }

    struct Served: Decodable {
        var ageSeconds: Double
        var records: Int
        var byStatus: [String: Int]
        var capacity: [Capacity]
        var resources: [Resource]?
        var problems: [Problem]
    }

    struct CompletedPoll: Decodable {
        var reason: String?
        var message: String?
        var httpStatus: Int?
        var errorCode: String?
        var requestId: String?
    }

    struct Listing: Decodable {
        var listing: String
        var state: String
        var isStale: Bool?
        var failingSince: Moment?
        var served: Served?
        var polls: [CompletedPoll]

        private enum CodingKeys: String, CodingKey {
            case listing, state, failingSince, served, polls
            case isStale = "withdrawn"
        }
    }

    struct Workspace: Decodable {
        var source: String
        var workspaceId: String
        var name: String?
        var state: String
        var remedy: Text?
        var listings: [Listing]
    }

    /// A time, as text in ISO 8601.
    struct Moment: Decodable {
        var time: Timestamp

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            guard let time = ISO8601Time.parse(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time")
            }
            self.time = time
        }
    }

    var version: String
    var time: Moment
    var startedAt: Moment?
    var reload: Reload?
    var poll: Poll?
    var shard: Shard?
    var state: String
    var needsAttention: NeedsAttention
    var endpoints: Endpoints?
    var sources: [Source]
    var workspaces: [Workspace]

    /// Decodes `json`.
    /// - Throws: ``StatusTextError``.
    init(json: [UInt8]) throws(StatusTextError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(Self.self, from: Data(json))
        } catch let error as DecodingError {
            throw StatusTextError(error)
        } catch {
            throw StatusTextError(description: "is not JSON")
        }
    }
}

/// Why a text is not the status of an exporter.
public struct StatusTextError: Error, Equatable, CustomStringConvertible {
    /// A predicate about the text: what is wrong, and where. Does not quote the text.
    public let description: String
}

extension StatusTextError {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context): self.init(context, "\(Self.name(key)) is missing")
        case .typeMismatch(_, let context): self.init(context, "has the wrong type")
        case .valueNotFound(_, let context): self.init(context, "is null")
        // JSONDecoder does not distinguish the two, or tell where the number is.
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            self.init(description: "is not JSON, or has a number that is out of range")
        case .dataCorrupted(let context): self.init(context, "has an invalid value")
        @unknown default: self.init(description: "is not the status of a dataarts-fabric-exporter")
        }
    }

    private init(_ context: DecodingError.Context, _ problem: String) {
        var path = ""
        for key in context.codingPath {
            path += key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? "" : ".") + Self.name(key)
        }
        let place = path.isEmpty ? "" : "\(path) "
        self.init(description: "is not the status of a dataarts-fabric-exporter: \(place)\(problem)")
    }

    /// Returns the name of a member as it is in JSON; `JSONDecoder` reports the name of the property.
    private static func name(_ key: any CodingKey) -> String {
        key.stringValue.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
    }
}
