// SPDX-License-Identifier: Apache-2.0
import CCurl

/// A libcurl easy handle and the memory it references. Used only on the curl thread.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// The pool whose connections it uses.
    let pool: ConnectionPool
    /// The buffer for error details. libcurl keeps its address, so it lives as long as the handle.
    private let errorBuffer: UnsafeMutablePointer<CChar>
    /// The lists passed to libcurl, which references them.
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    /// Returns nil if memory is exhausted.
    init?(_ pool: ConnectionPool) {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        self.pool = pool
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    /// libcurl's details about a failure; empty if there are none.
    var errorDetail: String { String(cString: errorBuffer) }

    deinit {
        _ = ccurl_set_share(pointer, nil)
        curl_easy_cleanup(pointer)
        for list in lists { curl_slist_free_all(list) }
        errorBuffer.deallocate()
    }
}

// Results of all options are checked: an unsupported option must not silently weaken a connection.
extension EasyHandle {
    func set(_ option: CURLoption, _ value: Int) throws(TransportFailure) {
        try check(option, ccurl_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) throws(TransportFailure) {
        try set(option, value ? 1 : 0)
    }

    func set(_ option: CURLoption, _ value: String) throws(TransportFailure) {
        // libcurl would truncate the value at the NUL.
        guard !value.utf8.contains(0) else {
            throw TransportFailure(.invalidRequest, "\(name(option)) contains a NUL character")
        }
        try check(option, ccurl_set_string(pointer, option, value))
    }

    /// Removes the default value that libcurl was built with.
    func clear(_ option: CURLoption) throws(TransportFailure) {
        try check(option, ccurl_set_string(pointer, option, nil))
    }

    /// Sets the option to a copy of `bytes`.
    func set(_ option: CURLoption, blob bytes: [UInt8]) throws(TransportFailure) {
        try check(option, bytes.withUnsafeBytes { ccurl_set_blob(pointer, option, $0.baseAddress, $0.count) })
    }

    func set(_ option: CURLoption, _ value: UnsafeRawPointer) throws(TransportFailure) {
        try check(option, ccurl_set_pointer(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: @escaping curl_write_callback) throws(TransportFailure) {
        try check(option, ccurl_set_write_callback(pointer, option, value))
    }

    /// Sets the body to a copy of `bytes`.
    func setBody(_ bytes: [UInt8]) throws(TransportFailure) {
        // The size must be set first; otherwise libcurl copies up to the first NUL.
        try check(
            CURLOPT_POSTFIELDSIZE_LARGE, ccurl_set_off(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        let code = bytes.withUnsafeBytes { raw in
            // An empty array may have no address, and NULL would make libcurl read the body from a callback.
            withUnsafeBytes(of: UInt8(0)) { empty in
                ccurl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, raw.isEmpty ? empty.baseAddress : raw.baseAddress)
            }
        }
        try check(CURLOPT_COPYPOSTFIELDS, code)
    }

    func set(_ option: CURLoption, _ lines: [String]) throws(TransportFailure) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let appended = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw TransportFailure(.invalidRequest, "no memory for \(name(option))")
            }
            list = appended
        }
        guard let list else { return }
        lists.append(list)
        try check(option, ccurl_set_list(pointer, option, list))
    }

    /// Attaches the handle to its pool and enables error details.
    func attach() throws(TransportFailure) {
        try check(CURLOPT_ERRORBUFFER, ccurl_set_error_buffer(pointer, errorBuffer))
        try check(CURLOPT_SHARE, ccurl_set_share(pointer, pool.pointer))
    }

    private func check(_ option: CURLoption, _ code: CURLcode) throws(TransportFailure) {
        guard code != CURLE_OK else { return }
        let reason = String(cString: curl_easy_strerror(code))
        throw TransportFailure(.invalidRequest, "libcurl rejected \(name(option)): \(reason)")
    }

    private func name(_ option: CURLoption) -> String {
        guard let known = curl_easy_option_by_id(option) else { return "option \(option.rawValue)" }
        return "option \(String(cString: known.pointee.name))"
    }
}

// Information about the finished transfer.
extension EasyHandle {
    /// The status of the final response; nil if no response head was received.
    var status: Int? { number(CURLINFO_RESPONSE_CODE) }

    /// The proxy's response status to CONNECT; nil if there was none.
    var tunnelStatus: Int? { number(CURLINFO_HTTP_CONNECTCODE) }

    /// The size of head and body on the wire, in bytes.
    var receivedBytes: Int {
        var body: curl_off_t = 0
        var head: Int = 0
        guard
            ccurl_info_off(pointer, CURLINFO_SIZE_DOWNLOAD_T, &body) == CURLE_OK,
            ccurl_info_long(pointer, CURLINFO_HEADER_SIZE, &head) == CURLE_OK
        else { return 0 }
        return Int(body) + head
    }

    private func number(_ info: CURLINFO) -> Int? {
        var value = 0
        guard ccurl_info_long(pointer, info, &value) == CURLE_OK, value != 0 else { return nil }
        return value
    }
}
