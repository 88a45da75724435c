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

      With --scenario the same is also estimated under what the file says (machines, a new plant, graduates, fewer answers …)
      and printed beside the base case; lists and alerts never see it. `jobs/suqian/scenarios` has examples.

        labourwatch forecast --scenario jobs/suqian/scenarios/new-plant.yaml --output difference.csv
      """)

  @Option(
    name: .customLong("as-of"), help: ArgumentHelp("The month by whose end all must be known.", valueName: "YYYY-MM"))
  var asOf: String?

  @Option(help: ArgumentHelp("Months ahead (default: the profile's, 6).", valueName: "months"))
  var horizon: Int?

  @Option(help: ArgumentHelp("What might happen, to be set beside the base case.", valueName: "file.yaml"))
  var scenario: String?

  @Option(
    help: ArgumentHelp(
      "Write the scenario's differences to this .csv or .jsonl; - for standard output.", valueName: "file"))
  var output: String?

  @OptionGroup(title: "Clock") var clock: ClockOptions
  @OptionGroup(title: "Global options") var globals: GlobalOptions

  func validate() throws {
    if let horizon, !(1...24).contains(horizon) {
      throw ValidationError("--horizon should lie between 1 and 24 months.")
    }
    if output != nil, scenario == nil {
      throw ValidationError("--output belongs to --scenario; `labourwatch export forecast` writes a forecast.")
    }
  }

  func perform() throws -> ExitStatus {
    let month = try asOf.map { try Arguments.month($0, "--as-of") }
    let session = try Session(globals.configuration(clock))
    return try session.run("forecast") { run in
      var summary = RunSummary()
      if let scenario {
        let result = try ForecastRun(session).run(
          scenario: scenario, output: output, .init(asOf: month, horizon: horizon), in: run)
        for note in result.notes { session.console.warning(note) }
        summary.findings = result.notes
        if output != "-" { Console.writeOutput(result.text) }
        return summary
      }
      summary.take(try ForecastRun(session).run(.init(asOf: month, horizon: horizon), in: run), session.console)
      session.tell(summary)
      return summary
    }
  }
}
