// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// The credentials file that the service's kits share: an INI file of which the section `[basic]` is read.
struct CredentialsFile {
    private var values: [String: String] = [:]

    /// Reads `text`; lines that are neither a section nor `key = value` say nothing.
    init(_ text: String) {
        var isBasic = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = Self.trimmed(line)
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                isBasic = line == "[basic]"
                continue
            }
            guard isBasic, let equals = line.firstIndex(of: "=") else { continue }
            let value = Self.trimmed(line[line.index(after: equals)...])
            if !value.isEmpty { values[String(Self.trimmed(line[..<equals]))] = String(value) }
        }
    }

    subscript(_ key: String) -> String? { values[key] }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    /// `text` without slashes at its end; nil where it is no address.
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

/// Makes credentials of the credentials file, which is read again when it changes.
struct CredentialsFileIssuer: CredentialIssuer {
    let file: SecretSource
    let path: String
    let projectID: String?
    let region: String?
    let iamURL: String?
    let exchanges: CredentialExchanges

    var canReplace: Bool { false }

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await file.read(isHeader: false)] }

    func issue(_ secrets: [Secret]) async throws(IssueFailure) -> IssuedCredential {
        let file = secrets[0].withExposedValue { CredentialsFile($0) }
        guard let id = file["ak"], let secret = file["sk"] else {
            throw IssueFailure("\(path) has no ak and sk in its section [basic]", isRefusal: false)
        }
        guard id.isHeaderValue, file["security_token"]?.isHeaderValue ?? true else {
            throw IssueFailure("\(path) holds characters that no header can carry", isRefusal: false)
        }
        let key = AccessKey(id: id, secret: Secret(secret), securityToken: file["security_token"].map { Secret($0) })
        let (projectID, wasAsked) = try await ProjectLookup(try project(file), exchanges: exchanges).id(with: key)
        return IssuedCredential(form: .key(key, projectID: projectID), lifetime: nil, wasObtained: wasAsked)
    }

    private func project(_ file: CredentialsFile) throws(IssueFailure) -> ProjectChoice {
        if let id = projectID ?? file["project_id"] { return .id(id) }
        var iamURL = iamURL
        if let endpoint = file["iam_endpoint"] {
            guard let address = CredentialsFile.address(endpoint) else {
                throw IssueFailure(
                    "iam_endpoint in \(path) must be a URL that begins with http:// or https://, without user or query")
            }
            iamURL = address
        }
        guard let region, let iamURL else {
            throw IssueFailure("give the source a region, or \(path) a project_id", isRefusal: false)
        }
        return .named(region, iamURL: iamURL)
    }
}
