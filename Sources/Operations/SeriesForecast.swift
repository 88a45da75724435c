import Forecasting
import Glibc

/// The use case `series forecast`: a panel from CSV, its forecasts to CSV.
public struct SeriesForecast: Sendable {
  /// What is asked for.
  public struct Options: Sendable {
    /// What to forecast.
    public var input: SeriesInput
    /// The forecasts: `unique_id,ds,mean,p10,p50,p90`.
    public var output: String
    /// A file for the explanation of every series, as CSV.
    public var explain: String?

    /// Makes options.
    public init(input: SeriesInput, output: String, explain: String? = nil) {
      self.input = input
      self.output = output
      self.explain = explain
    }
  }

  /// What was done.
  public struct Summary: Sendable {
    /// Series in the panel, with the nodes that the hierarchy added.
    public var series: Int
    /// Rows read.
    public var rows: Int
    /// Number of series by method, sorted by method.
    public var methods: [(method: String, count: Int)]
    /// Number of series by reason of a fallback, sorted by reason.
    public var fallbacks: [(reason: String, count: Int)]
  }

  /// Processors that are online: the default number of threads.
  public static var processors: Int { Swift.max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Reads, forecasts and writes.
  /// - Throws: ``Failure`` with file, line and column for input that cannot be read.
  public static func run(_ options: Options, progress: (@Sendable (Double) -> Void)? = nil) throws -> Summary {
    let loaded = try options.input.load()
    let results: [SeriesForecastResult]
    do {
      results = try PanelForecaster(options: loaded.options).forecast(
        loaded.panel, hierarchy: loaded.tree?.hierarchy, progress: progress)
    } catch {
      throw Failure.usage(error.reason)
    }
    try SeriesForecastWriter.write(results, style: loaded.style, path: options.output)
    if let path = options.explain { try SeriesForecastWriter.explain(results, path: path) }
    return summary(results, rows: loaded.rows)
  }

  private static func summary(_ results: [SeriesForecastResult], rows: Int) -> Summary {
    var methods: [String: Int] = [:]
    var reasons: [String: Int] = [:]
    for result in results {
      methods[result.method, default: 0] += 1
      if let reason = result.fallbackReason { reasons[reason, default: 0] += 1 }
    }
    return Summary(
      series: results.count, rows: rows,
      methods: methods.keys.sorted().map { ($0, methods[$0] ?? 0) },
      fallbacks: reasons.keys.sorted().map { ($0, reasons[$0] ?? 0) })
  }
}
