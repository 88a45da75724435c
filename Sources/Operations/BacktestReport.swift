import Foundation
import LabourMarket
import Shortfall

/// A backtest as a table for a terminal, as CSV, and as a page with plots.
public struct BacktestReport: Sendable {
  private let backtest: Backtest
  private let place: String
  private let origins: [Month]
  private let horizon: Int

  /// One line: a group of samples and its score.
  private struct Line {
    let level: Level
    let horizon: Int?
    let chain: String
    let score: BacktestScore
  }

  init(_ backtest: Backtest, place: String, origins: [Month], horizon: Int) {
    self.backtest = backtest
    self.place = place
    self.origins = origins
    self.horizon = horizon
  }

  /// The columns of ``csv``.
  public static let columns =
    ["level", "horizon", "chain", "samples", "mae", "pinball", "coverage80", "bias", "brier_skill"]
    + Backtest.Rival.allCases.map { "mae_ratio_" + $0.rawValue.replacing(" ", with: "_").lowercased() }
    + Backtest.Rival.allCases.map { "pinball_ratio_" + $0.rawValue.replacing(" ", with: "_").lowercased() }

  /// Scores by level, by level and horizon, and by chain.
  public var csv: String {
    var out = Self.columns.joined(separator: ",") + "\n"
    for line in lines {
      let score = line.score
      var cells = [
        line.level.rawValue, line.horizon.map(String.init) ?? "", line.chain, "\(score.count)",
        Self.number(score.mae, 3),
        Self.number(score.pinball, 3), Self.number(score.coverage, 3), Self.number(score.bias, 4),
        score.brierSkill.map { Self.number($0, 3) } ?? "",
      ]
      cells += score.rivalMAE.map { Self.ratio(score.mae, $0) }
      cells += score.rivalPinball.map { Self.ratio(score.pinball, $0) }
      out += cells.joined(separator: ",") + "\n"
    }
    return out
  }

  /// The table for a terminal: one line a level, errors as ratios to each rival's (below 1: better).
  public var text: String {
    var out =
      "\(place): \(origins.count) origins \(origins.first?.description ?? "")–\(origins.last?.description ?? ""), "
    out += "1–\(horizon) months ahead. MAE of P50 over each rival's (below 1 is better).\n"
    let heads = ["level", "MAE", "pinball", "cover80", "bias", "Brier"] + Backtest.Rival.allCases.map(\.rawValue)
    out += heads.enumerated().map { Self.pad($1, $0 == 0 ? 13 : max($1.count, 7)) }.joined(separator: "  ") + "\n"
    for line in lines where line.horizon == nil && line.chain.isEmpty {
      let score = line.score
      let cells =
        [
          line.level.rawValue, Self.number(score.mae, 2), Self.number(score.pinball, 2), Self.number(score.coverage, 2),
          Self.number(score.bias * 100, 1) + "%", score.brierSkill.map { Self.number($0, 2) } ?? "–",
        ] + score.rivalMAE.map { $0 == nil ? "–" : Self.ratio(score.mae, $0) }
      out +=
        zip(heads, cells).enumerated().map { Self.pad($1.1, $0 == 0 ? 13 : max($1.0.count, 7)) }.joined(separator: "  ")
        + "\n"
    }
    if let precision = backtest.precision() {
      out += "precision@20 of chain × region, three months ahead: \(Self.number(precision, 2))\n"
    }
    return out
  }

  /// A page with the table, the error by month ahead and the reliability of P(exceed).
  public var html: String {
    var rows = ""
    for line in lines {
      let score = line.score
      let cells =
        [line.level.rawValue, line.horizon.map(String.init) ?? "1–\(horizon)", line.chain]
        + [
          "\(score.count)", Self.number(score.mae, 2), Self.number(score.coverage, 2), Self.number(score.bias * 100, 1),
          score.brierSkill.map { Self.number($0, 2) } ?? "–",
        ] + score.rivalMAE.map { $0 == nil ? "–" : Self.ratio(score.mae, $0) }
      rows += "<tr>" + cells.map { "<td>\(Self.escape($0))</td>" }.joined() + "</tr>\n"
    }
    let heads =
      ["level", "months ahead", "chain", "samples", "MAE", "80 % coverage", "bias %", "Brier skill"]
      + Backtest.Rival.allCases.map { "MAE / " + $0.rawValue }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>Backtest · \(Self.escape(place))</title>
      <style>body{font:14px system-ui,sans-serif;margin:2em;max-width:75em}table{border-collapse:collapse}
      td,th{padding:.2em .6em;border-bottom:1px solid #ddd;text-align:right}
      td:first-child,th:first-child{text-align:left}
      svg{margin:1em 2em 1em 0}</style></head><body>
      <h1>Backtest · \(Self.escape(place))</h1>
      <p>\(origins.count) origins, \(origins.first?.description ?? "") to \(origins.last?.description ?? ""); each used
      only what was known by its end. precision@20 of chain × region three months ahead:
      \(backtest.precision().map { Self.number($0, 2) } ?? "–").</p>
      \(errorPlot)\(reliabilityPlot)
      <table><thead><tr>\(heads.map { "<th>\(Self.escape($0))</th>" }.joined())</tr></thead><tbody>
      \(rows)</tbody></table></body></html>

      """
  }

  // MARK: groups

  private var lines: [Line] {
    var out: [Line] = []
    for level in [Level.cell, .chainRegion, .chain, .region, .city] {
      let own = backtest.samples.filter { $0.level == level }
      guard !own.isEmpty else { continue }
      out.append(Line(level: level, horizon: nil, chain: "", score: BacktestScore(own)))
      for h in 1...horizon {
        let near = own.filter { $0.horizon == h }
        if !near.isEmpty { out.append(Line(level: level, horizon: h, chain: "", score: BacktestScore(near))) }
      }
    }
    let chains = Dictionary(grouping: backtest.samples.filter { $0.level == .chain }) { $0.key.chain?.rawValue ?? "" }
    for chain in chains.keys.sorted() {
      out.append(Line(level: .chain, horizon: nil, chain: chain, score: BacktestScore(chains[chain] ?? [])))
    }
    return out
  }

  // MARK: plots

  /// MAE over the better of last gap and same month last year, by months ahead, a line a level.
  private var errorPlot: String {
    let colours: [Level: String] = [
      .cell: "#7a7a7a", .chainRegion: "#1f77b4", .chain: "#d62728", .region: "#2ca02c", .city: "#9467bd",
    ]
    var body = ""
    var legend = 0.0
    for level in [Level.cell, .chainRegion, .chain, .region, .city] {
      let points = lines.filter { $0.level == level && $0.horizon != nil }.map { line -> (Double, Double) in
        let best = [line.score.rivalMAE[0], line.score.rivalMAE[1]].compactMap(\.self).min() ?? 1
        return (Double(line.horizon ?? 1), best > 0 ? line.score.mae / best : 1)
      }
      guard !points.isEmpty else { continue }
      let colour = colours[level] ?? "#000"
      let step = 300 / Double(max(horizon - 1, 1))
      let path = points.map { point in
        Self.number(40 + (point.0 - 1) * step, 1) + "," + Self.number(230 - min(point.1, 1.2) / 1.2 * 200, 1)
      }.joined(separator: " ")
      let y = Self.number(45 + legend, 0)
      body += "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(path)\"/>"
      body += "<text x=\"350\" y=\"\(y)\" fill=\"\(colour)\" font-size=\"12\">\(level.rawValue)</text>"
      legend += 16
    }
    return Self.frame("Error over the better naive rule, by months ahead", body, width: 440, mark: 230 - 200 / 1.2, "1")
  }

  private var reliabilityPlot: String {
    var body = "<line x1=\"40\" y1=\"230\" x2=\"340\" y2=\"30\" stroke=\"#bbb\" stroke-dasharray=\"4 3\"/>"
    for bin in backtest.reliability() {
      let (x, y) = (Self.number(40 + bin.predicted * 300, 1), Self.number(230 - bin.observed * 200, 1))
      let radius = Self.number(min(2 + log(Double(bin.count)), 9), 1)
      body += "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\" fill=\"#1f77b4\" fill-opacity=\"0.7\"/>"
    }
    return Self.frame("P(exceed): said (across) and come true (up), chain × region", body, width: 400, mark: 30, "1")
  }

  private static func frame(_ title: String, _ body: String, width: Int, mark: Double, _ label: String) -> String {
    let (line, middle, title) = (number(mark, 1), number(mark + 4, 1), escape(title))
    return """
      <svg width="\(width)" height="260" role="img" aria-label="\(title)">
      <text x="40" y="16" font-size="13">\(title)</text>
      <path d="M40 30V230H340" fill="none" stroke="#888"/>
      <line x1="36" x2="340" y1="\(line)" y2="\(line)" stroke="#ddd"/>
      <text x="22" y="\(middle)" font-size="11">\(label)</text><text x="22" y="234" font-size="11">0</text>
      \(body)</svg>
      """
  }

  // MARK: text

  private static func ratio(_ own: Double, _ rival: Double?) -> String {
    guard let rival, rival > 0 else { return "" }
    return number(own / rival, 3)
  }

  private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
