import Forecasting
import Glibc

/// The use case `series forecast`: a panel from CSV, its forecasts to CSV.
public struct SeriesForecast: Sendable {
  /// What is asked for.
  public struct Options: Sendable {
    /// The panel: `unique_id,ds,y`.
    public var input: String
    /// The forecasts: `unique_id,ds,mean,p10,p50,p90`.
    public var output: String
    /// `node,bottom` pairs, for coherent forecasts; nodes that the panel lacks are added as sums.
    public var hierarchy: String?
    /// A file for the explanation of every series, as CSV.
    public var explain: String?
    /// Settings of the forecaster.
    public var forecaster: PanelForecaster.Options

    /// Makes options.
    public init(
      input: String, output: String, hierarchy: String? = nil, explain: String? = nil,
      forecaster: PanelForecaster.Options
    ) {
      self.input = input
      self.output = output
      self.hierarchy = hierarchy
      self.explain = explain
      self.forecaster = forecaster
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
    let file = try SeriesPanelFile(path: options.input)
    let tree = try options.hierarchy.map { try SeriesHierarchyFile.read($0) }
    let results: [SeriesForecastResult]
    do {
      let panel = if let tree { try file.panel.adding(nodesOf: tree) } else { file.panel }
      results = try PanelForecaster(options: options.forecaster).forecast(
        panel, hierarchy: tree, progress: progress)
    } catch {
      throw Failure.usage(error.reason)
    }
    try SeriesForecastWriter.write(results, style: file.style, path: options.output)
    if let path = options.explain { try SeriesForecastWriter.explain(results, path: path) }
    return summary(results, file: file)
  }

  private static func summary(_ results: [SeriesForecastResult], file: SeriesPanelFile) -> Summary {
    var methods: [String: Int] = [:]
    var reasons: [String: Int] = [:]
    for result in results {
      methods[result.method, default: 0] += 1
      if let reason = result.fallbackReason { reasons[reason, default: 0] += 1 }
    }
    return Summary(
      series: results.count, rows: file.rows,
      methods: methods.keys.sorted().map { ($0, methods[$0] ?? 0) },
      fallbacks: reasons.keys.sorted().map { ($0, reasons[$0] ?? 0) })
  }
}

/// Reads `node,bottom` pairs.
enum SeriesHierarchyFile {
  static func read(_ path: String) throws -> Hierarchy {
    var reader = try SeriesCSVReader(path: path, option: "--hierarchy", columns: "node,bottom")
    let header = try reader.header()
    guard let node = header.firstIndex(of: "node"), let bottom = header.firstIndex(of: "bottom") else {
      throw Failure.usage("\(path): line 1: columns node and bottom are required", next: "rename the columns")
    }
    var edges: [(node: String, bottom: String)] = []
    try reader.forEachRow { line, row in
      guard row.count > Swift.max(node, bottom) else { throw Failure.usage("\(path): line \(line): too few fields") }
      edges.append((String(decoding: row[node], as: UTF8.self), String(decoding: row[bottom], as: UTF8.self)))
    }
    return Hierarchy(edges: edges)
  }
}
