// SPDX-License-Identifier: Apache-2.0

/// Reads and validates the configuration from a file or flags.
public enum ConfigurationReader {
    /// The maximum size of a configuration file in bytes.
    static let fileLimit = 1_048_576

    /// Reads and validates the file at `path`.
    ///
    /// - Parameters:
    ///   - environment: the variables for `${NAME}` and for defaults.
    ///   - requiresSecrets: whether a missing or empty secret file is an error.
    /// - Throws: all errors, including unreadable secret and TLS files.
    public static func read(
        file path: String, environment: [String: String], requiresSecrets: Bool = false
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
        return try read(text: bytes, fileName: path, environment: environment, requiresSecrets: requiresSecrets)
    }

    /// Reads and validates a configuration in memory. Its relative paths are resolved against the directory of
    /// `fileName`.
    static func read(
        text bytes: [UInt8], fileName: String, environment: [String: String], files: FileAccess = .system,
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
            if log.isClean { log.report(.start, "", "the file is empty; add at least the key sources") }
            throw log.failure
        }
        var walker = SchemaWalker(environment: environment, files: files, folder: folder(of: fileName), log: log)
        let section = ExporterConfiguration.section
        var configuration = walker.section(root, section, "", into: section.initial) ?? section.initial
        walker.finish(&configuration)
        guard walker.log.isClean else { throw walker.log.failure }
        configuration.warnings = walker.log.warnings
        configuration.missingSecrets = walker.log.missingSecrets
        return configuration
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
