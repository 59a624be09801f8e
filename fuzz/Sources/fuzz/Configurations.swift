// SPDX-License-Identifier: Apache-2.0
@testable import Config

/// The value of environment variables and secret files, which messages must not contain.
private let secret = "S3cr3tVALUEofTheFuzzer"

/// The replacement of `\u{7}` in a section `auth`. Longer than any quoted value, so that it can't appear in full where
/// it isn't treated as a secret, such as in `assume_agency.duration`.
private let longSecret = String(repeating: "L0ngS3cr3tVALUEofTheFuzzer", count: 5)

private let environment = ["S": secret, "NAME": secret, "FABRIC_TOKEN": secret]

private let files = FileAccess { (path, limit) throws(FileAccess.Failure) in
    switch path {
    case "/run/secrets/token", "folder/token": Array(secret.utf8)
    case "/run/secrets/spaces": Array("\(secret) \(secret)".utf8)
    case "/run/secrets/empty": []
    default: throw .missing
    }
}

/// Reads the input as a configuration file, then as the content of a source's `auth` section.
func checkConfiguration(_ input: UnsafeBufferPointer<UInt8>) {
    read(Array(input), hiding: secret)
    var below = Array("sources:\n- region: cn-north-4\n  workspaces: [{id: w1}]\n  auth:\n    ".utf8)
    for byte in input {
        switch byte {
        case 7: below += longSecret.utf8
        // The input must stay inside the section, so every line break is followed by indentation.
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): below += "\n    ".utf8
        default: below.append(byte)
        }
    }
    read(below, hiding: longSecret)
}

private func read(_ bytes: [UInt8], hiding secret: String) {
    // If the input contains the secret itself, messages may quote it.
    let isHidden = secret == longSecret || !contains(bytes, Array(secret.utf8))
    do throws(ConfigurationProblems) {
        let configuration = try ConfigurationReader.read(
            text: bytes, fileName: "folder/config.yaml", environment: environment, files: files)
        require(!configuration.sources.isEmpty, "a configuration without a source")
        for warning in configuration.warnings + configuration.missingSecrets { check(warning, isHidden ? secret : nil) }
    } catch {
        require(!error.problems.isEmpty, "rejected without a message")
        for problem in error.problems {
            require(problem.file == "folder/config.yaml", "a problem of another file")
            require(!problem.message.isEmpty, "a problem without a message")
            check(problem.description, isHidden ? secret : nil)
        }
    }
}

private func check(_ line: String, _ secret: String?) {
    require(line.utf8.count <= 2_000, "a line of \(line.utf8.count) bytes: \(line.prefix(200))")
    for scalar in line.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            require(false, "a control character in \(line.debugDescription)")
        default: break
        }
    }
    if let secret { require(!contains(Array(line.utf8), Array(secret.utf8)), "the secret shows: \(line)") }
}
