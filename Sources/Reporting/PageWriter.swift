import Assistance
import Foundation
import LabourMarket
import Mustache

/// The templates of the pages, read once from files.
public struct PageTemplates: Sendable {
  let library: MustacheLibrary

  /// Reads `*.mustache` of a folder.
  /// - Throws: ``StringTable/Fault`` naming the file that is missing or wrong.
  public init(folder: String) throws {
    var library = MustacheLibrary()
    for name in ["page", "row", "style", "sheet", "index", "briefing", "targets", "plan"] {
      let path = "\(folder)/\(name).mustache"
      guard let data = FileManager.default.contents(atPath: path) else {
        throw StringTable.Fault(description: "\(path) is missing: the installation is incomplete.")
      }
      var text = String(decoding: data, as: UTF8.self)
      if name == "row", text.hasSuffix("\n") { text.removeLast() }
      do {
        try library.register(text, named: name)
      } catch {
        throw StringTable.Fault(description: "\(path): not a valid Mustache template: \(error)")
      }
    }
    self.library = library
  }

  func render(_ name: String, _ context: [String: Any]) throws -> String {
    guard let text = library.render(context, withTemplate: name) else {
      throw StringTable.Fault(description: "The template \(name).mustache is missing: the installation is incomplete.")
    }
    return text
  }
}

/// Writes a list as one HTML page that needs nothing else: readable on a phone, printable on A4.
public struct PageWriter: Sendable {
  let list: ShortageList
  let strings: StringTable
  let measureNames: [String: String]
  var limits: ListLimits
  let notes: Notes
  let former: ShortageTable

  /// A writer of one list.
  /// - Parameter measureNames: names of the measures by their code, in the language of the list.
  public init(list: ShortageList, strings: StringTable, measureNames: [String: String], limits: ListLimits) {
    self.list = list
    self.strings = strings
    self.measureNames = measureNames
    self.limits = limits
    notes = Notes(header: list.header, strings: strings)
    former = ShortageTable(
      header: list.header, strings: strings, measureNames: measureNames, omitted: limits.omitted)
  }

  /// The page. Where it would be larger than ``ListLimits/pageBytes``, it shows fewer rows and enterprises; its totals stay whole.
  public func html(_ templates: PageTemplates) throws -> String {
    var text = try page(templates)
    var writer = self
    while text.utf8.count > limits.pageBytes && writer.limits.pageRows > 10 {
      let share = 0.97 * Double(limits.pageBytes) / Double(text.utf8.count)
      writer.limits.pageRows = Int(Double(writer.limits.pageRows) * share)
      writer.limits.pageEnterprises = Int(Double(writer.limits.pageEnterprises) * share)
      text = try writer.page(templates)
    }
    return text
  }

  private func page(_ templates: PageTemplates) throws -> String {
    var page: [String: Any] = [
      "language": strings.language, "title": notes.title, "night": list.header.night.description,
      "unitLine": notes.unitLine, "text": texts, "levels": Self.levels(list, strings),
      "openings": TableText.grouped(list.rows.reduce(0) { $0 + whole($1.openings) }),
      "surplus": TableText.grouped(list.surpluses.reduce(0) { $0 + (whole($1.surplus) < 5 ? 0 : whole($1.surplus)) }),
      "warnings": list.header.missingFeeds, "shortagesTitle": strings("sheet.shortages"),
      "surplusesTitle": strings("sheet.surpluses"), "notesTitle": strings("sheet.notes"),
      "hasRows": !list.rows.isEmpty, "columns": columns, "rows": list.rows.prefix(limits.pageRows).map(row),
      "chains": chains(), "hasSurpluses": !list.surpluses.isEmpty,
      "surpluses": list.surpluses.prefix(Self.mostSurpluses).map(surplus), "sections": sections(),
    ]
    if let forecast = Self.forecast(list, strings) { page["forecast"] = forecast }
    if list.rows.count > limits.pageRows {
      page["more"] = strings("page.more", String(limits.pageRows), TableText.grouped(list.rows.count))
      page["rest"] = sum(Array(list.rows.dropFirst(limits.pageRows)), isRest: true)
    }
    page["total"] = sum(list.rows, isRest: false)
    if let whole = list.whole {
      page["whole"] = summing(former.table(list.rows, limit: 0, whole: whole), \.whole, strings("total.whole"))
    }
    if let trend = list.whole {
      let chart = FanChart.chart(trend, label: trend.name, width: 820, height: 240)
      if !chart.isEmpty { page["trend"] = ["chart": chart] }
    }
    if list.surpluses.count > Self.mostSurpluses {
      page["moreSurpluses"] = strings(
        "page.more.enterprises", TableText.grouped(list.surpluses.count - Self.mostSurpluses))
    }
    if !list.sharing.isEmpty { page["sharing"] = sharing() }
    page["plans"] = list.plans.map { $0.section(strings, most: Self.mostPlanned) }
    return try templates.render("page", page)
  }

  private static let mostSurpluses = 60, mostPlanned = 40

  private var horizonLabel: String {
    let header = list.header
    guard header.months.indices.contains(header.horizon - 1) else { return "" }
    return strings("page.at", header.months[header.horizon - 1].description)
  }

  static func levels(_ list: ShortageList, _ strings: StringTable) -> [[String: Any]] {
    let counts = list.levelCounts
    return AlertLevel.alerts.map { level in
      [
        "code": level.rawValue, "count": TableText.grouped(counts[level] ?? 0),
        "name": strings("level.\(level.rawValue)"),
      ]
    }
  }

  /// The whole list's forecast at the horizon, where there is one.
  static func forecast(_ list: ShortageList, _ strings: StringTable) -> [String: Any]? {
    let index = list.header.horizon - 1
    guard let trend = list.whole, trend.forecast.indices.contains(index) else { return nil }
    let point = trend.forecast[index]
    return [
      "label": strings("page.at", point.month.description), "p50": TableText.grouped(whole(point.p50)),
      "interval": "\(TableText.grouped(whole(point.p10)))–\(TableText.grouped(whole(point.p90)))",
    ]
  }

  private var texts: [String: String] {
    [
      "back": strings("page.back"), "rows": strings("page.rows"), "openings": strings("page.openings"),
      "surplus": strings("page.surplus"), "trend": strings("page.trend"), "trendNote": strings("page.trend.note"),
      "shortagesNote": strings("page.shortages.note"), "empty": strings("empty.shortages"),
      "chains": strings("page.chains"), "chainsNote": strings("page.chains.note"), "now": strings("page.now"),
      "noEnterprises": strings("page.no.enterprises"), "noSurpluses": strings("empty.surpluses"),
    ]
  }

  private func shows(_ column: ListColumn) -> Bool { !limits.omitted.contains(column) }

  private var columns: [[String: Any]] {
    // A dot stays on the line of the word before it.
    func column(_ title: String, _ kind: String? = nil) -> [String: Any] {
      let title = title.replacing(" · ", with: "\u{a0}· ")
      return kind.map { ["title": title, "class": $0] } ?? ["title": title]
    }
    func named(_ list: ListColumn) -> String { strings("column.\(list.rawValue)") }
    let place = [ListColumn.chain, .region, .occupation].filter(shows).map(named).joined(separator: " · ")
    var out = [column(named(.rank)), column(strings("page.level")), column(place)]
    if !staff.isEmpty { out.append(column(staff.map(named).joined(separator: " · "))) }
    out.append(column(named(.openings)))
    out += list.header.months.map { column(strings("column.forecast", $0.description), monthClass($0)) }
    out.append(column(strings("page.outlook")))
    if shows(.supply) { out.append(column(named(.supply))) }
    let why = [ListColumn.cause, .measures].filter(shows).map(named)
    if !why.isEmpty { out.append(column(why.joined(separator: " · "))) }
    let state = [ListColumn.status, .officer, .firstSeen, .quality].map(named)
    return out + [column(state.joined(separator: " · "))]
  }

  /// What stands in the cell of the staff: the employed, and the rate as its second line.
  private var staff: [ListColumn] { [ListColumn.employed, .rate].filter(shows) }

  /// The month that is forecast for the horizon stays where the screen has no room for all of them.
  private func monthClass(_ month: Month) -> String {
    month == list.header.asOf + list.header.horizon ? "f h" : "f"
  }

  private func text(_ cell: TableCell) -> String { TableText.text(cell, strings, groups: true) }

  private func labelled(_ column: ListColumn, _ value: String) -> [String: Any] {
    ["label": strings("column.\(column.rawValue)"), "value": value.isEmpty ? "—" : value]
  }

  private func row(_ row: ShortageRow) -> [String: Any] {
    var out: [String: Any] = [
      "rank": TableText.grouped(row.rank), "level": row.level.rawValue,
      "levelName": strings("level.\(row.level.rawValue)"), "openings": TableText.grouped(whole(row.openings)),
      "gapLabel": strings("column.openings"), "exceedance": TableText.probability(row.exceedance),
      "threshold": TableText.grouped(whole(row.threshold)),
      "statusLabel": strings("column.status"),
      "status": row.entry.status.map { strings("status.\($0.rawValue)") } ?? "—", "officer": row.entry.officer,
      "sinceLabel": strings("column.first_seen"), "since": row.firstSeen.description,
      "quality": row.quality.isEmpty ? "" : former.quality(row.quality),
      "spark": FanChart.spark(now: row.openings, forecast: row.forecast), "changes": changes(row),
    ]
    let occupation = shows(.occupation) ? row.occupation : ""
    let place = [occupation.isEmpty ? "" : row.chain, row.region].filter { !$0.isEmpty }
    out["what"] = occupation.isEmpty ? row.chain : occupation
    out["where"] = place.joined(separator: " · ")
    if let previous = row.previousRank {
      let change = previous - row.rank
      out["previous"] = "\(strings("page.previous")) \(previous)" + (change == 0 ? "" : change > 0 ? " ↑" : " ↓")
      out["move"] = change > 0 ? "up" : change < 0 ? "down" : "same"
    } else {
      out["previous"] = former.noPreviousRank
      out["move"] = "same"
    }
    if !staff.isEmpty {
      let values = staff.map { column -> String in
        let value = column == .employed ? text(persons(row.employed)) : row.rate.map { TableText.percent($0) } ?? ""
        return value.isEmpty ? "—" : value
      }
      out["staff"] = [
        "label": staff.map { strings("column.\($0.rawValue)") }.joined(separator: " · "), "value": values[0],
        "rate": values.dropFirst().first ?? "",
      ]
    }
    out["forecast"] = list.header.months.map { month -> [String: Any] in
      guard let point = row.forecast.first(where: { $0.month == month }) else { return ["p50": "", "interval": ""] }
      var cell: [String: Any] = ["p50": TableText.grouped(whole(point.p50)), "interval": former.interval(point)]
      if month == list.header.asOf + list.header.horizon {
        cell["label"] = strings("column.forecast", month.description)
      }
      return cell
    }
    if shows(.supply) {
      var supply = labelled(.supply, text(persons(row.seekers)))
      let pay = text(former.pay(row))
      supply["pay"] = pay.isEmpty ? "" : "\(strings("page.pay")) \(pay)"
      out["supply"] = supply
    }
    if shows(.cause) || shows(.measures) {
      var why: [String: Any] = [:]
      if shows(.cause), let cause = row.cause { why["cause"] = former.words.cause(cause) }
      if shows(.measures), !row.measures.isEmpty { why["measures"] = row.measures.map(former.words.measure) }
      out["why"] = why
    }
    return out
  }

  private func changes(_ row: ShortageRow) -> [String] {
    [("page.month", row.previousMonth), ("page.year", row.previousYear)].compactMap { key, before in
      before.map { "\(strings(key)) \(text(former.change(row.openings, $0)))" }
    }
  }

  private func sum(_ rows: [ShortageRow], isRest: Bool) -> [String: Any] {
    // Sums alone: no row is put into words for them.
    summing(
      former.table(rows, limit: 0), \.total,
      isRest ? strings("rest", TableText.grouped(rows.count)) : strings("total.rows"))
  }

  private func summing(_ table: ListTable, _ cells: KeyPath<ListTable, [TableCell]>, _ label: String) -> [String: Any] {
    let before = 3
    let values = Dictionary(zip(table.columns.map(\.title), table[keyPath: cells])) { first, _ in first }
    func value(_ title: String) -> String { values[title].map(text) ?? "" }
    func named(_ column: ListColumn) -> String { value(strings("column.\(column.rawValue)")) }
    var out: [[String: Any]] = []
    if !staff.isEmpty { out.append(["value": named(staff[0]), "rate": staff.dropFirst().map(named)]) }
    out.append(["value": named(.openings)])
    out += list.header.months.map {
      ["value": value(strings("column.forecast", $0.description)), "class": monthClass($0)]
    }
    return ["label": label, "span": before, "cells": out, "tail": columns.count - before - out.count]
  }

  private func sections() -> [[String: Any]] {
    notes.sections().map { section in
      ["title": section.title, "notes": section.notes.map { ["label": $0.label, "text": $0.text] }]
    }
  }

  /// The quality code of a node of which one enterprise makes up nearly all.
  private static let oneFirm = "one_firm"
  private static let mostProposals = 40

  private func sharing() -> [String: Any] {
    let rows = list.sharing.prefix(Self.mostProposals).map { row -> [String: Any] in
      var out: [String: Any] = [
        "lender": row.lender.name, "borrower": row.borrower.name, "lenderPlace": DetailTables.place(row.lender),
        "borrowerPlace": DetailTables.place(row.borrower), "occupation": row.occupation,
        "label": strings("column.lent"), "persons": text(persons(Double(row.persons))),
      ]
      if let call = DetailTables.call(row.lender) { out["lenderCall"] = "\(strings("column.lender")) \(call)" }
      if let call = DetailTables.call(row.borrower) { out["borrowerCall"] = "\(strings("column.borrower")) \(call)" }
      return out
    }
    var section: [String: Any] = [
      "title": strings("page.sharing"), "note": strings("page.sharing.note"), "rows": rows,
    ]
    if list.sharing.count > Self.mostProposals {
      section["more"] = strings("page.sharing.more", TableText.grouped(list.sharing.count - Self.mostProposals))
    }
    return section
  }

  private func surplus(_ row: SurplusRow) -> [String: Any] {
    var out: [String: Any] = [
      "name": row.name, "code": row.creditCode,
      "place": [row.chain, row.region].filter { !$0.isEmpty }.joined(separator: " · "),
      "surplus": text(persons(row.surplus)), "headcount": text(persons(row.headcount)),
      "surplusLabel": strings("column.surplus"),
    ]
    if let reason = row.reason { out["reason"] = strings.find("reason.\(reason)") ?? reason }
    if let call = Self.call(row.contact, row.phone) { out["call"] = call }
    return out
  }

  static func call(_ contact: String?, _ phone: String?) -> [String: Any]? {
    guard contact != nil || phone != nil else { return nil }
    var out: [String: Any] = ["contact": contact ?? ""]
    if let phone { out["phone"] = phone }
    return out
  }

  private func chains() -> [[String: Any]] {
    let details = DetailTables(strings: strings)
    let firms = Dictionary(grouping: list.enterprises) { $0.chainCode }
    let trends = list.chains
    let share = max(10, limits.pageEnterprises / max(1, trends.count))
    let index = list.header.horizon - 1
    return trends.map { trend in
      let members = firms[trend.chain] ?? []
      let now = trend.history.last?.openings ?? 0
      var out: [String: Any] = [
        "name": trend.name, "level": trend.level.rawValue, "levelName": strings("level.\(trend.level.rawValue)"),
        "openings": TableText.grouped(whole(now)), "at": horizonLabel,
        "spark": FanChart.spark(now: now, forecast: trend.forecast),
        "chart": FanChart.chart(trend, label: trend.name), "hasEnterprises": !members.isEmpty,
        "enterprises": members.prefix(share).map { enterprise($0, details) },
      ]
      if trend.forecast.indices.contains(index) {
        let point = trend.forecast[index]
        out["p50"] = TableText.grouped(whole(point.p50))
        out["interval"] = "\(TableText.grouped(whole(point.p10)))–\(TableText.grouped(whole(point.p90)))"
      }
      if trend.quality.contains(Self.oneFirm) { out["oneFirm"] = strings("quality.one_firm") }
      if members.count > share {
        out["moreEnterprises"] = strings("page.more.enterprises", TableText.grouped(members.count - share))
      }
      return out
    }
  }

  private func enterprise(_ row: EnterpriseRow, _ details: DetailTables) -> [String: Any] {
    var out: [String: Any] = [
      "name": row.name, "code": row.creditCode, "openings": TableText.grouped(whole(row.openings)),
      "place": [row.region, row.occupation].filter { !$0.isEmpty }.joined(separator: " · "),
      "expected": TableText.grouped(whole(row.expected)),
    ]
    let salary = text(details.salary(row))
    if !salary.isEmpty { out["salary"] = salary }
    if let oldest = row.oldest { out["oldest"] = oldest.description }
    if let missing = row.missing { out["missing"] = strings("page.missing", missing.text(strings)) }
    if let call = Self.call(row.contact, row.phone) { out["call"] = call }
    return out
  }
}
