// SPDX-License-Identifier: Apache-2.0
internal import Fabric

extension ConfigurationReader {
    /// Makes a configuration of one source from the command line's flags.
    ///
    /// - Parameters:
    ///   - region: `--region`; nil is a problem that says what to give.
    ///   - workspaces: each `--workspace`: `ID` or `ID=NAME`.
    ///   - tokenFile: `--token-file`; relative to the working directory.
    ///   - requiresSecrets: whether a token file that is missing or empty is a problem.
    /// - Throws: every problem, with the flag as its path.
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
        // The flags' values are checked as the file's are, but for `${NAME}`: that is the shell's business there. Without a
        // file the marks are not shown; they keep the problems in the order of the flags.
        var walker = SchemaWalker(
            environment: [:], files: files, folder: "", isInterpolating: false,
            log: ProblemLog(file: nil, requiresSecrets: requiresSecrets)
        )
        if region == nil {
            walker.log.report(.start, "--region", "give --config.file, or --region with --workspace and --token-file")
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
    /// Checks a flag's value by the rules of a key.
    fileprivate mutating func flag<Value>(_ name: String, _ text: String, _ kind: Kind<Value>, order: Int) -> Value? {
        let scalar = YAMLScalar(text: text, isPlain: false)
        let node = YAMLNode(mark: Mark(line: order, column: 1), content: .scalar(scalar))
        return kind.read(&self, node, name, nil)
    }

    fileprivate mutating func workspaceFlags(_ flags: [String], isRequired: Bool) -> [WorkspaceSettings] {
        if flags.isEmpty, isRequired {
            log.report(Mark(line: 3, column: 1), "--workspace", "give at least one, as ID or ID=NAME")
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
                log.report(Mark(line: 3 + index, column: 1), "--workspace", "\(id) is given twice")
            }
            settings.append(WorkspaceSettings(id: id, name: name))
        }
        return settings
    }
}
