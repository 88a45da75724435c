import Assistance
import LabourMarket

/// A proposal of classes as the sheet shows it. Names are in the language of the list.
public struct ClassRow: Hashable, Sendable {
  /// The proposal.
  public var proposal: ClassProposal
  /// Names of the region and of the regions that take part, of the occupation and of the measure.
  public var region: String, regions: [String], occupation: String, measure: String?
  /// Names of the chains with the largest gaps, the largest first.
  public var chains: [String]
  /// Enterprises that lack most of the occupation.
  public var enterprises: [FairRow.Enterprise]

  /// A row from its parts.
  public init(
    proposal: ClassProposal, region: String, regions: [String], occupation: String, measure: String?,
    chains: [String], enterprises: [FairRow.Enterprise]
  ) {
    self.proposal = proposal
    self.region = region
    self.regions = regions
    self.occupation = occupation
    self.measure = measure
    self.chains = chains
    self.enterprises = enterprises
  }
}

/// Forms the sheet of order classes and training.
public struct ClassTable: Sendable {
  let rows: [ClassRow]
  let rules: ClassRules
  let start: Month
  let isJudged: Bool
  let strings: StringTable

  /// A former of the sheet.
  /// - Parameters:
  ///   - start: the month in which the classes begin.
  ///   - isJudged: whether there is history and forecast enough to tell which gaps last.
  public init(rows: [ClassRow], rules: ClassRules, start: Month, isJudged: Bool, strings: StringTable) {
    self.rows = rows
    self.rules = rules
    self.start = start
    self.isJudged = isJudged
    self.strings = strings
  }

  /// The sheet.
  public var sheet: PlanSheet {
    func title(_ key: String, _ value: Int? = nil) -> String {
      strings("column.class.\(key)", value.map { String($0) } ?? "")
    }
    let columns = [
      TableColumn(title("region"), width: 20), TableColumn(title("occupation"), width: 26),
      TableColumn(title("measure"), width: 14), TableColumn(title("past", rules.pastMonths), width: 9, .right),
      TableColumn(title("ahead", rules.monthsAhead), width: 9, .right),
      TableColumn(title("structural"), width: 8, .right),
      TableColumn(title("arriving"), width: 8, .right), TableColumn(title("need"), width: 8, .right),
      TableColumn(title("classes"), width: 6, .right, isSummed: true), TableColumn(title("sizes"), width: 12, .center),
      TableColumn(title("seats"), width: 8, .right, isSummed: true), TableColumn(title("start"), width: 9, .center),
      TableColumn(title("end"), width: 9, .center),
      TableColumn(title("graduates"), width: 8, .right, isSummed: true), TableColumn(title("left"), width: 8, .right),
      TableColumn(title("capacity"), width: 9, .right), TableColumn(title("chains"), width: 22),
      TableColumn(title("enterprises"), width: 40), TableColumn(title("reason"), width: 30),
    ]
    return PlanSheet(
      name: strings("plan.classes"), lines: [summary],
      table: ListTable(columns: columns, rows: rows.map(cells), totalLabel: strings("total"), labelColumn: 0),
      notes: [
        strings(
          "classes.note", String(rules.pastMonths), String(rules.monthsAhead),
          TableText.percent(rules.arrival, decimals: 0)),
        strings(
          "classes.rule", String(rules.smallest), String(rules.largest),
          TableText.percent(rules.completion, decimals: 0), String(rules.leastGap)),
      ],
      empty: strings(
        isJudged ? "classes.empty" : "classes.unjudged", String(rules.pastMonths), String(rules.monthsAhead)),
      frozen: 2)
  }

  private var summary: String {
    let open = rows.filter { !$0.proposal.classes.isEmpty }
    return strings(
      "classes.summary", TableText.grouped(open.reduce(0) { $0 + $1.proposal.classes.count }),
      TableText.grouped(open.reduce(0) { $0 + $1.proposal.classes.reduce(0, +) }),
      TableText.grouped(open.reduce(0) { $0 + $1.proposal.graduates }),
      TableText.grouped(
        rows.filter { !$0.proposal.region.isEmpty && $0.isFirst }.reduce(0) { $0 + $1.proposal.structural }))
  }

  private func cells(_ row: ClassRow) -> [TableCell] {
    let proposal = row.proposal
    let seats = proposal.classes.reduce(0, +)
    let isOpen = seats > 0
    return [
      .text(row.region), .text(row.occupation), row.measure.map { .text($0) } ?? .empty, .count(proposal.past),
      .count(proposal.ahead), .count(proposal.structural), .count(proposal.arriving), .count(proposal.need),
      .count(proposal.classes.count), isOpen ? .text(Self.sizes(proposal.classes)) : .empty, .count(seats),
      isOpen ? .text(start.description) : .empty, proposal.end.map { .text($0.description) } ?? .empty,
      .count(proposal.graduates), .count(proposal.left), proposal.capacityLeft.map { .count($0) } ?? .empty,
      .text(row.chains.joined(separator: strings("list.separator"))),
      .text(row.enterprises.map { $0.text(strings) }.joined(separator: strings("list.separator"))),
      .text(
        strings(
          "classes.\(proposal.reason.rawValue)", row.regions.joined(separator: strings("list.comma")),
          String(rules.smallest))),
    ]
  }

  /// `2×45＋1×44`: how many classes of how many seats.
  static func sizes(_ classes: [Int]) -> String {
    Dictionary(grouping: classes, by: { $0 }).sorted { $0.key > $1.key }.map { "\($0.value.count)×\($0.key)" }
      .joined(separator: "+")
  }
}

extension ClassRow {
  /// Whether the row is the first of its gap: a gap whose first measure does not suffice has another row.
  var isFirst: Bool { proposal.prepared == 0 }
}
