// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Base
import Exporter
import Glibc

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Print the status page of a running exporter.",
        discussion: "Exits with status 1 if the exporter is unreachable. Texts are Chinese if the locale is (LC_ALL, "
            + "LC_MESSAGES or LANG). On a terminal, lines have at most 100 columns, or COLUMNS if that is less.")

    @Argument(help: "Address of the exporter, with its path prefix if it has one.")
    var url = "http://127.0.0.1:9942"

    @Option(name: .customLong("username"), help: "User for basic authentication; requires --password-file.")
    var username: String?

    @Option(name: .customLong("password-file"), help: "File with the user's password.")
    var passwordFile: String?

    @Option(name: .customLong("ca-file"), help: "CA certificates to trust, PEM (default: the system's).")
    var caFile: String?

    func run() async throws {
        let status: RemoteStatus
        do throws(ExporterError) {
            status = try await RemoteStatus(url: url, user: try user(), caFile: caFile)
        } catch {
            throw ExitError(ExitError.usage, error.description)
        }
        let environment = ProcessEnvironment.variables()
        let lines: [String]
        do throws(ExporterError) {
            lines = try await status.lines(
                Language(environment: environment), columns: TerminalWidth.columns(environment))
        } catch {
            throw ExitError(ExitError.failure, error.description)
        }
        StandardOutput.write(lines)
    }

    private func user() throws(ExporterError) -> RemoteStatus.User? {
        switch (username, passwordFile) {
        case (let name?, let file?): return RemoteStatus.User(name: name, passwordFile: file)
        case (nil, nil): return nil
        default: throw ExporterError("--username and --password-file must both be set")
        }
    }
}

/// The width of the terminal.
enum TerminalWidth {
    /// Longer lines are hard to read.
    private static let maximum = 100
    /// Narrower tables are of no use.
    private static let minimum = 40

    /// Returns the number of columns to use: those of `COLUMNS`, else of standard output, at most 100; nil if standard
    /// output is not a terminal and `COLUMNS` is not set.
    static func columns(_ environment: [String: String]) -> Int? {
        if let text = environment["COLUMNS"], let columns = Int(text), columns > 0 { return limited(columns) }
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return maximum }
        return limited(Int(size.ws_col))
    }

    private static func limited(_ columns: Int) -> Int { max(minimum, min(maximum, columns)) }
}
