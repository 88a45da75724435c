import Assistance
import LabourMarket

/// Draws trends and forecasts as SVG: observed openings as a line, the months ahead as a median with its P10–P90 band.
public enum FanChart {
  /// A small chart of one row: the gap now and the months ahead, without axes.
  /// - Complexity: O(months).
  public static func spark(now: Double, forecast: [ForecastPoint]) -> String {
    let (width, height) = (80, 26)
    guard !forecast.isEmpty else { return "" }
    let top = max(1, forecast.map(\.p90).max() ?? 1, now)
    let step = Double(width - 8) / Double(forecast.count)
    func x(_ index: Int) -> Int { 4 + Int((step * Double(index)).rounded()) }
    func y(_ value: Double) -> Int { height - 3 - Int((max(0, value) / top * Double(height - 7)).rounded()) }
    let (band, line) = fan(now: now, forecast: forecast, x: x, y: y)
    return """
      <svg class="spark" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" aria-hidden="true">\
      <path class="band" d="\(band)"/><path class="median" d="\(line)"/><circle class="now" cx="\(x(0))" cy="\(y(now))" r="2.2"/></svg>
      """
  }

  /// A chart with axes: the observed months, then the fan.
  /// - Parameter label: what a screen reader says.
  /// - Complexity: O(months).
  public static func chart(_ trend: Trend, label: String, width: Int = 560, height: Int = 200) -> String {
    let months = trend.history.map(\.month) + trend.forecast.map(\.month)
    guard months.count > 1 else { return "" }
    let highest = max(trend.history.map(\.openings).max() ?? 0, trend.forecast.map(\.p90).max() ?? 0)
    let tick = tickStep(highest)
    let ticks = max(1, Int((highest / tick).rounded(.up)))
    let top = tick * Double(ticks)
    let left = 12 + 8 * TableText.grouped(whole(top)).count
    let plot = (width: Double(width - left - 28), height: Double(height - 40))
    func x(_ index: Int) -> Int { left + Int((plot.width * Double(index) / Double(months.count - 1)).rounded()) }
    func y(_ value: Double) -> Int { 12 + Int((plot.height * (1 - max(0, value) / top)).rounded()) }
    var svg = """
      <svg class="fan" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(HTMLText.escape(label))">
      """
    for index in 0...ticks {
      let value = tick * Double(index)
      svg += "<path class=\"grid\" d=\"M\(left) \(y(value))H\(width - 28)\"/>"
      svg +=
        "<text x=\"\(left - 6)\" y=\"\(y(value) + 4)\" class=\"tick end\">\(TableText.grouped(whole(value)))</text>"
    }
    let every = max(1, (months.count + 5) / 6)
    for index in stride(from: 0, to: months.count, by: every) {
      svg += "<text x=\"\(x(index))\" y=\"\(height - 8)\" class=\"tick middle\">\(months[index])</text>"
    }
    let past = trend.history.count
    if let last = trend.history.last, !trend.forecast.isEmpty {
      let (band, line) = fan(now: last.openings, forecast: trend.forecast, x: { x(past - 1 + $0) }, y: y)
      svg += "<path class=\"today\" d=\"M\(x(past - 1)) 12V\(height - 28)\"/>"
      svg += "<path class=\"band\" d=\"\(band)\"/><path class=\"median\" d=\"\(line)\"/>"
    }
    let points = trend.history.enumerated().map { "\(x($0.offset)) \(y($0.element.openings))" }
    svg += "<path class=\"past\" d=\"M\(points.joined(separator: "L"))\"/>"
    return svg + "</svg>"
  }

  private static func fan(
    now: Double, forecast: [ForecastPoint], x: (Int) -> Int, y: (Double) -> Int
  ) -> (band: String, line: String) {
    let start = "\(x(0)) \(y(now))"
    let upper = forecast.enumerated().map { "\(x($0.offset + 1)) \(y($0.element.p90))" }
    let lower = forecast.enumerated().map { "\(x($0.offset + 1)) \(y($0.element.p10))" }.reversed()
    let median = forecast.enumerated().map { "\(x($0.offset + 1)) \(y($0.element.p50))" }
    return (
      "M\(start)L\((upper + lower).joined(separator: "L"))Z", "M\(start)L\(median.joined(separator: "L"))"
    )
  }

  /// A round distance of grid lines: 1, 2 or 5 times a power of ten, three to five lines.
  private static func tickStep(_ highest: Double) -> Double {
    var step = 1.0
    while true {
      for factor in [1.0, 2, 5] where step * factor * 4 >= highest { return step * factor }
      step *= 10
    }
  }
}

/// Texts in HTML.
public enum HTMLText {
  /// Escapes what HTML gives a meaning.
  public static func escape(_ text: String) -> String {
    var out = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }
}
