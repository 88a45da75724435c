import ArgumentParser
import Foundation
import Forecasting
import Operations

/// `labourwatch series …`: panels from CSV, no database.
struct Series: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "series", abstract: "Forecast and backtest panels of series from CSV files; needs no database.",
    subcommands: [SeriesForecastCommand.self, SeriesBacktestCommand.self])
}

/// What forecast and backtest share.
struct SeriesModelOptions: ParsableArguments {
  @Option(
    help: "CSV file with the columns unique_id,ds,y; ds is a month, a date (days to years apart) or a whole number.")
  var input: String

  @Option(help: "Periods to forecast.")
  var horizon: Int = 6

  @Option(
    help: "Periods in a season; 1 for none. (default: 12 for months, 4 for quarters, 52 for weeks, 7 for days, else 1)")
  var season: Int?

  @Option(
    help: ArgumentHelp(
      "combination, pooled (the pooled regression alone), local (models of single series alone), or names of models.",
      discussion: "Models by name, separated by commas: \(ModelCatalogue.all.map(\.name).joined(separator: ", "))."))
  var models: String = "combination"

  @Option(
    help:
      "CSV file with the columns node,bottom: the bottom series that sum to a node; a node that the input lacks is added."
  )
  var hierarchy: String?

  @Option(
    help: ArgumentHelp(
      "Groups of series: the name of a column, prefix:C for the id's part before the character C, or none.",
      discussion:
        "Groups have their own shares of models and their common movement. Without it: the column group, if any."))
  var groups: String?

  @Option(help: "Calendar of moving effects: cn, or a CSV file with ds (a month) and a column of numbers an effect.")
  var calendar: String?

  @Option(
    help: ArgumentHelp(
      "Parts of the pooled regression to leave out, separated by commas.",
      discussion: "Parts: \(PooledRegression.Part.allCases.map(\.rawValue).joined(separator: ", "))."))
  var without: String?

  @Option(help: "Threads; results do not depend on their number.")
  var threads: Int = SeriesForecast.processors

  func asked(explain: Bool) throws -> SeriesInput {
    SeriesInput(
      path: input, hierarchy: hierarchy, groups: groups.map { SeriesPanelFile.Groups($0) } ?? .automatic,
      calendar: calendar, season: season, forecaster: try forecaster(explain: explain),
      environment: ProcessInfo.processInfo.environment)
  }

  private func forecaster(explain: Bool) throws -> PanelForecaster.Options {
    var options = PanelForecaster.Options(horizon: horizon, threads: threads, explain: explain)
    for name in (without ?? "").split(separator: ",") {
      guard let part = PooledRegression.Part(rawValue: String(name)) else {
        throw Failure.usage(
          "--without: there is no part \(name)",
          next: "give of \(PooledRegression.Part.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      options.pooled.parts.remove(part)
    }
    if let choice = PanelForecaster.ModelChoice(rawValue: models) {
      options.models = choice
      return options
    }
    options.models = .local
    options.localModels = try models.split(separator: ",").map { name in
      guard let model = ModelCatalogue.named(String(name)) else {
        throw Failure.usage(
          "--models: there is no model \(name)",
          next: "give combination, pooled, local, or of \(ModelCatalogue.all.map(\.name).joined(separator: ", "))")
      }
      return model
    }
    return options
  }

  func validate() throws {
    guard (1...1000).contains(horizon) else { throw ValidationError("--horizon \(horizon): give 1 to 1000") }
    if let season, !(1...1000).contains(season) { throw ValidationError("--season \(season): give 1 to 1000") }
    guard threads >= 1 else { throw ValidationError("--threads \(threads): give at least 1") }
  }
}

/// `labourwatch series forecast`.
struct SeriesForecastCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "forecast", abstract: "Forecast every series of a panel, with intervals.")

  @OptionGroup var model: SeriesModelOptions

  @Option(help: "CSV file to write: unique_id,ds,mean,p10,p50,p90.")
  var output: String

  @Option(help: "CSV file to write: which models weigh how much in each series, and why.")
  var explain: String?

  @OptionGroup var global: GlobalOptions

  func perform() throws -> ExitStatus {
    let console = Console(format: global.logFormat, quiet: global.quiet)
    let summary = try SeriesForecast.run(
      .init(
        input: model.asked(explain: explain != nil), output: output, explain: explain),
      progress: { console.progress("forecasting", fraction: $0) })
    console.endProgress()
    for (reason, count) in summary.fallbacks { console.info("fallback: \(reason)", ["series": "\(count)"]) }
    return .done
  }
}

/// `labourwatch series backtest`.
struct SeriesBacktestCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "backtest", abstract: "Forecast a panel again at past origins and measure the forecasts.",
    discussion: """
      The table goes to standard output: measures over all, by horizon, origin and group; with --hierarchy by level too, \
      reconciled and not.
      """)

  @OptionGroup var model: SeriesModelOptions

  @Option(help: "Number of origins; the newest lies one horizon before the end.")
  var origins: Int = 6

  @Option(help: "Periods between origins.")
  var step: Int = 1

  @Flag(help: "Also measure the pooled regression alone, whole and without each of its parts.")
  var ablation = false

  @Option(help: "CSV file to write with the measures.")
  var output: String?

  @Option(help: "HTML page to write with the measures and plots.")
  var html: String?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard origins >= 1, step >= 1 else { throw ValidationError("--origins and --step: give at least 1") }
  }

  func perform() throws -> ExitStatus {
    let console = Console(format: global.logFormat, quiet: global.quiet)
    let lines = try SeriesBacktest.run(
      .init(
        input: model.asked(explain: false), output: output, html: html, origins: origins, step: step,
        ablation: ablation),
      progress: { console.progress("backtest", fraction: $0) })
    console.endProgress()
    Console.writeOutput(SeriesBacktest.table(lines))
    return .done
  }
}
