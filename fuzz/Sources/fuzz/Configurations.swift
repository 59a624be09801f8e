// SPDX-License-Identifier: Apache-2.0
@testable import Config

/// What environment and secret files hold; no message may show it.
private let secret = "S3cr3tVALUEofTheFuzzer"

/// What `\u{7}` stands for in a section `auth`. It is longer than anything that messages quote, so that a place where it is
/// no secret, such as `assume_agency.duration`, is none where it could be seen whole.
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

/// A whole file, and then the same text as what stands below a source's `auth`.
func checkConfiguration(_ input: UnsafeBufferPointer<UInt8>) {
    read(Array(input), hiding: secret)
    var below = Array("sources:\n- region: cn-north-4\n  workspaces: [{id: w1}]\n  auth:\n    ".utf8)
    for byte in input {
        switch byte {
        case 7: below += longSecret.utf8
        // Nothing may come out of the section: not by a shallower line, not by a line break that YAML knows besides.
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): below += "\n    ".utf8
        default: below.append(byte)
        }
    }
    read(below, hiding: longSecret)
}

private func read(_ bytes: [UInt8], hiding secret: String) {
    // Whoever writes the secret itself into the file may find it quoted.
    let isHidden = secret == longSecret || !contains(bytes, Array(secret.utf8))
    do throws(ConfigurationProblems) {
        let configuration = try ConfigurationReader.read(
            text: bytes, fileName: "folder/config.yaml", environment: environment, files: files)
        require(!configuration.sources.isEmpty, "a configuration without a source")
        for warning in configuration.warnings + configuration.missingSecrets { check(warning, isHidden ? secret : nil) }
    } catch {
        require(!error.problems.isEmpty, "refused without a word")
        for problem in error.problems {
            require(problem.file == "folder/config.yaml", "a problem of another file")
            require(!problem.message.isEmpty, "a problem without a word")
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
