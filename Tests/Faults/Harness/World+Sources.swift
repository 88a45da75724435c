import TestSupport

extension World {
  /// The feeds that come as full exports, and their descriptions.
  static let exported = ["vacancies", "unemployment"].reduce(into: [String: String]()) { feeds, feed in
    feeds[feed] = "feed: \(feed)\nrules: {full_export: true}\n"
  }

  /// What a portal offers: postings with wrong rows among them; headcounts in the order of their day, and outcomes.
  static func portal(_ dice: inout SeededGenerator) throws -> [String: [String]] {
    var lists: [String: [String]] = [:]
    var codes: Set<String> = []
    for var table in try SimulatedFeeds.tables.get() where Portal.feeds[table.feed] != nil {
      table.rows = part(of: table, 90, &dice)
      switch table.feed {
      case "vacancies":
        for row in table.rows.indices where Int.random(in: 0..<14, using: &dice) == 0 {
          spoil(&table.rows[row], table.columns, &codes, &dice)
        }
      case "headcount":
        guard table.columns.last == "reported_on" else { throw TestSupportError("headcount ends with another column") }
        table.rows.sort { $0.last ?? "" < $1.last ?? "" }
      default: break
      }
      lists[table.feed] = table.objects
    }
    return lists
  }

  private static func part(of table: FeedTable, _ size: Int, _ dice: inout SeededGenerator) -> [[String]] {
    let start = Int.random(in: 0...max(0, table.rows.count - size), using: &dice)
    return Array(table.rows[start..<min(start + size, table.rows.count)])
  }

  /// Three full exports of each feed that has them, which leave records out, list them again, and spoil some. The last to come is the newest
  /// one, or the one between.
  static func exports(_ dice: inout SeededGenerator) throws -> [[FeedFile]] {
    var files: [[FeedFile]] = [[], []]
    for table in try SimulatedFeeds.tables.get() where exported[table.feed] != nil {
      let tables = try states(of: table, &dice)
      let order = Bool.random(using: &dice) ? [0, 1, 2] : [0, 2, 1]
      for (turn, state) in order.enumerated() {
        let form = FileForm.allCases.randomElement(using: &dice) ?? .csv
        files[turn / 2].append(
          FeedFile(
            feed: table.feed, name: "\(table.feed)_export_\(turn + 1)\(form.ending)",
            bytes: try form.bytes(tables[state])))
      }
    }
    return files
  }

  /// A feed's state at three moments, as exports tell it.
  private static func states(of table: FeedTable, _ dice: inout SeededGenerator) throws -> [FeedTable] {
    let keys = (table.feed == "vacancies" ? ["source", "posting_id"] : ["person_id", "registered_on"]).map {
      table.columns.firstIndex(of: $0) ?? 0
    }
    guard let clock = table.columns.firstIndex(of: "updated_at"), let region = table.columns.firstIndex(of: "region")
    else { throw TestSupportError("\(table.feed) has no clock or region") }
    let rows = part(of: table, 120, &dice).sorted { ($0[clock], $0[keys[1]]) < ($1[clock], $1[keys[1]]) }
    return [rows.count / 2, rows.count * 3 / 4, rows.count - 1].map { last in
      var newest: [[String]: [String]] = [:]
      var order: [[String]] = []
      for row in rows where row[clock] <= rows[last][clock] {
        let key = keys.map { row[$0] }
        if newest.updateValue(row, forKey: key) == nil { order.append(key) }
      }
      var state = FeedTable(feed: table.feed, columns: table.columns, rows: [])
      for var row in order.compactMap({ newest[$0] }) {
        // The newest row tells the moment of the export.
        let isAnchor = row[clock] == rows[last][clock]
        let lot = isAnchor ? 9 : Int.random(in: 0..<18, using: &dice)
        if lot < 3 { continue }
        if lot == 3 { row[region] = "亚特兰蒂斯" }
        state.rows.append(row)
      }
      return state
    }
  }
}
