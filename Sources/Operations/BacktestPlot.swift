import Foundation
import LabourMarket
import Shortfall

/// A plot of a backtest's page as SVG: values by months ahead, a curve a level, or P(exceed) against what came. All texts are safe in HTML already.
struct BacktestPlot {
  /// A level's values by months ahead.
  struct Curve {
    let level: Level
    let name: String
    let points: [(month: Int, value: Double)]
  }

  let horizon: Int
  /// What the axes show.
  let x: String, y: String
  /// The value of the dark line.
  let mark: Double
  /// Distance of the lines.
  let step: Double

  private static let colours: [Level: String] = [
    .cell: "#7a7a7a", .chainRegion: "#1f77b4", .chain: "#c0392b", .region: "#2e8b57", .city: "#8056a8",
  ]
  private static let width = 360.0, left = 60.0, right = 340.0, top = 14.0, bottom = 214.0

  /// The curves with a legend below; the scale begins at 0, holds every value and ends at 1 or above.
  func figure(_ title: String, _ caption: String, _ curves: [Curve]) -> String {
    let highest = curves.flatMap(\.points).map(\.value).max() ?? 1
    let lines = max(Int((highest / step).rounded(.up)), Int((1 / step).rounded()))
    let apart = max(1, (lines + 7) / 8)
    let limit = Double(lines) * step
    func across(_ month: Int) -> String {
      Self.number(Self.left + 10 + Double(month - 1) * (Self.right - Self.left - 20) / Double(max(horizon - 1, 1)))
    }
    func up(_ value: Double) -> String {
      Self.number(Self.bottom - max(value, 0) / limit * (Self.bottom - Self.top))
    }
    var body = ""
    for value in stride(from: 0, through: lines, by: apart).map({ Double($0) * step }) {
      body += Self.rule(up(value), "#e3e3e3") + Self.tick(up(value), value)
    }
    body += Self.rule(up(mark), "#555")
    let every = (horizon + 11) / 12
    for month in stride(from: 1, through: horizon, by: every) { body += Self.foot(across(month), "\(month)") }
    var (column, row) = (Self.left, 266.0)
    for curve in curves {
      let colour = Self.colours[curve.level] ?? "#222"
      let path = curve.points.map { "\(across($0.month)),\(up($0.value))" }.joined(separator: " ")
      body += "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(path)\"/>"
      for point in curve.points {
        body += "<circle cx=\"\(across(point.month))\" cy=\"\(up(point.value))\" r=\"2.5\" fill=\"\(colour)\"/>"
      }
      // Some 7 units a letter, 12 a Chinese character.
      let width = curve.name.unicodeScalars.reduce(32.0) { $0 + ($1.value < 0x2E80 ? 7 : 12) }
      if column + width > Self.width { (column, row) = (Self.left, row + 18) }
      body += "<path d=\"M\(column) \(row - 4)h14\" stroke=\"\(colour)\" stroke-width=\"3\"/>"
      body += "<text x=\"\(column + 18)\" y=\"\(row)\">\(curve.name)</text>"
      column += width
    }
    return Self.frame(title, caption, x, y, body)
  }

  /// Dots of what was said and what came, on a square of shares; a dot's size grows with its count.
  static func reliability(
    _ title: String, _ caption: String, x: String, y: String,
    dots: [(said: Double, came: Double, count: Int, title: String)]
  ) -> String {
    func across(_ share: Double) -> String { number(left + share * (right - left)) }
    func up(_ share: Double) -> String { number(bottom - share * (bottom - top)) }
    var body = ""
    for share in [0, 0.25, 0.5, 0.75, 1] {
      body += rule(up(share), "#e3e3e3") + tick(up(share), share)
      body += foot(across(share), String(format: "%g", share))
    }
    body += "<path d=\"M\(left) \(bottom)L\(right) \(top)\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>"
    for dot in dots {
      let radius = number(min(2 + log(Double(dot.count)), 9))
      body += "<circle cx=\"\(across(dot.said))\" cy=\"\(up(dot.came))\" r=\"\(radius)\" fill=\"#1f77b4\" "
      body += "fill-opacity=\".7\"><title>\(dot.title)</title></circle>"
    }
    return frame(title, caption, x, y, body)
  }

  // MARK: parts

  private static func number(_ value: Double) -> String { BacktestReport.number(value, 1) }

  private static func rule(_ y: String, _ colour: String) -> String {
    "<path d=\"M\(left) \(y)H\(right)\" stroke=\"\(colour)\"/>"
  }

  private static func tick(_ y: String, _ value: Double) -> String {
    "<text x=\"\(left - 6)\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">\(String(format: "%g", value))</text>"
  }

  private static func foot(_ x: String, _ label: String) -> String {
    "<text x=\"\(x)\" y=\"\(bottom + 16)\" text-anchor=\"middle\">\(label)</text>"
  }

  private static func frame(
    _ title: String, _ caption: String, _ x: String, _ y: String, _ body: String
  ) -> String {
    let (middle, height) = ((left + right) / 2, (top + bottom) / 2)
    return """
      <figure><b>\(title)</b><svg width="\(Int(width))" height="292" viewBox="0 0 \(Int(width)) 292" font-size="12" role="img"
      aria-label="\(title)">\(body)<text x="\(middle)" y="246" text-anchor="middle">\(x)</text>
      <text x="16" y="\(height)" text-anchor="middle" transform="rotate(-90 16 \(height))">\(y)</text></svg>
      <figcaption>\(caption)</figcaption></figure>
      """
  }
}
