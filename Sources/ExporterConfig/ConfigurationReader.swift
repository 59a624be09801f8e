// SPDX-License-Identifier: Apache-2.0

/// Turns a file or flags into checked settings, or into everything that is wrong with them.
public enum ConfigurationReader {
    /// Reads the file at `path`.
    ///
    /// - Parameter environment: the variables that `${NAME}` and defaults draw on.
    /// - Throws: every problem of the file, unreadable secret and TLS files included.
    public static func read(
        file path: String,
        environment: [String: String]
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        throw ConfigurationProblems(problems: [])
    }

    /// Makes a configuration of one source from the command line's flags.
    ///
    /// - Parameters:
    ///   - region: `--region`; nil is a problem that says what to give.
    ///   - workspaces: each `--workspace`: `ID` or `ID=NAME`.
    ///   - tokenFile: `--token-file`; relative to the working directory.
    /// - Throws: every problem, with the flag as its path.
    public static func fromFlags(
        region: String?,
        workspaces: [String],
        tokenFile: String?,
        environment: [String: String]
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        throw ConfigurationProblems(problems: [])
    }
}
