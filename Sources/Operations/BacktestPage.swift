import Foundation
import LabourMarket
import Shortfall

/// The page of a backtest: what it found in a sentence, tables by level, by months ahead, by chain and by region, three plots. One file, no scripts.
struct BacktestPage {
  let report: BacktestReport

  private static let colours: [Level: String] = [
    .cell: "#7a7a7a", .chainRegion: "#1f77b4", .chain: "#c0392b", .region: "#2e8b57", .city: "#8056a8",
  ]

  /// The page.
  var html: String {
    """
    <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Backtest · \(Self.escape(report.place))</title><style>
    body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:1080px;padding:0 1em;color:#222}
    table{border-collapse:collapse;margin:.5em 0 1.5em;font-variant-numeric:tabular-nums}
    td,th{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:right;font-size:14px}
    th{font-weight:600;vertical-align:bottom}td:first-child,th:first-child{text-align:left}
    .good{color:#1c6b3c}.bad{color:#b03020}.note{color:#555;font-size:13.5px;max-width:60em}
    figure{display:inline-block;margin:.5em 1em .5em 0;vertical-align:top}figcaption{font-size:13.5px;max-width:430px;color:#444}
    h2{margin-top:1.6em}</style></head><body>
    <h1>Backtest · \(Self.escape(report.place))</h1>
    <p>\(report.origins.count) past months, \(report.origins.first?.description ?? "") to \(report.origins.last?.description ?? ""), each
    relived with what was known by its end, 1–\(report.horizon) months ahead, against what came.</p>
    <p>\(finding)</p>
    <h2>By level</h2>
    \(table(report.lines.filter { $0.horizon == nil && $0.part.isEmpty }, first: "level") { Self.name($0.level) })
    <p class="note">MAE: mean absolute error of P50, persons. Pinball: loss of P10, P50 and P90 together, persons. Coverage: share of outcomes from
    P10 to P90; 80 % is meant, 75–87 % is fair, coloured outside. Bias: sum of means over sum of outcomes. Brier skill of P(exceed): 0 is no better than
    knowing how often the threshold is exceeded, 1 is perfect. “/ rival”: our MAE over the rival's on the same samples; below 1 (green) is
    better, above 1 (red) worse; — where the rival says nothing. ETS: exponential smoothing, form chosen by information criterion; DOT: dynamic
    optimised Theta.</p>
    <p>Precision@20 of the list (chain × region, three months ahead): \(Self.escape(report.precision)).</p>
    \(errorPlot)\(coveragePlot)\(reliabilityPlot)
    <h2>By months ahead</h2>
    \(table(report.lines.filter { $0.horizon != nil }, first: "level, months ahead") {
      "\(Self.name($0.level)), \($0.horizon ?? 0)"
    })
    \(parts(.chain, "By chain"))\(parts(.region, "By region"))
    </body></html>

    """
  }

  /// The result in a sentence.
  private var finding: String {
    let whole = report.lines.filter { $0.horizon == nil && $0.part.isEmpty }
    guard let line = whole.first(where: { $0.level == .chain }) ?? whole.last else { return "Nothing could be scored." }
    let rivals = report.spokenRivals.compactMap { rival in
      line.score.rivalMAE[rival.index].map { (name: rival.rival.rawValue, ratio: $0) }
    }
    guard let best = rivals.max(by: { $0.ratio < $1.ratio }) else { return "No rival could be scored." }
    let share = BacktestReport.number(abs(1 - best.ratio) * 100, 0)
    let verb = best.ratio < 1 ? "smaller" : "larger"
    return """
      At the level “\(Self.name(line.level))” the error is \(share) % \(verb) than that of the best rival (\(Self.escape(best.name))); \
      \(BacktestReport.number(line.score.coverage * 100, 0)) % of the outcomes lay from P10 to P90, where 80 % are meant.
      """
  }

  // MARK: tables

  private func table(
    _ lines: [BacktestReport.Line], first: String, _ label: (BacktestReport.Line) -> String
  ) -> String {
    let rivals = report.spokenRivals
    let heads =
      [first, "samples", "MAE", "pinball", "coverage", "bias", "Brier skill"] + rivals.map { "/ \($0.rival.rawValue)" }
    let rows = lines.map { line -> String in
      let score = line.score
      let isFair = (0.75...0.87).contains(score.coverage)
      var cells = [
        "<td>\(Self.escape(label(line)))</td>", "<td>\(score.count)</td>",
        "<td>\(BacktestReport.number(score.mae, 1))</td>",
        "<td>\(BacktestReport.number(score.pinball, 1))</td>",
        "<td\(isFair ? "" : " class=\"bad\"")>\(BacktestReport.number(100 * score.coverage, 0)) %</td>",
        "<td>\(BacktestReport.percent(score.bias))</td>", "<td>\(BacktestReport.told(score.brierSkill, 2))</td>",
      ]
      cells += rivals.map { rival in
        guard let ratio = score.rivalMAE[rival.index] else { return "<td>—</td>" }
        return "<td class=\"\(ratio < 1 ? "good" : "bad")\">\(BacktestReport.number(ratio, 2))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    let head = heads.map { "<th>\(Self.escape($0))</th>" }.joined()
    return "<table><thead><tr>\(head)</tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table>"
  }

  private func parts(_ level: Level, _ title: String) -> String {
    let lines = report.lines.filter { $0.level == level && !$0.part.isEmpty }
    guard !lines.isEmpty else { return "" }
    return "<h2>\(title)</h2>"
      + table(lines, first: Self.name(level)) { line in
        level == .chain ? report.names.chain(line.part) : report.names.region(line.part)
      }
  }

  // MARK: plots

  private var errorPlot: String {
    plot(
      "Error over the better of last gap and same month last year",
      "Below the line at 1 the forecast beats both rules, which are taken month by month ahead.", top: 1.25, mark: 1,
      steps: [0, 0.25, 0.5, 0.75, 1, 1.25]
    ) { line in
      // Of ratios to two rivals the larger is that to the better one.
      [line.score.rivalMAE[0], line.score.rivalMAE[1]].compactMap(\.self).max()
    }
  }

  private var coveragePlot: String {
    plot(
      "Share of outcomes from P10 to P90", "0.80 is meant: above it intervals are too wide, below it too narrow.",
      top: 1,
      mark: 0.8, steps: [0, 0.2, 0.4, 0.6, 0.8, 1]
    ) { $0.score.coverage }
  }

  /// A value by months ahead, a line a level.
  private func plot(
    _ title: String, _ caption: String, top: Double, mark: Double, steps: [Double],
    _ value: (BacktestReport.Line) -> Double?
  ) -> String {
    let width = 280.0
    let step = width / Double(max(report.horizon - 1, 1))
    func x(_ h: Int) -> String { BacktestReport.number(44 + Double(h - 1) * step, 1) }
    func y(_ value: Double) -> String { BacktestReport.number(220 - min(max(value, 0), top) / top * 200, 1) }
    var body = ""
    for value in steps {
      let colour = value == mark ? "#555" : "#e3e3e3"
      body += "<line x1=\"44\" x2=\"\(44 + width)\" y1=\"\(y(value))\" y2=\"\(y(value))\" stroke=\"\(colour)\"/>"
      body += "<text x=\"38\" y=\"\(y(value))\" dy=\"4\" text-anchor=\"end\">\(String(format: "%g", value))</text>"
    }
    for h in 1...report.horizon { body += "<text x=\"\(x(h))\" y=\"236\" text-anchor=\"middle\">\(h)</text>" }
    body += "<text x=\"\(44 + width / 2)\" y=\"252\" text-anchor=\"middle\">months ahead</text>"
    var row = 0.0
    for level in [Level.cell, .chainRegion, .chain, .region, .city] {
      let points = report.lines.filter { $0.level == level && $0.horizon != nil }.compactMap { line in
        value(line).map { (line.horizon ?? 1, $0) }
      }
      guard !points.isEmpty, let colour = Self.colours[level] else { continue }
      let path = points.map { "\(x($0.0)),\(y($0.1))" }.joined(separator: " ")
      body += "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(path)\"/>"
      body += points.map { "<circle cx=\"\(x($0.0))\" cy=\"\(y($0.1))\" r=\"2.5\" fill=\"\(colour)\"/>" }.joined()
      body += "<text x=\"\(44 + width + 12)\" y=\"\(34 + row)\" fill=\"\(colour)\">\(Self.name(level))</text>"
      row += 18
    }
    return Self.figure(title, caption, body, width: 430)
  }

  /// P(exceed) against what came, at the finest level that a list ranks.
  private var reliabilityPlot: String {
    let level: Level = report.lines.contains { $0.level == .chainRegion } ? .chainRegion : .chain
    let bins = report.backtest.reliability(level)
    guard !bins.isEmpty else { return "" }
    var body = "<line x1=\"44\" y1=\"220\" x2=\"324\" y2=\"20\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>"
    body += "<path d=\"M44 20V220H324\" fill=\"none\" stroke=\"#888\"/>"
    for tick in [0.0, 0.25, 0.5, 0.75, 1] {
      let (x, y) = (44 + 280 * tick, 220 - 200 * tick)
      body += "<text x=\"\(x)\" y=\"236\" text-anchor=\"middle\">\(String(format: "%g", tick))</text>"
      body += "<text x=\"38\" y=\"\(y + 4)\" text-anchor=\"end\">\(String(format: "%g", tick))</text>"
    }
    body += "<text x=\"184\" y=\"252\" text-anchor=\"middle\">P(exceed) as said</text>"
    body +=
      "<text x=\"12\" y=\"120\" text-anchor=\"middle\" transform=\"rotate(-90 12 120)\">share that came true</text>"
    for bin in bins {
      let (x, y) = (
        BacktestReport.number(44 + bin.predicted * 280, 1), BacktestReport.number(220 - bin.observed * 200, 1)
      )
      let radius = BacktestReport.number(min(2 + log(Double(bin.count)), 9), 1)
      body += "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\" fill=\"#1f77b4\" fill-opacity=\".7\">"
      body += "<title>\(bin.count) forecasts</title></circle>"
    }
    let exceeded = BacktestReport.number(
      100 * bins.reduce(0.0) { $0 + $1.observed * Double($1.count) } / Double(bins.reduce(0) { $0 + $1.count }), 0)
    return Self.figure(
      "Reliability of P(exceed), \(Self.name(level))",
      "On the dashed line what is said comes true as often as said; a dot's size grows with its number of forecasts. "
        + "\(exceeded) % of all exceeded their threshold.", body, width: 360)
  }

  private static func figure(_ title: String, _ caption: String, _ body: String, width: Int) -> String {
    """
    <figure><b>\(escape(title))</b><br><svg width="\(width)" height="262" font-size="12" role="img" aria-label="\(escape(title))">\(body)</svg>
    <figcaption>\(escape(caption))</figcaption></figure>
    """
  }

  // MARK: words

  private static func name(_ level: Level) -> String {
    switch level {
    case .cell: "cell"
    case .chainRegion: "chain × region"
    case .chain: "chain"
    case .region: "region"
    case .city: "whole"
    }
  }

  private static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
