import Assistance
import LabourMarket

/// A value in a table of a list; what it looks like is decided by the document.
public enum TableCell: Hashable, Sendable {
  /// Nothing to say.
  case empty
  /// A text.
  case text(String)
  /// A code: text, never a number.
  case code(String)
  /// A whole number of persons or places.
  case count(Int)
  /// A share, 0…1.
  case percent(Double)
  /// A number with one decimal, such as points.
  case decimal(Double)
  /// A probability, 0…1; never shown as certain or impossible.
  case probability(Double)
  /// A relative change, −1…
  case change(Double)
  /// A day.
  case day(CalendarDay)
  /// A level.
  case level(AlertLevel)
  /// A count of persons below five, which is not told.
  case suppressed
  /// The number of an alert, by which a row is known when it comes back.
  case ticket(String)
}

/// One column of a table.
public struct TableColumn: Hashable, Sendable {
  /// Where the values stand in their cells.
  public enum Alignment: Sendable { case left, center, right }

  /// The title.
  public var title: String
  /// Width in characters of a workbook's column.
  public var width: Double
  /// Where the values stand.
  public var alignment: Alignment
  /// Whether the last row holds the column's sum.
  public var isSummed: Bool
  /// What officers may write into its cells; `nil` where nothing is to be written.
  public var input: Input?

  /// Whether the column is printed; only the last ones may not be.
  public var isPrinted = true

  /// What officers may write.
  public enum Input: Hashable, Sendable {
    /// Any text.
    case text
    /// One of these words; others are asked about and not refused.
    case words([String])
  }

  /// A column from its parts.
  public init(
    _ title: String, width: Double, _ alignment: Alignment = .left, isSummed: Bool = false, input: Input? = nil
  ) {
    self.input = input
    self.title = title
    self.width = width
    self.alignment = alignment
    self.isSummed = isSummed
  }
}

/// A table as workbook, page and CSV show it.
public struct ListTable: Hashable, Sendable {
  /// The columns.
  public var columns: [TableColumn]
  /// The rows; one cell a column.
  public var rows: [[TableCell]]
  /// The sums of the rows; empty where nothing is summed.
  public var total: [TableCell]
  /// The whole that the rows are parts of, observed and forecast itself; empty where it is not known.
  public var whole: [TableCell] = []

  /// A table whose sums are formed from its rows, so that what is shown adds up: the sum of a column is the sum of the numbers shown.
  public init(columns: [TableColumn], rows: [[TableCell]], totalLabel: String, labelColumn: Int) {
    self.columns = columns
    self.rows = rows
    guard columns.contains(where: \.isSummed) else {
      total = []
      return
    }
    var cells = [TableCell](repeating: .empty, count: columns.count)
    if cells.indices.contains(labelColumn) { cells[labelColumn] = .text(totalLabel) }
    for (index, column) in columns.enumerated() where column.isSummed {
      var sum = 0
      for row in rows { if case .count(let value) = row[index] { sum += value } }
      cells[index] = .count(sum)
    }
    total = cells
  }
}

/// A number of persons as it is shown: whole, half away from zero.
func whole(_ persons: Double) -> Int { Int(persons.rounded()) }

/// A count of natural persons: below five it is not told (contract section 4).
func persons(_ count: Double?) -> TableCell {
  guard let count else { return .empty }
  return whole(count) < 5 ? .suppressed : .count(whole(count))
}

/// How values are written where no workbook formats them.
public enum TableText {
  /// A whole number with thousands separators.
  public static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var out = ""
    while digits.count > 3 {
      out = "," + digits.suffix(3) + out
      digits = String(digits.dropLast(3))
    }
    return (value < 0 ? "−" : "") + digits + out
  }

  /// A share as a percentage with one decimal, rounded half away from zero.
  public static func percent(_ share: Double, decimals: Int = 1) -> String {
    let scale = decimals == 0 ? 1 : 10
    let scaled = Int((share * 100 * Double(scale)).rounded())
    let sign = scaled < 0 ? "−" : ""
    let magnitude = abs(scaled)
    return decimals == 0 ? "\(sign)\(magnitude)%" : "\(sign)\(magnitude / 10).\(magnitude % 10)%"
  }

  /// A probability as a whole percentage; beyond 99.5 % and below 0.5 % it says no more than that.
  public static func probability(_ value: Double) -> String {
    value > 0.995 ? ">99%" : value < 0.005 ? "<1%" : percent(value, decimals: 0)
  }

  /// A relative change with its sign.
  public static func change(_ value: Double) -> String {
    let text = percent(value, decimals: abs(value) >= 0.995 ? 0 : 1)
    return value > 0 && text.contains(where: { ("1"..."9").contains($0) }) ? "+" + text : text
  }

  /// A number with one decimal, rounded half away from zero.
  public static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths < 0 ? "−" : "")\(grouped(abs(tenths) / 10)).\(abs(tenths) % 10)"
  }

  /// A cell as text; numbers with thousands separators where `groups` says so.
  public static func text(_ cell: TableCell, _ strings: StringTable, groups: Bool) -> String {
    switch cell {
    case .empty: ""
    case .text(let text), .code(let text), .ticket(let text): text
    case .count(let value): groups ? grouped(value) : String(value)
    case .decimal(let value): groups ? decimal(value) : decimal(value).replacing(",", with: "")
    case .percent(let share): percent(share)
    case .probability(let value): probability(value)
    case .change(let value): change(value)
    case .day(let day): day.description
    case .level(let level): strings("level.\(level.rawValue)")
    case .suppressed: "<5"
    }
  }
}

/// How much room texts need in a workbook's cells.
enum TextWidth {
  /// Width in characters of the workbook's measure: a digit is 1, a Chinese character 2.1.
  static func units(_ text: some StringProtocol) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2.1 : 1) }
  }

  /// Width of the longest word that cannot be broken, in bold: Chinese breaks anywhere.
  static func longestWord(_ text: String) -> Double {
    text.split(whereSeparator: { $0 == " " || ($0.unicodeScalars.first?.value ?? 0) >= 0x2E80 }).map { units($0) }.max()
      ?? 0
  }

  /// Lines that a text takes in a column. - Complexity: O(length).
  static func lines(_ text: String, width: Double) -> Int {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .reduce(0) { $0 + max(1, Int((units($1) / max(1, width)).rounded(.up))) }
  }
}
