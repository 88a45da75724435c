import Forecasting

/// The use case `series backtest`: rolling origins over a panel from CSV, measures as a table, CSV and an HTML page.
public struct SeriesBacktest: Sendable {
  /// What is asked for.
  public struct Options: Sendable {
    /// The panel: `unique_id,ds,y`, optionally `group`.
    public var input: String
    /// `node,bottom` pairs.
    public var hierarchy: String?
    /// CSV of the measures by part.
    public var output: String?
    /// HTML page with plots.
    public var html: String?
    /// Number of origins.
    public var origins: Int
    /// Periods between origins.
    public var step: Int
    /// Settings of the forecaster.
    public var forecaster: PanelForecaster.Options

    /// Makes options.
    public init(
      input: String, hierarchy: String? = nil, output: String? = nil, html: String? = nil, origins: Int = 6,
      step: Int = 1,
      forecaster: PanelForecaster.Options
    ) {
      self.input = input
      self.hierarchy = hierarchy
      self.output = output
      self.html = html
      self.origins = origins
      self.step = step
      self.forecaster = forecaster
    }
  }

  /// One line of the result: a part of the folds and its measures.
  public struct Line: Sendable {
    /// `all`, `horizon`, `group` or `origin`.
    public var by: String
    /// Which one.
    public var part: String
    /// The measures.
    public var score: Backtest.Score
  }

  /// Runs the backtest, writes what was asked for and gives the lines.
  /// - Throws: ``Failure`` for input that cannot be read or is too short for a single origin.
  public static func run(_ options: Options, progress: (@Sendable (Double) -> Void)? = nil) throws -> [Line] {
    let file = try SeriesPanelFile(path: options.input)
    let tree = try options.hierarchy.map { try SeriesHierarchyFile.read($0) }
    let backtest: Backtest
    var panel = file.panel
    do {
      if let tree { panel = try panel.adding(nodesOf: tree) }
      backtest = try Backtest(
        panel: panel, hierarchy: tree, options: options.forecaster, origins: options.origins, step: options.step,
        progress: progress)
    } catch {
      throw Failure.usage(error.reason)
    }
    guard !backtest.folds.isEmpty else {
      throw Failure.usage(
        "\(options.input): no series is longer than the horizon of \(options.forecaster.horizon)",
        next: "lower --horizon")
    }
    let lines = lines(backtest, panel: panel, style: file.style)
    if let path = options.output { try writeCSV(lines, path: path) }
    if let path = options.html {
      let page = SeriesBacktestPage(backtest: backtest, panel: panel, style: file.style, lines: lines)
      try SeriesForecastWriter.write(text: page.html, path: path)
    }
    return lines
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
      text += "\(line.by),\(SeriesForecastWriter.quoted(line.part)),\(s.folds),\(numbers)\n"
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

  /// Four digits after the point.
  static func fixed(_ x: Double) -> String {
    guard x.isFinite else { return "" }
    let whole = Int((Swift.abs(x) * 10000).rounded())
    let digits = String(whole % 10000)
    return (x < 0 ? "-" : "") + "\(whole / 10000)." + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
