import ArgumentParser
import LabourMarket
import Operations

/// `labourwatch forecast`.
struct ForecastCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Estimate unfilled openings by chain, region and occupation for the coming months.",
    discussion: """
      Uses only what was known by the end of the month --as-of (default: the last whole month before now), so a forecast
      made later for a past month equals the one that would have been made then. `labourwatch export forecast` writes it
      as CSV.
      """)

  @Option(
    name: .customLong("as-of"), help: ArgumentHelp("The month by whose end all must be known.", valueName: "YYYY-MM"))
  var asOf: String?

  @Option(help: ArgumentHelp("Months ahead (default: the profile's, 6).", valueName: "months"))
  var horizon: Int?

  @OptionGroup(title: "Clock") var clock: ClockOptions
  @OptionGroup(title: "Global options") var globals: GlobalOptions

  func validate() throws {
    if let horizon, !(1...24).contains(horizon) {
      throw ValidationError("--horizon should lie between 1 and 24 months.")
    }
  }

  func perform() throws -> ExitStatus {
    let month = try asOf.map { try Arguments.month($0, "--as-of") }
    let session = try Session(globals.configuration(clock))
    return try session.run("forecast") { run in
      var summary = RunSummary()
      let forecast = try ForecastRun(session).run(.init(asOf: month, horizon: horizon), in: run)
      summary.forecast = forecast
      summary.note(forecast, session.console)
      session.tell(summary)
      return summary
    }
  }
}
