// SPDX-License-Identifier: Apache-2.0
internal import Fabric

extension ConfigurationReader {
    /// Creates a configuration with one source from command-line flags.
    ///
    /// - Parameters:
    ///   - region: `--region`; nil is an error.
    ///   - workspaces: the values of `--workspace`: `ID` or `ID=NAME`.
    ///   - tokenFile: `--token-file`; relative to the working directory.
    ///   - requiresSecrets: whether a missing or empty token file is an error.
    /// - Throws: all errors, with the flag as path.
    public static func fromFlags(
        region: String?, workspaces: [String], tokenFile: String?, environment: [String: String],
        requiresSecrets: Bool = false
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        try fromFlags(
            region: region, workspaces: workspaces, tokenFile: tokenFile, environment: environment, files: .system,
            requiresSecrets: requiresSecrets)
    }

    static func fromFlags(
        region: String?, workspaces: [String], tokenFile: String?, environment: [String: String], files: FileAccess,
        requiresSecrets: Bool = false
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        // Flags are checked like the file's values, but `${NAME}` is left to the shell. The positions are not shown;
        // they keep the errors in the order of the flags.
        var walker = SchemaWalker(
            environment: [:], files: files, folder: "", isInterpolating: false,
            log: ProblemLog(file: nil, requiresSecrets: requiresSecrets)
        )
        if region == nil {
            walker.log.report(
                .start, "--region", "required without --config.file; set --config.file, or --region and --workspace")
        }
        let checkedRegion = region.flatMap { walker.flag("--region", $0, .region, order: 1) }
        let secret = tokenFile.flatMap { walker.flag("--token-file", $0, .secretFile(isHeader: true), order: 2) }
        let settings = walker.workspaceFlags(workspaces, isRequired: region != nil)
        guard let checkedRegion, walker.log.isClean else { throw walker.log.failure }
        let source = SourceSettings(
            name: checkedRegion, region: checkedRegion,
            baseURL: SourceSettings.defaultBaseURL(region: checkedRegion),
            auth: secret.map { .token($0) } ?? .environment, workspaces: settings)
        walker.warnAboutRate(source, in: "", PollSettings())
        return ExporterConfiguration(
            sources: [source], warnings: walker.log.warnings, missingSecrets: walker.log.missingSecrets)
    }
}

extension SchemaWalker {
    /// Checks a flag's value like the value of a key.
    fileprivate mutating func flag<Value>(_ name: String, _ text: String, _ kind: Kind<Value>, order: Int) -> Value? {
        let scalar = YAMLScalar(text: text, isPlain: false)
        let node = YAMLNode(mark: Mark(line: order, column: 1), content: .scalar(scalar))
        return kind.read(&self, node, name, nil)
    }

    fileprivate mutating func workspaceFlags(_ flags: [String], isRequired: Bool) -> [WorkspaceSettings] {
        if flags.isEmpty, isRequired {
            log.report(Mark(line: 3, column: 1), "--workspace", "at least one is required; write ID or ID=NAME")
        }
        var settings: [WorkspaceSettings] = []
        for (index, flag) in flags.enumerated() {
            let parts = flag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let id = self.flag("--workspace", parts[0], .workspaceID, order: 3 + index) else { continue }
            let name = parts.count > 1 ? parts[1] : nil
            if name?.isEmpty == true {
                log.report(Mark(line: 3 + index, column: 1), "--workspace", "the name after \(id)= must not be empty")
            }
            if settings.contains(where: { $0.id == id }) {
                log.report(
                    Mark(line: 3 + index, column: 1), "--workspace",
                    "duplicate workspace id \"\(id)\"; remove one of them")
            }
            settings.append(WorkspaceSettings(id: id, name: name))
        }
        return settings
    }
}
