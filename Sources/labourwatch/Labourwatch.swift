import ArgumentParser
import Foundation
import Operations

/// A command that ends with one of the contract's exit codes.
protocol Operation: ParsableCommand {
  /// Does the command's work.
  func perform() throws -> ExitStatus
}

@main
struct Labourwatch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "labourwatch",
    abstract: "Which industry chains lack people, where, in which occupations, in the next six months, and what to do.",
    discussion: """
      A night in one command:
        labourwatch nightly --inbox inbox --out lists

      Exit codes: 0 all done; 1 failed, nothing changed that the ledger does not show; 2 wrong usage or configuration;
      3 done, with rejected rows or late feeds (the summary says which); 75 another run holds the lock, try later.
      """,
    version: Version.current,
    subcommands: [
      NightlyCommand.self, IngestCommand.self, QuarantineCommand.self, FeedsCommand.self, JobsCommand.self,
      EnterprisesCommand.self, ForecastCommand.self,
      BacktestCommand.self,
      ReportCommand.self, AlertsCommand.self, DeliveryCommand.self, ExportCommand.self, Series.self,
      SimulateCommand.self,
      MigrateCommand.self,
      LocalCommand.self,
    ])

  static func main() {
    let arguments = globalOptionsLast(Array(CommandLine.arguments.dropFirst()))
    let summary = value(of: "--summary", in: arguments)
    do {
      var command = try parseAsRoot(arguments)
      EndSummary.clear(summary)
      var status = ExitStatus.done
      if let operation = command as? any Operation { status = try operation.perform() } else { try command.run() }
      EndSummary.write(status, nil, to: summary)
      leave(status)
    } catch {
      end(error, summary)
    }
  }

  /// The one place where an error becomes text and exit code.
  private static func end(_ error: any Error, _ summary: String?) -> Never {
    let code = exitCode(for: error)
    if code.isSuccess {
      Console.writeOutput(fullMessage(for: error) + "\n")
      leave(.done)
    }
    if code == .validationFailure {
      Console.writeError(fullMessage(for: error) + "\n")
      leave(.usage)
    }
    let failure = Failure.from(error)
    Console.report(failure)
    EndSummary.write(failure.status, failure.description, to: summary)
    leave(failure.status)
  }

  private static func leave(_ status: ExitStatus) -> Never { Foundation.exit(status.rawValue) }

  /// The value of an option, wherever it stands before `--`.
  private static func value(of option: String, in arguments: [String]) -> String? {
    let before = arguments.prefix { $0 != "--" }
    if let place = before.firstIndex(of: option), place + 1 < before.endIndex { return before[place + 1] }
    return before.first { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)) }
  }

  /// Global options may stand before the command too: they are moved behind it, where the commands read them.
  static func globalOptionsLast(_ arguments: [String]) -> [String] {
    let withValue = ["--profile", "--database", "--log-format", "--summary"]
    var leading: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? argument
      if argument == "--quiet" || (withValue.contains(name) && argument.contains("=")) {
        leading.append(argument)
        index += 1
      } else if withValue.contains(argument), index + 1 < arguments.count {
        leading += [argument, arguments[index + 1]]
        index += 2
      } else {
        break
      }
    }
    return Array(arguments[index...]) + leading
  }
}
