import ArgumentParser
import Forecasting
import Operations

/// `labourwatch series …`: panels from CSV, no database.
struct Series: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "series", abstract: "Forecast and backtest panels of series from CSV files; needs no database.",
    subcommands: [SeriesForecastCommand.self])
}

/// What forecast and backtest share.
struct SeriesModelOptions: ParsableArguments {
  @Option(help: "CSV file with the columns unique_id,ds,y; ds is a month, a date or a whole number.")
  var input: String

  @Option(help: "Periods to forecast.")
  var horizon: Int = 6

  @Option(help: "Periods in a season; 1 for none.")
  var season: Int = 12

  @Option(help: "combination, pooled (the pooled regression alone) or local (models of single series alone).")
  var models: String = "combination"

  @Option(help: "CSV file with the columns node,bottom: the bottom series that sum to a node.")
  var hierarchy: String?

  @Option(help: "Threads; results do not depend on their number.")
  var threads: Int = SeriesForecast.processors

  func forecaster(explain: Bool) throws -> PanelForecaster.Options {
    guard let choice = PanelForecaster.ModelChoice(rawValue: models) else {
      throw ValidationError("--models \(models): give combination, pooled or local")
    }
    return PanelForecaster.Options(horizon: horizon, season: season, models: choice, threads: threads, explain: explain)
  }

  func validate() throws {
    guard (1...1000).contains(horizon) else { throw ValidationError("--horizon \(horizon): give 1 to 1000") }
    guard (1...1000).contains(season) else { throw ValidationError("--season \(season): give 1 to 1000") }
    guard threads >= 1 else { throw ValidationError("--threads \(threads): give at least 1") }
  }
}

/// `labourwatch series forecast`.
struct SeriesForecastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast", abstract: "Forecast every series of a panel, with intervals.")

  @OptionGroup var model: SeriesModelOptions

  @Option(help: "CSV file to write: unique_id,ds,mean,p10,p50,p90.")
  var output: String

  func run() throws {
    let console = Console()
    let summary = try SeriesForecast.run(
      .init(
        input: model.input, output: output, hierarchy: model.hierarchy, forecaster: model.forecaster(explain: false)),
      progress: { console.progress("forecasting", fraction: $0) })
    console.endProgress()
    for (reason, count) in summary.fallbacks { console.info("fallback: \(reason)", ["series": "\(count)"]) }
  }
}
