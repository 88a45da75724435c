import ArgumentParser
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
  @Option(help: "CSV file with the columns unique_id,ds,y; ds is a month, a date or a whole number.")
  var input: String

  @Option(help: "Periods to forecast.")
  var horizon: Int = 6

  @Option(help: "Periods in a season; 1 for none.")
  var season: Int = 12

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

  @Option(help: "Threads; results do not depend on their number.")
  var threads: Int = SeriesForecast.processors

  func forecaster(explain: Bool) throws -> PanelForecaster.Options {
    var options = PanelForecaster.Options(horizon: horizon, season: season, threads: threads, explain: explain)
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
    guard (1...1000).contains(season) else { throw ValidationError("--season \(season): give 1 to 1000") }
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
        input: model.input, output: output, hierarchy: model.hierarchy, explain: explain,
        forecaster: model.forecaster(explain: explain != nil)),
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
    discussion: "The table goes to standard output: measures over all, by horizon, origin and group.")

  @OptionGroup var model: SeriesModelOptions

  @Option(help: "Number of origins; the newest lies one horizon before the end.")
  var origins: Int = 6

  @Option(help: "Periods between origins.")
  var step: Int = 1

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
        input: model.input, hierarchy: model.hierarchy, output: output, html: html, origins: origins, step: step,
        forecaster: model.forecaster(explain: false)),
      progress: { console.progress("backtest", fraction: $0) })
    console.endProgress()
    Console.writeOutput(SeriesBacktest.table(lines))
    return .done
  }
}
