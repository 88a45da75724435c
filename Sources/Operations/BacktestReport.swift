import Foundation
import LabourMarket
import Reporting
import Shortfall

/// A backtest as a table for a terminal and as CSV; ``BacktestPage`` makes the page with plots.
public struct BacktestReport: Sendable {
  let backtest: Backtest
  let place: String
  let origins: [Month]
  let horizon: Int
  let names: ReportNames
  let strings: StringTable
  let lines: [Line]

  /// One line: a group of samples and its score.
  struct Line: Sendable {
    let level: Level
    let horizon: Int?
    /// A chain's code, or a region's where the level is the regions'; empty for the level as a whole.
    let part: String
    let score: BacktestScore
  }

  init(
    _ backtest: Backtest, place: String, origins: [Month], horizon: Int, names: ReportNames, strings: StringTable
  ) {
    self.backtest = backtest
    self.place = place
    self.origins = origins
    self.horizon = horizon
    self.names = names
    self.strings = strings
    lines = Self.lines(backtest, horizon)
  }

  /// The columns of ``csv``.
  public static let columns =
    [
      "level", "horizon", "chain", "region", "samples", "mae", "pinball", "coverage80", "bias", "brier", "brier_skill",
    ]
    + Backtest.Rival.allCases.map { "mae_ratio_" + $0.rawValue.replacing(" ", with: "_").lowercased() }
    + Backtest.Rival.allCases.map { "pinball_ratio_" + $0.rawValue.replacing(" ", with: "_").lowercased() }

  /// Scores by level, by level and horizon, by chain and by region.
  public var csv: String {
    var out = Self.columns.joined(separator: ",") + "\n"
    for line in lines {
      let score = line.score
      var cells = [
        line.level.rawValue, line.horizon.map(String.init) ?? "", line.level == .chain ? line.part : "",
        line.level == .region ? line.part : "", "\(score.count)", Self.number(score.mae, 3),
        Self.number(score.pinball, 3), Self.number(score.coverage, 3), Self.number(score.bias, 4),
        Self.number(score.brier, 4), score.brierSkill.map { Self.number($0, 3) } ?? "",
      ]
      cells += (score.rivalMAE + score.rivalPinball).map { $0.map { Self.number($0, 3) } ?? "" }
      out += cells.joined(separator: ",") + "\n"
    }
    return out
  }

  /// The table for a terminal: one line a level, errors as ratios to each rival's (below 1: better).
  public var text: String {
    var out =
      "\(place): \(origins.count) origins \(origins.first?.description ?? "")–\(origins.last?.description ?? ""), "
    out += "1–\(horizon) months ahead.\n"
    let rivals = spokenRivals
    let heads = ["level", "MAE", "pinball", "cover80", "bias", "Brier skill"] + rivals.map { "/ \($0.rival.rawValue)" }
    out += heads.enumerated().map { Self.pad($1, $0 == 0 ? 13 : max($1.count, 8)) }.joined(separator: "  ") + "\n"
    for line in lines where line.horizon == nil && line.part.isEmpty {
      let score = line.score
      let cells =
        [
          line.level.rawValue, Self.number(score.mae, 2), Self.number(score.pinball, 2), Self.number(score.coverage, 2),
          Self.percent(score.bias), Self.told(score.brierSkill, 2),
        ] + rivals.map { Self.told(score.rivalMAE[$0.index], 3) }
      out +=
        zip(heads, cells).enumerated().map { Self.pad($1.1, $0 == 0 ? 13 : max($1.0.count, 8)) }.joined(separator: "  ")
        + "\n"
    }
    out += """
      precision@20 of chain × region, three months ahead: \(precision)
      MAE of P50 and pinball loss in persons; “/ rival”: MAE over the rival's, below 1 is better. cover80: share of outcomes from P10 to
      P90, 0.80 is meant. Brier skill of P(exceed): 0 is no better than knowing how often it happens, 1 is perfect.

      """
    return out
  }

  /// Precision@20, or why there is none.
  var precision: String {
    backtest.precision().map { Self.number($0, 2) } ?? "— (no more than 20 nodes: nothing to rank)"
  }

  /// Rivals that say anything at all.
  var spokenRivals: [(index: Int, rival: Backtest.Rival)] {
    Backtest.Rival.allCases.enumerated().filter { index, _ in
      lines.contains { $0.score.rivalMAE[index] != nil }
    }.map { ($0.offset, $0.element) }
  }

  private static func lines(_ backtest: Backtest, _ horizon: Int) -> [Line] {
    var out: [Line] = []
    let byLevel = Dictionary(grouping: backtest.samples, by: \.level)
    for level in [Level.cell, .chainRegion, .chain, .region, .city] {
      guard let own = byLevel[level] else { continue }
      out.append(Line(level: level, horizon: nil, part: "", score: BacktestScore(own)))
      let near = Dictionary(grouping: own, by: \.horizon)
      for h in 1...horizon {
        if let list = near[h] { out.append(Line(level: level, horizon: h, part: "", score: BacktestScore(list))) }
      }
    }
    for level in [Level.chain, .region] {
      let parts = Dictionary(grouping: byLevel[level] ?? []) { $0.key.chain?.rawValue ?? $0.key.region?.rawValue ?? "" }
      for part in parts.keys.sorted() {
        out.append(Line(level: level, horizon: nil, part: part, score: BacktestScore(parts[part] ?? [])))
      }
    }
    return out
  }

  // MARK: text

  static func told(_ value: Double?, _ digits: Int) -> String { value.map { number($0, digits) } ?? "—" }

  static func percent(_ share: Double) -> String { number(100 * share, 1) + "%" }

  static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
