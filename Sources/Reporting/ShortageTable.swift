import Assistance
import LabourMarket

/// A column of the shortage list; the raw value is the name under which `alerts.yaml` leaves it out.
public enum ListColumn: String, CaseIterable, Sendable {
  case rank, level, chain, region, occupation, employed, openings, rate, forecast, exceedance, threshold
  case monthChange = "month_change"
  case yearChange = "year_change"
  case previousRank = "previous_rank"
  case cause, pay, supply, measures, officer, status
  case firstSeen = "first_seen"
  case quality, hired, measure, note
  case quietUntil = "quiet_until"
  case alert
}

/// Forms the shortage table: the columns of the domain, in their order.
public struct ShortageTable: Sendable {
  let header: ListHeader
  let strings: StringTable
  let measureNames: [String: String]
  let omitted: Set<ListColumn>

  /// A former of tables for a list.
  /// - Parameter measureNames: names of the measures by their code, in the language of the list.
  public init(header: ListHeader, strings: StringTable, measureNames: [String: String], omitted: Set<ListColumn>) {
    self.header = header
    self.strings = strings
    self.measureNames = measureNames
    self.omitted = omitted
  }

  private var officers: OfficerTable { OfficerTable(strings: strings, measureNames: measureNames) }

  var words: ListWords { ListWords(strings: strings, measureNames: measureNames) }

  /// The columns that are shown.
  var shown: [ListColumn] { ListColumn.allCases.filter { !omitted.contains($0) } }

  /// The table. Rows beyond `limit` are summed in one row that says how many they are, so that the totals still add up.
  /// Below the totals stands the `whole`, where it is known.
  public func table(_ rows: [ShortageRow], limit: Int, whole: Trend? = nil) -> ListTable {
    var cells = rows.prefix(limit).map { row in shown.flatMap { self.cells($0, row) } }
    if rows.count > limit { cells.append(rest(Array(rows.dropFirst(limit)))) }
    let label = shown.firstIndex(of: .level) ?? 0
    var table = ListTable(
      columns: shown.flatMap { columns($0) }, rows: cells, totalLabel: strings("total.rows"), labelColumn: label)
    if let whole, !rows.isEmpty { table.whole = shown.flatMap { wholeCells($0, whole) } }
    return table
  }

  private func wholeCells(_ column: ListColumn, _ trend: Trend) -> [TableCell] {
    switch column {
    case .level: [.text(strings("total.whole"))]
    case .employed: [persons(trend.employed)]
    case .openings: [trend.openings.map { .count(whole($0)) } ?? .empty]
    case .rate: [trend.rate.map { .percent($0) } ?? .empty]
    case .forecast: forecast(trend.forecast)
    default: [.empty]
    }
  }

  private func columns(_ column: ListColumn) -> [TableColumn] {
    let title = strings("column.\(column.rawValue)")
    switch column {
    case .rank: return [TableColumn(title, width: 5, .center)]
    case .level: return [TableColumn(title, width: 9.5, .center)]
    // Without occupations the chain is what the row is about.
    case .chain: return [TableColumn(title, width: omitted.contains(.occupation) ? 26 : 9.6)]
    case .region: return [TableColumn(title, width: 9.6)]
    case .occupation: return [TableColumn(title, width: 16)]
    case .employed, .openings: return [TableColumn(title, width: 8, .right, isSummed: true)]
    case .rate: return [TableColumn(title, width: 7, .right)]
    case .forecast:
      return header.months.flatMap { month in
        [
          TableColumn(strings("column.forecast", month.description), width: 7.6, .right, isSummed: true),
          TableColumn(strings("column.interval", month.description), width: 11, .right),
        ]
      }
    case .exceedance, .threshold: return [TableColumn(title, width: 8, .right)]
    case .monthChange, .yearChange: return [TableColumn(title, width: 8, .right)]
    case .previousRank: return [TableColumn(title, width: 6, .center)]
    case .cause: return [TableColumn(title, width: 13.5)]
    case .pay, .supply: return [TableColumn(title, width: 7.5, .center)]
    case .measures: return [TableColumn(title, width: 24)]
    case .officer, .status, .hired, .measure, .note, .quietUntil, .alert: return [officers.column(column)]
    case .firstSeen: return [TableColumn(title, width: 11, .center)]
    case .quality: return [TableColumn(title, width: 10)]
    }
  }

  private func cells(_ column: ListColumn, _ row: ShortageRow) -> [TableCell] {
    switch column {
    case .rank: [.count(row.rank)]
    case .level: [.level(row.level)]
    case .chain: [.text(row.chain)]
    case .region: [.text(row.region)]
    case .occupation: [.text(row.occupation)]
    case .employed: [persons(row.employed)]
    case .openings: [.count(whole(row.openings))]
    case .rate: [row.rate.map { .percent($0) } ?? .empty]
    case .forecast: forecast(row.forecast)
    case .exceedance: [.probability(row.exceedance)]
    case .threshold: [.count(whole(row.threshold))]
    case .monthChange: [change(row.openings, row.previousMonth)]
    case .yearChange: [change(row.openings, row.previousYear)]
    case .previousRank: [row.previousRank.map { .count($0) } ?? .text(noPreviousRank)]
    case .cause: [row.cause.map { .text(words.cause($0)) } ?? .empty]
    case .pay: [pay(row)]
    case .supply: [persons(row.seekers)]
    case .measures: [row.measures.isEmpty ? .empty : .text(words.measures(row.measures))]
    case .officer, .status, .hired, .measure, .note, .quietUntil, .alert:
      [officers.cell(column, row.entry, row.ticket)]
    case .firstSeen: [.day(row.firstSeen)]
    case .quality: [.text(quality(row.quality))]
    }
  }

  /// What stands for the previous rank of a row that had none.
  var noPreviousRank: String { header.hasEarlierNight ? strings("rank.new") : "—" }

  private func forecast(_ points: [ForecastPoint]) -> [TableCell] {
    header.months.flatMap { month -> [TableCell] in
      guard let point = points.first(where: { $0.month == month }) else { return [.empty, .empty] }
      return [.count(whole(point.p50)), .text(interval(point))]
    }
  }

  /// `30–62`.
  func interval(_ point: ForecastPoint) -> String {
    "\(TableText.grouped(whole(point.p10)))–\(TableText.grouped(whole(point.p90)))"
  }

  /// A change against an earlier number; a word where there was nothing before.
  func change(_ now: Double, _ before: Double?) -> TableCell {
    guard let before else { return .empty }
    if whole(before) == 0 { return whole(now) == 0 ? .change(0) : .text(strings("change.new")) }
    return .change(now / before - 1)
  }

  /// Pay offered as a share of the market's; empty where one of them is unknown.
  func pay(_ row: ShortageRow) -> TableCell {
    guard let salary = row.salary, let market = row.salaryMarket, market > 0 else { return .empty }
    return .percent(salary / market)
  }

  /// The quality codes in words, “good” where there are none.
  func quality(_ codes: [String]) -> String { words.quality(codes) }

  private func rest(_ rows: [ShortageRow]) -> [TableCell] {
    shown.flatMap { column -> [TableCell] in
      switch column {
      case .occupation where shown.contains(.occupation): [.text(strings("rest", TableText.grouped(rows.count)))]
      case .chain where !shown.contains(.occupation): [.text(strings("rest", TableText.grouped(rows.count)))]
      case .employed: [sum(rows.map { persons($0.employed) })]
      case .openings: [sum(rows.map { .count(whole($0.openings)) })]
      case .forecast:
        header.months.flatMap { month -> [TableCell] in
          [
            sum(
              rows.map { row in
                row.forecast.first { $0.month == month }.map { .count(whole($0.p50)) } ?? .empty
              }), .empty,
          ]
        }
      default: [.empty]
      }
    }
  }

  private func sum(_ cells: [TableCell]) -> TableCell {
    .count(cells.reduce(0) { sum, cell in if case .count(let value) = cell { sum + value } else { sum } })
  }
}

/// Forms the tables of enterprises and surpluses.
public struct DetailTables: Sendable {
  let strings: StringTable

  /// A former of tables in a language.
  public init(strings: StringTable) { self.strings = strings }

  /// The enterprises, with a column of missing reports where there are any; those beyond `limit` are summed in one row.
  public func enterprises(_ rows: [EnterpriseRow], limit: Int, hasContacts: Bool, hasOccupations: Bool) -> ListTable {
    var columns = [
      TableColumn(title("credit_code"), width: 21), TableColumn(title("enterprise"), width: 32),
      TableColumn(title("chain"), width: 13), TableColumn(title("region"), width: 19),
    ]
    if hasOccupations { columns.append(TableColumn(title("occupation"), width: 28)) }
    columns += [
      TableColumn(title("openings"), width: 9, .right, isSummed: true),
      TableColumn(title("planned"), width: 12, .right, isSummed: true),
      TableColumn(title("expected"), width: 9, .right, isSummed: true),
      TableColumn(title("oldest"), width: 11, .center), TableColumn(title("salary"), width: 13, .right),
    ]
    if hasContacts {
      columns += [TableColumn(title("contact"), width: 9, .center), TableColumn(title("phone"), width: 13, .center)]
    }
    let hasMissing = rows.contains { $0.missing != nil }
    if hasMissing { columns.append(TableColumn(title("missing"), width: 24)) }
    var cells = rows.prefix(limit).map { row -> [TableCell] in
      var cells: [TableCell] = [.code(row.creditCode), .text(row.name), .text(row.chain), .text(row.region)]
      if hasOccupations { cells.append(.text(row.occupation)) }
      cells += [
        .count(whole(row.openings)), row.planned.map { .count(whole($0)) } ?? .empty, .count(whole(row.expected)),
        row.oldest.map { .day($0) } ?? .empty, salary(row),
      ]
      if hasContacts { cells += [text(row.contact), code(row.phone)] }
      if hasMissing { cells.append(text(row.missing?.text(strings))) }
      return cells
    }
    if rows.count > limit {
      let left = rows.dropFirst(limit)
      var rest: [TableCell] = [.empty, .text(strings("rest", TableText.grouped(left.count))), .empty, .empty]
      if hasOccupations { rest.append(.empty) }
      rest += [
        .count(left.reduce(0) { $0 + whole($1.openings) }), .count(left.reduce(0) { $0 + whole($1.planned ?? 0) }),
        .count(left.reduce(0) { $0 + whole($1.expected) }),
      ]
      rest += [TableCell](repeating: .empty, count: columns.count - rest.count)
      cells.append(rest)
    }
    return ListTable(columns: columns, rows: cells, totalLabel: strings("total"), labelColumn: 1)
  }

  /// The surpluses. Headcounts and surpluses below five persons are not told.
  public func surpluses(_ rows: [SurplusRow], hasContacts: Bool) -> ListTable {
    var columns = [
      TableColumn(title("credit_code"), width: 21), TableColumn(title("enterprise"), width: 32),
      TableColumn(title("chain"), width: 14), TableColumn(title("region"), width: 19),
      TableColumn(title("headcount"), width: 10, .right, isSummed: true),
      TableColumn(title("headcount_previous"), width: 10, .right),
      TableColumn(title("headcount_base"), width: 10, .right),
      TableColumn(title("shed"), width: 10, .right), TableColumn(title("machines"), width: 10, .right),
      TableColumn(title("need"), width: 10, .right), TableColumn(title("surplus"), width: 10, .right, isSummed: true),
      TableColumn(title("reason"), width: 24),
    ]
    if hasContacts {
      columns += [TableColumn(title("contact"), width: 9, .center), TableColumn(title("phone"), width: 13, .center)]
    }
    let cells = rows.map { row -> [TableCell] in
      var cells: [TableCell] = [.code(row.creditCode), .text(row.name), .text(row.chain), .text(row.region)]
      cells += [row.headcount, row.previous, row.base, row.shed, row.machines, row.need, row.surplus].map {
        persons($0)
      }
      cells.append(row.reason.map { .text(strings.find("reason.\($0)") ?? $0) } ?? .empty)
      if hasContacts { cells += [text(row.contact), code(row.phone)] }
      return cells
    }
    return ListTable(columns: columns, rows: cells, totalLabel: strings("total"), labelColumn: 1)
  }

  /// The proposals of shared employment, both parties in a row.
  public func sharing(_ rows: [SharingRow], hasContacts: Bool) -> ListTable {
    func party(_ kind: String) -> [TableColumn] {
      [
        TableColumn(title("\(kind)"), width: 32), TableColumn(title("\(kind)_code"), width: 21),
        TableColumn(title("\(kind)_place"), width: 24),
      ] + (hasContacts ? [TableColumn(title("\(kind)_contact"), width: 20)] : [])
    }
    func cells(_ party: SharingRow.Party) -> [TableCell] {
      [.text(party.name), .code(party.creditCode), .text(Self.place(party))]
        + (hasContacts ? [text(Self.call(party))] : [])
    }
    return ListTable(
      columns: party("lender") + party("borrower")
        + [TableColumn(title("occupation"), width: 28), TableColumn(title("lent"), width: 10, .right, isSummed: true)],
      rows: rows.map { cells($0.lender) + cells($0.borrower) + [.text($0.occupation), persons(Double($0.persons))] },
      totalLabel: strings("total"), labelColumn: 0)
  }

  static func place(_ party: SharingRow.Party) -> String {
    [party.chain, party.region].filter { !$0.isEmpty }.joined(separator: " · ")
  }

  static func call(_ party: SharingRow.Party) -> String? {
    let parts = [party.contact, party.phone].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }

  func salary(_ row: EnterpriseRow) -> TableCell {
    switch (row.salaryMin.map(whole), row.salaryMax.map(whole)) {
    case (let low?, let high?) where low != high:
      .text("\(TableText.grouped(low))–\(TableText.grouped(high))")
    case (let low?, _): .text(TableText.grouped(low))
    case (nil, let high?): .text(TableText.grouped(high))
    case (nil, nil): .empty
    }
  }

  private func title(_ key: String) -> String { strings("column.\(key)") }
  private func text(_ text: String?) -> TableCell { text.map { .text($0) } ?? .empty }
  private func code(_ text: String?) -> TableCell { text.map { .code($0) } ?? .empty }
}
