import Forecasting
import Reporting

/// The HTML page of a backtest: measures, calibration plot, fan charts of the best and the worst. One file, no scripts.
struct SeriesBacktestPage {
  let backtest: Backtest
  let panel: Panel
  let style: SeriesPeriodStyle
  let lines: [SeriesBacktest.Line]

  /// The page.
  var html: String {
    let best = ranked
    return """
      <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport"
      content="width=device-width,initial-scale=1"><title>Backtest</title><style>
      body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:1040px;padding:0 1em;color:#1d2733;background:#fff}
      h1{font-size:1.7em;margin:0}h2{font-size:1.2em;margin:2em 0 .3em;border-bottom:2px solid #1f4e79}
      p{margin:.4em 0}.note{color:#5a6572;font-size:13px;max-width:70em}
      .cards{display:flex;gap:1em;flex-wrap:wrap;margin:1em 0}.card{background:#f2f6fa;border-radius:6px;padding:.6em 1.1em}
      .card b{display:block;font-size:1.5em;font-variant-numeric:tabular-nums}.card span{font-size:13px;color:#5a6572}
      table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.6em 0;font-size:14px}
      th{font-weight:600;color:#5a6572}td,th{padding:.15em .9em;text-align:right;border-bottom:1px solid #e3e8ee}
      td:first-child,th:first-child{text-align:left}.plots{display:flex;flex-wrap:wrap;gap:12px 20px}
      .wide{overflow-x:auto}svg{max-width:100%;height:auto}figure{margin:0;max-width:min(490px,100%)}figcaption{font-size:13px;color:#1d2733;overflow-wrap:anywhere}
      svg text{font:11px system-ui,sans-serif;fill:#5a6572}
      @media print{figure{break-inside:avoid}}</style></head><body>
      <h1>Backtest</h1>
      <p>\(backtest.folds.count) forecasts of \(Set(backtest.folds.map(\.series)).count) series from
      \(Set(backtest.folds.map(\.start)).count) origins, \(backtest.horizon) periods ahead.</p>
      \(cards)\(tables)
      <h2>Calibration</h2>
      <p class="note">Left: share of values below the 10 %, 50 % and 90 % quantile by period ahead; dashed lines are what they should
      be. Right: share of values inside the 80 % interval by origin.</p>
      <div class="plots">\(calibration)\(coverageByOrigin)</div>
      <h2>Best series</h2><p class="note">\(legend)</p><div class="plots">\(best.prefix(4).map(fan).joined())</div>
      <h2>Worst series</h2><p class="note">Each series at its worst origin.</p>
      <div class="plots">\(worst.prefix(4).map(fan).joined())</div>
      </body></html>

      """
  }

  private var legend: String {
    """
    Grey: history; blue: median and 80 % interval; red: what came. MASE counts errors in mean yearly changes of the known part.
    """
  }

  private var cards: String {
    guard let score = lines.first?.score else { return "" }
    let items = [
      (SeriesBacktest.fixed(score.mase), "MASE (below 1: beats seasonal naive)"),
      (SeriesBacktest.fixed(score.owa), "OWA (below 1: beats Naive2)"),
      (SeriesBacktest.fixed(score.spl), "scaled pinball loss"),
      (SeriesBacktest.percent(score.coverage), "inside the 80 % interval"),
    ]
    return "<div class=\"cards\">"
      + items.map { "<div class=\"card\"><b>\($0.0)</b><span>\($0.1)</span></div>" }.joined() + "</div>"
  }

  private var tables: String {
    var out = ""
    var kinds: [String] = []
    for line in lines where !kinds.contains(line.by) { kinds.append(line.by) }
    for kind in kinds where kind != "all" {
      let head =
        "<tr><th>\(HTMLText.escape(kind))</th><th>folds</th><th>MASE</th><th>RMSSE</th><th>OWA</th><th>SPL</th><th>80 %</th></tr>"
      let rows = lines.filter { $0.by == kind }.map { line -> String in
        let s = line.score
        let cells = [s.mase, s.rmsse, s.owa, s.spl].map { "<td>\(SeriesBacktest.fixed($0))</td>" }.joined()
        return
          "<tr><td>\(HTMLText.escape(line.part))</td><td>\(s.folds)</td>\(cells)<td>\(SeriesBacktest.percent(s.coverage))</td></tr>"
      }
      out += "<h2>By \(HTMLText.escape(kind))</h2><div class=\"wide\"><table>\(head)\(rows.joined())</table></div>"
    }
    return out
  }

  /// One fold a series, its best, from the smallest error to the largest.
  private var ranked: [Backtest.Fold] { firstOfEachSeries(scored.sorted { key($0) < key($1) }) }
  /// One fold a series, its worst, from the largest error to the smallest.
  private var worst: [Backtest.Fold] { firstOfEachSeries(scored.sorted { key($0) > key($1) }) }

  private var scored: [(fold: Backtest.Fold, error: Double)] {
    backtest.folds.filter { $0.scale > 0 }
      .map { ($0, Accuracy.mase(actual: $0.actual, forecast: $0.forecast.p50, scale: $0.scale)) }
  }

  private func key(_ x: (fold: Backtest.Fold, error: Double)) -> (Double, Int, Int) {
    (x.error, x.fold.series, x.fold.start)
  }

  private func firstOfEachSeries(_ list: [(fold: Backtest.Fold, error: Double)]) -> [Backtest.Fold] {
    var seen: Set<Int> = []
    return list.map(\.fold).filter { seen.insert($0.series).inserted }
  }

  private var calibration: String {
    var chart = LineChart(width: 490, height: 260, x: (0, Double(Swift.max(backtest.horizon - 1, 1))), y: (0, 1))
    for (goal, colour) in [(0.1, "#7a9cc6"), (0.5, "#1f4e79"), (0.9, "#7a9cc6")] {
      chart.rule(goal, SeriesBacktest.percent(goal))
      let points = (0..<backtest.horizon).map { h -> (Double, Double) in
        let below = backtest.folds.reduce(0.0) { sum, f in
          let q = goal == 0.1 ? f.forecast.p10[h] : goal == 0.5 ? f.forecast.p50[h] : f.forecast.p90[h]
          return sum + (f.actual[h] < q ? 1 : f.actual[h] == q ? 0.5 : 0)
        }
        return (Double(h), below / Double(backtest.folds.count))
      }
      chart.line(points, colour: colour, width: 2, dots: true)
    }
    let step = Swift.max(1, (backtest.horizon + 11) / 12)
    for h in stride(from: 0, to: backtest.horizon, by: step) { chart.label(Double(h), "\(h + 1)") }
    return "<figure>\(chart.svg("Share of values below each quantile"))<figcaption>periods ahead</figcaption></figure>"
  }

  private var coverageByOrigin: String {
    let starts = Set(backtest.folds.map(\.start)).sorted()
    guard starts.count > 1 else { return "" }
    let shown = starts.suffix(60)
    var chart = LineChart(width: 490, height: 260, x: (0, Double(shown.count - 1)), y: (0, 1))
    chart.rule(0.8, "80 %")
    let points = shown.enumerated().map { k, start in
      (Double(k), Backtest.score(backtest.folds.filter { $0.start == start }).coverage)
    }
    chart.line(points, colour: "#1f4e79", width: 2, dots: true)
    let list = Array(shown)
    for k in Set([0, list.count / 2, list.count - 1]).sorted() { chart.label(Double(k), style.text(list[k] - 1)) }
    return "<figure>\(chart.svg("Share inside the 80 % interval by origin"))<figcaption>origin</figcaption></figure>"
  }

  /// History, forecast with its interval, and what came.
  private func fan(_ fold: Backtest.Fold) -> String {
    let series = panel.series[fold.series]
    let from = fold.start - series.start
    let first = Swift.max(0, from - 36)
    let history = (first..<from).filter { series.values[$0].isFinite }.map { (Double($0), series.values[$0]) }
    let f = fold.forecast
    let all = history.map(\.1) + f.p10 + f.p90 + fold.actual
    let low = all.min() ?? 0
    let high = all.max() ?? 1
    let room = Swift.max((high - low) * 0.05, Swift.abs(high) * 1e-9, 1e-300)
    var chart = LineChart(
      width: 490, height: 220, x: (Double(first), Double(from + f.p50.count - 1)), y: (low - room, high + room))
    for value in [low, (low + high) / 2, high] { chart.rule(value, SeriesBacktest.short(value), dashed: false) }
    let lead = history.last.map { [$0] } ?? []
    func path(_ values: [Double]) -> [(Double, Double)] {
      lead + values.enumerated().map { (Double(from + $0.offset), $0.element) }
    }
    chart.band(path(f.p10), path(f.p90), colour: "#cfe0f3")
    chart.line(history, colour: "#7b8794", width: 1.5)
    chart.line(path(f.p50), colour: "#1f4e79", width: 2)
    chart.line(path(fold.actual), colour: "#c0392b", width: 2)
    chart.upright(Double(from))
    for t in [first, from + f.p50.count - 1] { chart.label(Double(t), style.text(series.start + t)) }
    let error = Accuracy.mase(actual: fold.actual, forecast: f.p50, scale: fold.scale)
    let caption =
      "<b>\(HTMLText.escape(series.id))</b>, MASE \(SeriesBacktest.fixed(error)), \(HTMLText.escape(f.method))"
    return "<figure>\(chart.svg(series.id))<figcaption>\(caption)</figcaption></figure>"
  }
}

/// A small line chart as SVG.
struct LineChart {
  private let width: Double
  private let height: Double
  private let x: (Double, Double)
  private let y: (Double, Double)
  private var body = ""
  private let left = 58.0
  private let bottom = 22.0

  init(width: Double, height: Double, x: (Double, Double), y: (Double, Double)) {
    self.width = width
    self.height = height
    self.x = x
    self.y = y
  }

  private func place(_ p: (Double, Double)) -> (Double, Double) {
    let across = x.1 > x.0 ? (p.0 - x.0) / (x.1 - x.0) : 0.5
    let up = y.1 > y.0 ? (p.1 - y.0) / (y.1 - y.0) : 0.5
    return (left + across * (width - left - 14), height - bottom - up * (height - bottom - 12))
  }

  private func text(_ points: [(Double, Double)]) -> String {
    points.map { point -> String in
      let p = place(point)
      return "\((p.0 * 10).rounded() / 10),\((p.1 * 10).rounded() / 10)"
    }.joined(separator: " ")
  }

  /// A horizontal rule with its label.
  mutating func rule(_ value: Double, _ label: String, dashed: Bool = true) {
    let at = (place((x.0, value)).1 * 10).rounded() / 10
    body +=
      "<line x1=\"\(left)\" x2=\"\(width - 14)\" y1=\"\(at)\" y2=\"\(at)\" stroke=\"\(dashed ? "#99a3ae" : "#e3e8ee")\"\(dashed ? " stroke-dasharray=\"4\"" : "")/>"
    body += "<text x=\"\(left - 6)\" y=\"\(at + 4)\" text-anchor=\"end\">\(HTMLText.escape(label))</text>"
  }

  /// A dotted upright line.
  mutating func upright(_ value: Double) {
    let at = (place((value, y.0)).0 * 10).rounded() / 10
    body +=
      "<line x1=\"\(at)\" x2=\"\(at)\" y1=\"12\" y2=\"\(height - bottom)\" stroke=\"#99a3ae\" stroke-dasharray=\"2 3\"/>"
  }

  /// A label under the axis.
  mutating func label(_ value: Double, _ label: String) {
    let at = place((value, y.0)).0
    let anchor = at < left + 30 ? "start" : at > width - 44 ? "end" : "middle"
    body += "<text x=\"\(at)\" y=\"\(height - 6)\" text-anchor=\"\(anchor)\">\(HTMLText.escape(label))</text>"
  }

  /// A line through points.
  mutating func line(_ points: [(Double, Double)], colour: String, width: Double, dots: Bool = false) {
    body +=
      "<polyline points=\"\(text(points))\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(width)\" stroke-linejoin=\"round\"/>"
    guard dots else { return }
    for point in points {
      let p = place(point)
      body += "<circle cx=\"\(p.0)\" cy=\"\(p.1)\" r=\"3\" fill=\"\(colour)\"/>"
    }
  }

  /// The area between two lines.
  mutating func band(_ lower: [(Double, Double)], _ upper: [(Double, Double)], colour: String) {
    body += "<polygon points=\"\(text(lower + upper.reversed()))\" fill=\"\(colour)\"/>"
  }

  /// The chart.
  func svg(_ label: String) -> String {
    """
    <svg width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(HTMLText.escape(label))">\(body)</svg>
    """
  }
}
