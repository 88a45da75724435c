import ArgumentParser
import Operations

/// `labourwatch backtest`.
struct BacktestCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Relive past months and score the estimator against simple forecasts.",
    discussion: """
      Each of the last --origins months is forecast from what was known by its end and compared with what came: against the
      last gap, the same month last year, plans at face value, demand minus seekers, ETS and DOT (dynamic optimised Theta);
      by level, horizon and chain. Places of monthly totals are relived the same way. Nothing is written to the database. The
      table goes to standard output.

        labourwatch backtest --origins 12 --csv backtest.csv --page backtest.html
      """)

  @Option(help: ArgumentHelp("Number of past months to relive.", valueName: "months"))
  var origins = 12

  @Option(help: ArgumentHelp("Months ahead (default: the profile's, 6).", valueName: "months"))
  var horizon: Int?

  @Option(help: ArgumentHelp("Also write the scores as CSV.", valueName: "file.csv"))
  var csv: String?

  @Option(help: ArgumentHelp("Also write a page with plots.", valueName: "file.html"))
  var page: String?

  @OptionGroup(title: "Clock") var clock: ClockOptions
  @OptionGroup(title: "Global options") var globals: GlobalOptions

  func perform() throws -> ExitStatus {
    let session = try Session(globals.configuration(clock))
    let report = try BacktestRun(session).run(.init(origins: origins, horizon: horizon))
    Console.writeOutput(report.text)
    try report.write(csv: csv, page: page)
    return .done
  }
}
