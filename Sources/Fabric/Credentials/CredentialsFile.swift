// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The credentials file of the Huawei Cloud SDKs: an INI file. Only the section `[basic]` is read.
struct CredentialsFile {
    private var values: [String: String] = [:]

    /// Parses `text`, ignoring lines that are neither a section nor `key = value`.
    init(_ text: String) {
        var isBasic = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingBlanks
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                isBasic = line == "[basic]"
                continue
            }
            guard isBasic, let equals = line.firstIndex(of: "=") else { continue }
            let value = line[line.index(after: equals)...].trimmingBlanks
            if !value.isEmpty { values[String(line[..<equals].trimmingBlanks)] = String(value) }
        }
    }

    subscript(_ key: String) -> String? { values[key] }

    /// Returns `text` without trailing slashes; nil if it isn't an HTTP URL, or has a user, query or fragment.
    static func address(_ text: String) -> String? {
        let lowercase = text.lowercased()
        guard text.isHeaderValue, lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://"),
            !text.contains(where: { "@?#".contains($0) })
        else { return nil }
        var text = Substring(text)
        while text.last == "/" { text.removeLast() }
        return String(text)
    }
}

/// Issues credentials from the credentials file, which is read again when it changes.
struct CredentialsFileIssuer: CredentialIssuer {
    let file: SecretSource
    let path: String
    let projectID: String?
    let region: String?
    let iamURL: String?
    let client: CredentialClient

    var canReissue: Bool { false }

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await file.read(isHeader: false)] }

    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential {
        let file = secrets[0].withExposedValue { CredentialsFile($0) }
        guard let id = file["ak"], let secret = file["sk"] else {
            throw CredentialFailure("\(path): ak or sk is missing in section [basic]")
        }
        guard id.isHeaderValue, file["security_token"]?.isHeaderValue ?? true else {
            throw CredentialFailure(
                "\(path): ak or security_token contains characters that are not allowed in a header")
        }
        let key = AccessKey(id: id, secret: Secret(secret), securityToken: file["security_token"].map { Secret($0) })
        return try await project(file).credential(key)
    }

    private func project(_ file: CredentialsFile) throws(CredentialFailure) -> ProjectLookup {
        if let id = projectID ?? file["project_id"] { return ProjectLookup(.id(id), client: client) }
        var iamURL = iamURL
        if let endpoint = file["iam_endpoint"] {
            guard let address = CredentialsFile.address(endpoint) else {
                throw CredentialFailure(
                    "iam_endpoint in \(path) must be a URL that starts with http:// or https://, without user or query")
            }
            iamURL = address
        }
        guard let region, let iamURL else {
            throw CredentialFailure("no project: set project_id in \(path), or the source's region to look it up")
        }
        return ProjectLookup(.name(region), iamURL: iamURL, client: client)
    }
}
