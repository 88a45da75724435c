import Forecasting

/// The HTML page of a backtest: measures, calibration plot, fan charts of the best and the worst. One file, no scripts.
struct SeriesBacktestPage {
  let backtest: Backtest
  let panel: Panel
  let style: SeriesPeriodStyle
  let lines: [SeriesBacktest.Line]

  /// The page.
  var html: String {
    """
    <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Backtest</title><style>
    body{font:15px/1.5 sans-serif;margin:2em auto;max-width:1000px;color:#222}table{border-collapse:collapse}
    td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child,td:nth-child(2){text-align:left}
    figure{display:inline-block;margin:.5em}figcaption{font-size:13px}</style></head><body>
    <h1>Backtest</h1>
    <p>\(backtest.folds.count) forecasts of \(panel.series.count) series, \(backtest.horizon) periods ahead. MASE below 1 beats the
    seasonal naive forecast of the known part; OWA below 1 beats Naive2.</p>
    \(table)
    <h2>Calibration</h2><p>Share of values below each quantile, by period ahead; the dashed lines are what they should be.</p>
    \(calibration)
    <h2>Best</h2>\(ranked.prefix(4).map(fan).joined())
    <h2>Worst</h2>\(ranked.suffix(4).reversed().map(fan).joined())
    </body></html>

    """
  }

  private var table: String {
    let head =
      "<tr><th>by</th><th>part</th><th>folds</th><th>MASE</th><th>RMSSE</th><th>OWA</th><th>SPL</th><th>80 %</th></tr>"
    let rows = lines.map { line -> String in
      let s = line.score
      let cells = [s.mase, s.rmsse, s.owa, s.spl, s.coverage].map { "<td>\(SeriesBacktest.fixed($0))</td>" }.joined()
      return "<tr><td>\(line.by)</td><td>\(Self.escaped(line.part))</td><td>\(s.folds)</td>\(cells)</tr>"
    }
    return "<table>\(head)\(rows.joined())</table>"
  }

  /// Folds with a scale, from the smallest error to the largest.
  private var ranked: [Backtest.Fold] {
    backtest.folds.filter { $0.scale > 0 }
      .map { ($0, Accuracy.mase(actual: $0.actual, forecast: $0.forecast.p50, scale: $0.scale)) }
      .sorted { ($0.1, $0.0.series, $0.0.start) < ($1.1, $1.0.series, $1.0.start) }
      .map(\.0)
  }

  private var calibration: String {
    let width = 460.0
    let height = 240.0
    func x(_ h: Int) -> Double {
      40 + (width - 60) * (backtest.horizon > 1 ? Double(h) / Double(backtest.horizon - 1) : 0.5)
    }
    func y(_ share: Double) -> Double { height - 25 - (height - 45) * share }
    var body = ""
    for (goal, colour) in [(0.1, "#7a9cc6"), (0.5, "#1f4e79"), (0.9, "#7a9cc6")] {
      body +=
        "<line x1=\"40\" x2=\"\(width - 20)\" y1=\"\(y(goal))\" y2=\"\(y(goal))\" stroke=\"#999\" stroke-dasharray=\"4\"/>"
      body += "<text x=\"8\" y=\"\(y(goal) + 4)\" font-size=\"12\">\(goal)</text>"
      let points = (0..<backtest.horizon).map { h -> String in
        let below = backtest.folds.reduce(0.0) { sum, f in
          let q = goal == 0.1 ? f.forecast.p10[h] : goal == 0.5 ? f.forecast.p50[h] : f.forecast.p90[h]
          return sum + (f.actual[h] < q ? 1 : f.actual[h] == q ? 0.5 : 0)
        }
        return "\(x(h)),\(y(below / Double(backtest.folds.count)))"
      }
      body +=
        "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(points.joined(separator: " "))\"/>"
    }
    for h in 0..<backtest.horizon {
      body += "<text x=\"\(x(h) - 4)\" y=\"\(height - 6)\" font-size=\"12\">\(h + 1)</text>"
    }
    return "<svg width=\"\(width)\" height=\"\(height)\" role=\"img\" aria-label=\"calibration\">\(body)</svg>"
  }

  /// History, forecast with its interval, and what came.
  private func fan(_ fold: Backtest.Fold) -> String {
    let series = panel.series[fold.series]
    let from = fold.start - series.start
    let history = Array(series.values[Swift.max(0, from - 36)..<from])
    let f = fold.forecast
    let all = history.filter(\.isFinite) + f.p10 + f.p90 + fold.actual
    let low = all.min() ?? 0
    let high = Swift.max(all.max() ?? 1, low + 1e-300)
    let width = 460.0
    let height = 200.0
    let count = Double(history.count + f.p50.count - 1)
    func point(_ t: Int, _ value: Double) -> String {
      "\(10 + (width - 20) * Double(t) / Swift.max(count, 1)),\(height - 10 - (height - 20) * (value - low) / (high - low))"
    }
    let n = history.count
    let past = history.indices.filter { history[$0].isFinite }.map { point($0, history[$0]) }.joined(separator: " ")
    let band =
      (f.p10.indices.map { point(n + $0, f.p10[$0]) } + f.p90.indices.reversed().map { point(n + $0, f.p90[$0]) })
      .joined(separator: " ")
    let middle = f.p50.indices.map { point(n + $0, f.p50[$0]) }.joined(separator: " ")
    let came = fold.actual.indices.map { point(n + $0, fold.actual[$0]) }.joined(separator: " ")
    let error = Accuracy.mase(actual: fold.actual, forecast: f.p50, scale: fold.scale)
    return """
      <figure><svg width="\(width)" height="\(height)" role="img" aria-label="\(Self.escaped(series.id))">
      <polygon points="\(band)" fill="#cfe0f3"/><polyline points="\(past)" fill="none" stroke="#555"/>
      <polyline points="\(middle)" fill="none" stroke="#1f4e79" stroke-width="2"/>
      <polyline points="\(came)" fill="none" stroke="#c0392b" stroke-width="2"/></svg>
      <figcaption>\(Self.escaped(series.id)) from \(style.text(fold.start)), MASE \(SeriesBacktest.fixed(error)), \(Self.escaped(f.method))</figcaption></figure>
      """
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.append(character)
      }
    }
    return out
  }
}
