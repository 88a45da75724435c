import Forecasting
import Glibc
import Tabular

/// The use case `series backtest`: rolling origins over a panel from CSV, measures as a table, CSV and an HTML page.
public struct SeriesBacktest: Sendable {
  /// What is asked for.
  public struct Options: Sendable {
    /// What to forecast.
    public var input: SeriesInput
    /// CSV of the measures by part.
    public var output: String?
    /// HTML page with plots.
    public var html: String?
    /// Number of origins.
    public var origins: Int
    /// Periods between origins.
    public var step: Int
    /// Whether the pooled regression is also run without each of its parts.
    public var ablation: Bool

    /// Makes options.
    public init(
      input: SeriesInput, output: String? = nil, html: String? = nil, origins: Int = 6, step: Int = 1,
      ablation: Bool = false
    ) {
      self.input = input
      self.output = output
      self.html = html
      self.origins = origins
      self.step = step
      self.ablation = ablation
    }
  }

  /// One line of the result: a part of the folds and its measures.
  public struct Line: Sendable {
    /// `all`, `horizon`, `origin`, `group`, `level`, `level, not reconciled` or `pooled`.
    public var by: String
    /// Which one.
    public var part: String
    /// The measures.
    public var score: Backtest.Score
  }

  /// Runs the backtest, writes what was asked for and gives the lines.
  /// - Throws: ``Failure`` for input that cannot be read or is too short for a single origin.
  public static func run(_ options: Options, progress: (@Sendable (Double) -> Void)? = nil) throws -> [Line] {
    let loaded = try options.input.load()
    let backtest = try backtest(loaded, options, hierarchy: loaded.tree?.hierarchy, progress: progress)
    guard !backtest.folds.isEmpty else {
      throw Failure.usage(
        "\(options.input.path): no series is longer than the horizon of \(loaded.options.horizon)",
        next: "lower --horizon")
    }
    var lines = lines(backtest, panel: loaded.panel, style: loaded.style)
    if let tree = loaded.tree {
      lines += levels(backtest, by: "level", loaded.panel, tree)
      let base = try self.backtest(loaded, options, hierarchy: nil)
      lines += levels(base, by: "level, not reconciled", loaded.panel, tree)
    }
    if options.ablation { lines += try ablation(loaded, options) }
    if let path = options.output { try writeCSV(lines, path: path) }
    if let path = options.html {
      let page = SeriesBacktestPage(backtest: backtest, panel: loaded.panel, style: loaded.style, lines: lines)
      try SeriesForecastWriter.write(text: page.html, path: path)
    }
    return lines
  }

  private static func backtest(
    _ loaded: SeriesInput.Loaded, _ options: Options, hierarchy: Hierarchy?,
    progress: (@Sendable (Double) -> Void)? = nil
  ) throws -> Backtest {
    do {
      return try Backtest(
        panel: loaded.panel, hierarchy: hierarchy, options: loaded.options, origins: options.origins,
        step: options.step, progress: progress)
    } catch {
      throw Failure.usage(error.reason)
    }
  }

  /// The pooled regression alone, whole and without each of its parts.
  private static func ablation(_ loaded: SeriesInput.Loaded, _ options: Options) throws -> [Line] {
    var loaded = loaded
    loaded.options.models = .pooled
    let whole = loaded.options.pooled.parts
    func line(_ part: String) throws -> Line {
      let folds = try backtest(loaded, options, hierarchy: nil).folds
      return Line(by: "pooled", part: part, score: Backtest.score(folds))
    }
    var out = [try line("whole")]
    for part in PooledRegression.Part.allCases where whole.contains(part) {
      if part == .calendar, loaded.options.pooled.effects == nil { continue }
      if part == .groups, Set(loaded.panel.series.compactMap(\.group)).count < 2 { continue }
      loaded.options.pooled.parts = whole.subtracting([part])
      out.append(try line("without \(part.rawValue)"))
    }
    return out
  }

  private static func levels(_ backtest: Backtest, by: String, _ panel: Panel, _ tree: SeriesHierarchyFile) -> [Line] {
    var names: [String] = []
    var folds: [String: [Backtest.Fold]] = [:]
    let levels = panel.series.map { tree.level($0.id) }
    for fold in backtest.folds {
      guard let level = levels[fold.series] else { continue }
      if folds[level] == nil { names.append(level) }
      folds[level, default: []].append(fold)
    }
    return names.sorted().map { Line(by: by, part: $0, score: Backtest.score(folds[$0] ?? [])) }
  }

  private static func lines(_ backtest: Backtest, panel: Panel, style: SeriesPeriodStyle) -> [Line] {
    var out = [Line(by: "all", part: "", score: Backtest.score(backtest.folds))]
    for h in 0..<backtest.horizon {
      out.append(Line(by: "horizon", part: "\(h + 1)", score: Backtest.score(backtest.folds, at: h)))
    }
    let starts = Set(backtest.folds.map(\.start)).sorted()
    if starts.count <= 60 {
      for start in starts {
        let folds = backtest.folds.filter { $0.start == start }
        out.append(Line(by: "origin", part: style.text(start - 1), score: Backtest.score(folds)))
      }
    }
    let groups = Set(panel.series.compactMap(\.group)).sorted()
    for group in groups {
      let folds = backtest.folds.filter { panel.series[$0.series].group == group }
      if !folds.isEmpty { out.append(Line(by: "group", part: group, score: Backtest.score(folds))) }
    }
    return out
  }

  private static func writeCSV(_ lines: [Line], path: String) throws {
    var text = "by,part,folds,mase,rmsse,owa,spl,coverage80\n"
    for line in lines {
      let s = line.score
      let numbers = [s.mase, s.rmsse, s.owa, s.spl, s.coverage].map { fixed($0) }.joined(separator: ",")
      text += "\(line.by),\(CSVQuoting.line([line.part])),\(s.folds),\(numbers)\n"
    }
    try SeriesForecastWriter.write(text: text, path: path)
  }

  /// The lines as a table of fixed width.
  public static func table(_ lines: [Line]) -> String {
    let rows =
      [["by", "part", "folds", "MASE", "RMSSE", "OWA", "SPL", "cover 80%"]]
      + lines.map { line in
        [line.by, line.part, "\(line.score.folds)"]
          + [line.score.mase, line.score.rmsse, line.score.owa, line.score.spl, line.score.coverage].map { fixed($0) }
      }
    let widths = (0..<8).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < 2 ? cell + space : space + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n") + "\n"
  }

  /// A share in percent with one digit after the point.
  static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " %"
  }

  /// A number in few characters, for axes.
  static func short(_ x: Double) -> String {
    guard x.isFinite else { return "" }
    if x == 0 { return "0" }
    let size = Swift.abs(x)
    if size >= 1e15 || (size > 0 && size < 1e-4) { return shortest("%.2g", x) }
    for (unit, name) in [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, "")] where size >= unit {
      return name.isEmpty ? shortest("%.0f", x) : shortest("%.4g", x / unit) + name
    }
    return shortest("%.4g", x)
  }

  private static func shortest(_ format: String, _ x: Double) -> String {
    withVaList([x]) { list in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
        guard let base = buffer.baseAddress else { return "" }
        vsnprintf(base, 64, format, list)
        return String(cString: base)
      }
    }
  }

  /// Four digits after the point.
  static func fixed(_ x: Double) -> String {
    guard x.isFinite else { return "" }
    let whole = Int((Swift.abs(x) * 10000).rounded())
    let digits = String(whole % 10000)
    return (x < 0 ? "-" : "") + "\(whole / 10000)." + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
