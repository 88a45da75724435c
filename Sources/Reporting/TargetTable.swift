import LabourMarket

/// The progress of one indicator in one region towards the plan's target.
public struct TargetRow: Hashable, Sendable {
  /// Names of indicator and region, and the unit of the numbers.
  public var indicator: String, region: String, unit: String
  /// The indicator's code, and whether the row is the whole city's.
  public var code: String, isCity: Bool
  /// First and last month of the target's period, and the target over all of it.
  public var start: Month, end: Month, target: Double
  /// The progress since the beginning of the period, and the month by whose end it is counted; `nil` where nothing was reported.
  public var value: Double?, month: Month?

  /// A row from its parts.
  public init(
    indicator: String, region: String, unit: String, code: String, isCity: Bool, start: Month, end: Month,
    target: Double,
    value: Double?, month: Month?
  ) {
    self.indicator = indicator
    self.region = region
    self.unit = unit
    self.code = code
    self.isCity = isCity
    self.start = start
    self.end = end
    self.target = target
    self.value = value
    self.month = month
  }

  /// value / target; `nil` where one is unknown.
  public var share: Double? { value.flatMap { target > 0 ? $0 / target : nil } }

  /// The share of the period that is over by the end of the month reported, 0…1.
  public var elapsed: Double? {
    month.map { Double(min(max($0 - start + 1, 0), months)) / Double(months) }
  }

  private var months: Int { max(1, end - start + 1) }

  /// What was reached a month so far, and what is needed a month until the end; `nil` where nothing was reported, or no month is left.
  public var pace: Double? {
    guard let value, let month, month >= start else { return nil }
    return value / Double(min(month - start + 1, months))
  }

  /// See ``pace``.
  public var needed: Double? {
    guard let value, let month, end > month else { return nil }
    return max(0, target - value) / Double(end - max(month, start - 1))
  }

  /// Where the row stands.
  public enum Standing: String, CaseIterable, Sendable {
    /// The target is reached.
    case reached
    /// The share reached is at least the share of time that is over.
    case onTrack = "on_track"
    /// It is less, and at least nine tenths of it.
    case slightlyBehind = "slightly_behind"
    /// It is less than that.
    case behind
    /// Nothing was reported.
    case unreported
  }

  /// Where the row stands.
  public var standing: Standing {
    guard let share, let elapsed else { return .unreported }
    if share >= 1 { return .reached }
    return share >= elapsed ? .onTrack : share >= 0.9 * elapsed ? .slightlyBehind : .behind
  }
}

/// The targets of the plan on one sheet and one page: how far each is, whether that is in time, and what a month must bring from now on.
public struct TargetList: Sendable {
  let title: String
  let night: CalendarDay
  let rows: [TargetRow]
  let strings: StringTable

  /// A list in a language; the rows in the order in which they are shown.
  public init(cityName: String, night: CalendarDay, rows: [TargetRow], strings: StringTable) {
    title = strings("targets.title", cityName)
    self.night = night
    self.rows = rows
    self.strings = strings
  }

  /// What the plan says of itself and does not add up, as it stands there: nothing is mended.
  public var oddities: [String] {
    Dictionary(grouping: rows, by: \.code).sorted { $0.key < $1.key }.compactMap { _, rows in
      guard let city = rows.first(where: \.isCity), rows.count > 1 else { return nil }
      let parts = rows.filter { !$0.isCity }.reduce(0) { $0 + $1.target }
      guard parts != city.target else { return nil }
      return strings(
        "targets.oddity", city.indicator, TableText.grouped(whole(parts)), TableText.grouped(whole(city.target)),
        TableText.grouped(whole(city.target - parts)))
    }
  }

  private var lines: [String] { [strings("targets.unit", night.description)] + oddities }

  /// The table.
  public var table: ListTable {
    func title(_ key: String) -> String { strings("column.target.\(key)") }
    let columns = [
      TableColumn(title("indicator"), width: 24), TableColumn(title("region"), width: 22),
      TableColumn(title("unit"), width: 6, .center), TableColumn(title("target"), width: 11, .right),
      TableColumn(title("value"), width: 11, .right), TableColumn(title("month"), width: 9, .center),
      TableColumn(title("share"), width: 9, .right), TableColumn(title("elapsed"), width: 9, .right),
      TableColumn(title("pace"), width: 10, .right), TableColumn(title("needed"), width: 12, .right),
      TableColumn(title("standing"), width: 11, .center),
    ]
    let cells = rows.map { row -> [TableCell] in
      func number(_ value: Double?) -> TableCell { value.map { .count(whole($0)) } ?? .empty }
      return [
        .text(row.indicator), .text(row.region), .text(row.unit), number(row.target), number(row.value),
        row.month.map { .text($0.description) } ?? .empty, row.share.map { .percent($0) } ?? .empty,
        row.elapsed.map { .percent($0) } ?? .empty, number(row.pace), number(row.needed),
        .text(strings("targets.\(row.standing.rawValue)")),
      ]
    }
    return ListTable(columns: columns, rows: cells, totalLabel: "", labelColumn: 0)
  }

  /// Writes a workbook of one sheet to a file that does not exist yet.
  /// - Parameter folder: where temporary files go.
  public func write(to path: String, temporaryFolder folder: String) throws(WorkbookFault) {
    let book = try Workbook(path: path, folder: folder, title: title, author: strings("author"), created: night)
    try TableSheet(book: book, strings: strings).write(
      table, name: strings("file.targets"), headline: title, lines: lines, frozen: 2, empty: strings("targets.empty"),
      footer: "\(title)　\(night)", tab: 0x2E7D32)
    try book.close()
  }

  /// The page.
  public func html(_ templates: PageTemplates) throws -> String {
    let table = table
    return try templates.render(
      "targets",
      [
        "language": strings.language, "title": title, "lines": lines, "back": strings("page.back"),
        "columns": table.columns.map(\.title),
        "rows": zip(rows, table.rows).map { row, cells -> [String: Any] in
          [
            "standing": row.standing.rawValue, "isCity": row.isCity,
            "words": cells.prefix(3).map { TableText.text($0, strings, groups: true) },
            "numbers": cells.dropFirst(3).dropLast().map { TableText.text($0, strings, groups: true) },
            "state": TableText.text(cells[cells.count - 1], strings, groups: true),
            "width": Int((min(1, row.share ?? 0) * 100).rounded()),
            "due": Int((min(1, row.elapsed ?? 0) * 100).rounded()),
          ]
        },
      ])
  }
}
