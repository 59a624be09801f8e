// SPDX-License-Identifier: Apache-2.0

/// Turns a file or flags into checked settings, or into everything that is wrong with them.
public enum ConfigurationReader {
    /// Bytes a configuration file may have.
    static let fileLimit = 1_048_576

    /// Reads the file at `path`.
    ///
    /// - Parameters:
    ///   - environment: the variables that `${NAME}` and defaults draw on.
    ///   - requiresSecrets: whether a secret file that is missing or empty is a problem.
    /// - Throws: every problem of the file, unreadable secret and TLS files included.
    public static func read(
        file path: String,
        environment: [String: String],
        requiresSecrets: Bool = false
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        let bytes: [UInt8]
        do throws(FileAccess.Failure) {
            bytes = try FileAccess.system.read(path, fileLimit)
        } catch {
            let reason = error == .tooLarge ? "larger than 1 MiB" : error.reason
            var log = ProblemLog(file: path)
            log.report(nil, "", "cannot read the file: \(reason)")
            throw log.failure
        }
        return try read(
            text: bytes, fileName: path, environment: environment, requiresSecrets: requiresSecrets)
    }

    /// Reads a configuration that is in memory already, without asking anything of the file at `fileName` but its folder.
    ///
    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - fileName: the name messages begin with; relative paths in the configuration begin at its folder.
    ///   - environment: the variables that `${NAME}` and defaults draw on.
    ///   - requiresSecrets: whether a secret file that is missing or empty is a problem.
    /// - Throws: every problem, unreadable secret and TLS files included.
    public static func read(
        text bytes: [UInt8],
        fileName: String,
        environment: [String: String],
        requiresSecrets: Bool = false
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        try read(
            text: bytes, fileName: fileName, environment: environment, files: .system,
            requiresSecrets: requiresSecrets)
    }

    static func read(
        text bytes: [UInt8],
        fileName: String,
        environment: [String: String],
        files: FileAccess,
        requiresSecrets: Bool = false
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        var log = ProblemLog(file: fileName, requiresSecrets: requiresSecrets)
        guard bytes.count <= fileLimit else {
            log.report(nil, "", "cannot read the file: larger than 1 MiB")
            throw log.failure
        }
        let document = YAMLDocument(bytes)
        for problem in document.problems { log.report(problem.mark, "", problem.message) }
        guard let root = document.root, !root.isNull else {
            if log.isClean { log.report(.start, "", "the file is empty; it needs at least sources") }
            throw log.failure
        }
        var walker = SchemaWalker(
            environment: environment, files: files, folder: folder(of: fileName), log: log
        )
        let file = walker.section(root, Schema.file, at: SchemaWalker.Place())
        var builder = SettingsBuilder(environment: environment, log: walker.log)
        return try builder.configuration(file)
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
