import Foundation
import LabourMarket
import Reporting
import Shortfall

/// The page of a backtest in the profile's language: what it found in a sentence, tables by level, by months ahead, by chain and by region, three
/// plots. One file, no scripts; it fits a phone, and paper.
struct BacktestPage {
  let report: BacktestReport

  /// The page.
  var html: String {
    let title = text("title", report.place)
    let lead = text(
      "lead", "\(report.origins.count)", report.origins.first?.description ?? "",
      report.origins.last?.description ?? "", "\(report.horizon)")
    return """
      <!doctype html><html lang="\(report.strings.language)"><head><meta charset="utf-8"><meta name="viewport"
      content="width=device-width,initial-scale=1"><title>\(title)</title><style>
      body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2em auto;max-width:1180px;padding:0 1em;color:#222;
      background:#fff}
      .wide{overflow-x:auto;margin:.5em 0 1.5em}table{border-collapse:separate;border-spacing:0;font-variant-numeric:tabular-nums}
      td,th{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:right;font-size:14px}td{white-space:nowrap}
      th{font-weight:600;vertical-align:bottom;min-width:3em}
      td:first-child,th:first-child{text-align:left;white-space:normal;position:sticky;left:0;background:#fff}
      .good{color:#1c6b3c}.bad{color:#b03020}.note{color:#555;font-size:13.5px;max-width:60em}
      .plots{display:flex;flex-wrap:wrap;gap:1.2em 1.5em;margin:1.2em 0}figure{margin:0;width:360px;max-width:100%}
      figcaption{font-size:13.5px;color:#444}svg{max-width:100%;height:auto;display:block}
      h2{margin-top:1.6em;break-after:avoid}tr,figure{break-inside:avoid}
      @media(max-width:600px){body{margin:1em auto}td,th{padding:.2em .45em;font-size:13px}th{min-width:4em}
      td:first-child,th:first-child{min-width:6em;max-width:9em}}
      @media print{@page{size:A4 landscape;margin:12mm}body{margin:0;max-width:none;font-size:12px}
      td,th{font-size:11px;padding:.15em .5em}.wide{overflow:visible}}</style></head><body>
      <h1>\(title)</h1>
      <p>\(lead)</p>
      <p>\(finding)</p>
      <h2>\(text("by_level"))</h2>
      \(table(report.lines.filter { $0.horizon == nil && $0.part.isEmpty }, first: "level") { name($0.level) })
      <p class="note">\(text("note"))</p>
      <p>\(precision)</p>
      <div class="plots">\(errorPlot)\(coveragePlot)\(reliabilityPlot)</div>
      <h2>\(text("by_month"))</h2>
      \(table(report.lines.filter { $0.horizon != nil }, first: "level_month") {
        text("level_ahead", name($0.level), "\($0.horizon ?? 0)")
      })
      \(parts(.chain, "by_chain"))\(parts(.region, "by_region"))
      </body></html>

      """
  }

  /// The result in a sentence.
  private var finding: String {
    let whole = report.lines.filter { $0.horizon == nil && $0.part.isEmpty }
    guard let line = whole.first(where: { $0.level == .chain }) ?? whole.last else { return text("nothing") }
    let rivals = report.spokenRivals.compactMap { rival in
      line.score.rivalMAE[rival.index].map { (rival: rival.rival, ratio: $0) }
    }
    guard let best = rivals.max(by: { $0.ratio < $1.ratio }) else { return text("no_rival") }
    return text(
      best.ratio < 1 ? "smaller" : "larger", name(line.level),
      TableText.percent(abs(1 - best.ratio), decimals: 0), name(best.rival),
      TableText.percent(line.score.coverage, decimals: 0))
  }

  private var precision: String {
    report.backtest.precision().map { text("precision", BacktestReport.number($0, 2)) } ?? text("precision.none")
  }

  // MARK: tables

  private func table(
    _ lines: [BacktestReport.Line], first: String, _ label: (BacktestReport.Line) -> String
  ) -> String {
    let rivals = report.spokenRivals
    let heads =
      [first, "samples", "mae", "pinball", "coverage", "bias", "brier"].map { text("column.\($0)") }
      + rivals.map { "÷\u{a0}" + name($0.rival) }
    let rows = lines.map { line -> String in
      let score = line.score
      // By the figure that stands there: one 75 % must not be red and another black.
      let isFair = (75...87).contains((100 * score.coverage).rounded())
      var cells = [
        "<td>\(label(line))</td>", "<td>\(TableText.grouped(score.count))</td>",
        "<td>\(TableText.decimal(score.mae))</td>", "<td>\(TableText.decimal(score.pinball))</td>",
        "<td\(isFair ? "" : " class=\"bad\"")>\(TableText.percent(score.coverage, decimals: 0))</td>",
        "<td>\(TableText.change(score.bias))</td>",
        "<td>\(BacktestReport.told(score.brierSkill, 2).replacing("-", with: "−"))</td>",
      ]
      cells += rivals.map { rival in
        guard let ratio = score.rivalMAE[rival.index] else { return "<td>—</td>" }
        return "<td class=\"\(ratio < 1 ? "good" : "bad")\">\(BacktestReport.number(ratio, 2))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    let head = heads.map { "<th>\($0)</th>" }.joined()
    return """
      <div class="wide"><table><thead><tr>\(head)</tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }

  private func parts(_ level: Level, _ title: String) -> String {
    let lines = report.lines.filter { $0.level == level && !$0.part.isEmpty }
    guard !lines.isEmpty else { return "" }
    return "<h2>\(text(title))</h2>"
      + table(lines, first: level.rawValue) { line in
        HTMLText.escape(level == .chain ? report.names.chain(line.part) : report.names.region(line.part))
      }
  }

  // MARK: plots

  private var errorPlot: String {
    BacktestPlot(horizon: report.horizon, x: text("axis.months"), y: text("axis.error"), mark: 1, step: 0.25).figure(
      text("plot.error"), text("plot.error.note"),
      curves { line in
        // Of ratios to two rivals the larger is that to the better one.
        [line.score.rivalMAE[0], line.score.rivalMAE[1]].compactMap(\.self).max()
      })
  }

  private var coveragePlot: String {
    BacktestPlot(horizon: report.horizon, x: text("axis.months"), y: text("axis.coverage"), mark: 0.8, step: 0.2)
      .figure(text("plot.coverage"), text("plot.coverage.note"), curves { $0.score.coverage })
  }

  /// A value by months ahead, a curve a level.
  private func curves(_ value: (BacktestReport.Line) -> Double?) -> [BacktestPlot.Curve] {
    [Level.cell, .chainRegion, .chain, .region, .city].compactMap { level in
      let points = report.lines.filter { $0.level == level && $0.horizon != nil }.compactMap { line in
        value(line).map { (line.horizon ?? 1, $0) }
      }
      return points.isEmpty ? nil : .init(level: level, name: name(level), points: points)
    }
  }

  /// P(exceed) against what came, at the finest level that a list ranks.
  private var reliabilityPlot: String {
    let level: Level = report.lines.contains { $0.level == .chainRegion } ? .chainRegion : .chain
    let bins = report.backtest.reliability(level)
    guard !bins.isEmpty else { return "" }
    let came = bins.reduce(0.0) { $0 + $1.observed * Double($1.count) } / Double(bins.reduce(0) { $0 + $1.count })
    return BacktestPlot.reliability(
      text("plot.reliability", name(level)),
      text("plot.reliability.note", TableText.percent(came, decimals: 0)), x: text("axis.said"), y: text("axis.came"),
      dots: bins.map { ($0.predicted, $0.observed, $0.count, text("forecasts", TableText.grouped($0.count))) })
  }

  // MARK: words

  private func name(_ level: Level) -> String { text("level.\(level.rawValue)") }

  private func name(_ rival: Backtest.Rival) -> String { text("rival.\(rival)") }

  /// A text of the page, safe in HTML.
  private func text(_ key: String, _ values: String...) -> String {
    var text = report.strings("backtest." + key)
    for (index, value) in values.enumerated() { text = text.replacing("%\(index + 1)", with: value) }
    return HTMLText.escape(text)
  }
}
