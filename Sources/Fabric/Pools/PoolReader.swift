// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Queries the use of single compute pools of a workspace, with one request for each query.
public struct PoolReader: Sendable {
    /// The age of the oldest value that is requested.
    static let window: Int64 = 15 * 60
    /// The maximum number of rows of a response; a longer one is taken for a mistake.
    static let maximumRows = 1_000
    /// The maximum length of a specification's code in bytes, which is that of a label value.
    private static let maximumBytes = 256

    private let client: SourceClient
    private let baseURL: String
    private let workspaceID: String

    /// Creates a reader that sends through `client`.
    public init(client: SourceClient, baseURL: String, workspaceID: String) {
        self.client = client
        self.baseURL = baseURL
        self.workspaceID = workspaceID
    }

    /// Reads the newest use of a resource; nil if the service has no data. The request names one pool, because the
    /// values in the response are keyed by the pools' names, which may have changed since the pools were listed.
    /// - Parameter name: the pool's listed name; values of other names are ignored.
    /// - Throws: ``APIFailure`` if the request fails or the response is not one of measurements.
    public func utilization(
        of id: RecordID, name: String, _ resource: PoolResource, _ turn: PollTurn
    ) async throws(APIFailure) -> PoolAnswer<PoolUtilization?> {
        let times = PlausibleTimes(now: client.wallTime)
        let end = client.wallTime.microseconds / 1_000_000
        let parameters: KeyValuePairs<String, String?> = [
            "compute_ids": try Self.parameter(id), "end_time": String(end), "metric_name": resource.metricName,
            "start_time": String(end - Self.window), "step": "60",
        ]
        return try await send(.utilization, ["computes", "metrics"], parameters, turn) {
            document throws(APIFailure) in
            try Self.newest(in: document, of: name, times)
        }
    }

    /// Reads the capacity of a pool that is not promised to an endpoint, by resource and specification.
    /// - Throws: ``APIFailure`` if the request fails or the response is not a list of limits.
    public func allocatable(
        of id: RecordID, _ turn: PollTurn
    ) async throws(APIFailure) -> PoolAnswer<[PoolAllocatable]> {
        // The engine type is mandatory. Whether the response depends on it is not documented.
        let parameters: KeyValuePairs<String, String?> = [
            "compute_id": try Self.parameter(id), "engine_type": "SparkJob",
        ]
        return try await send(.allocatable, ["endpoint-limit"], parameters, turn) { document throws(APIFailure) in
            try Self.allocatable(in: document)
        }
    }

    /// Returns the value of a parameter that names one pool. Another ID, such as one with a comma, could name several.
    private static func parameter(_ id: RecordID) throws(APIFailure) -> String {
        guard id.isIdentifier else {
            throw APIFailure(.response, "the pool's id is not made of 1 to 36 letters, digits and hyphens")
        }
        return id.text
    }

    private func send<Value: Sendable>(
        _ query: PoolQuery, _ path: [String], _ parameters: KeyValuePairs<String, String?>, _ turn: PollTurn,
        read: @Sendable (JSONDocument) throws(APIFailure) -> Value
    ) async throws(APIFailure) -> Value {
        guard client.now < turn.retryUntil else {
            throw APIFailure(.timeout, "the interval ended before the request could be sent")
        }
        let request = ListRequest(
            query.operation, baseURL: baseURL, path: ["v2", "workspaces", workspaceID] + path, parameters: parameters)
        return try await client.send(query.operation, url: request.whole, turn: turn) { response throws(APIFailure) in
            try await client.decodingLimiter.run(bytes: response.body.count) { () throws(APIFailure) in
                guard let document = JSONDocument(response.body) else {
                    throw APIFailure(.response, "the response is not JSON")
                }
                return try read(document)
            }
        }
    }

    // Not private, so that it can be tested with any document.
    static func newest(
        in document: JSONDocument, of name: String, _ times: PlausibleTimes
    ) throws(APIFailure) -> PoolAnswer<PoolUtilization?> {
        var answer = PoolAnswer<PoolUtilization?>(value: nil, malformedFields: 0)
        var isContradictory = false
        for point in 0..<(try count("/data", in: document, "measurements")) {
            let seconds = document.integer("/data/\(point)/collection_time") ?? 0
            let (microseconds, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000)
            let time = Timestamp(microseconds: microseconds)
            guard !isTooLarge, times.contains(time) else {
                answer.malformedFields += 1
                continue
            }
            for value in 0..<min(document.count("/data/\(point)/values") ?? 0, maximumRows) {
                let path = "/data/\(point)/values/\(value)"
                guard document.text("\(path)/compute_name") == name, !document.isAbsent("\(path)/compute_value") else {
                    continue
                }
                guard let percent = document.number("\(path)/compute_value"), (0...100).contains(percent) else {
                    answer.malformedFields += 1
                    continue
                }
                let newest = answer.value
                if let newest, newest.time == time {
                    if newest.ratio != percent / 100 { isContradictory = true }
                } else if newest.map({ $0.time < time }) ?? true {
                    answer.value = PoolUtilization(ratio: percent / 100, time: time)
                    isContradictory = false
                }
            }
        }
        if isContradictory {
            answer.value = nil
            answer.malformedFields += 1
        }
        return answer
    }

    // Not private, so that it can be tested with any document.
    static func allocatable(in document: JSONDocument) throws(APIFailure) -> PoolAnswer<[PoolAllocatable]> {
        var answer = PoolAnswer<[PoolAllocatable]>(value: [], malformedFields: 0)
        for row in 0..<(try count("", in: document, "limits")) {
            guard let type = document.text("/\(row)/type") else {
                answer.malformedFields += document.isAbsent("/\(row)/type") ? 0 : 1
                continue
            }
            guard let resource = PoolResource(capacityType: type) else { continue }
            let field = "/\(row)/compute_allocatable/" + (resource.isAccelerator ? "accelerator" : "cpu")
            guard let amount = document.integer(field), amount >= 0 else {
                answer.malformedFields += document.isAbsent(field) ? 0 : 1
                continue
            }
            let specCode = document.text("/\(row)/spec_code").map {
                KnownSecrets.shared.redacting($0).prefix(bytes: maximumBytes)
            }
            // Cores are in thousandths already.
            let (thousandths, isTooLarge) = amount.multipliedReportingOverflow(by: resource.isAccelerator ? 1_000 : 1)
            answer.value.append(
                PoolAllocatable(
                    resource: resource, specCode: specCode, thousandths: isTooLarge ? .max : thousandths))
        }
        return answer
    }

    private static func count(
        _ pointer: String, in document: JSONDocument, _ plural: String
    ) throws(APIFailure) -> Int {
        guard let count = document.count(pointer) else {
            throw APIFailure(.response, "the response is not a list of \(plural)")
        }
        guard count <= maximumRows else {
            throw APIFailure(.response, "\(count) \(plural) exceed the maximum, \(maximumRows)")
        }
        return count
    }
}
