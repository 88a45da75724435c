import Foundation
import LabourMarket
import Postgres
import Shortfall

/// Writes one forecast into the tables of `sql/migrations/0004_forecast.sql`, by COPY. Call it inside a transaction.
struct ForecastWriter {
  let session: Session
  let run: RunID
  let scenario: String
  let inputs: ForecastInputs
  let settings: ShortfallSettings

  /// Writes all of it.
  func write(_ forecast: ShortfallForecast, digest: String) throws {
    try writeRun(forecast, digest, try quality(forecast))
    try writeValues(forecast.nodes.map { ($0.node, $0.threshold, $0.values) }, asOf: forecast.asOf)
    let keyFirms = KeyFirms(
      inputs.employers,
      parts: inputs.enterprises.filter { $0.openings > 0 || $0.planned ?? 0 > 0 }.map { ($0.creditCode, $0.cell) },
      share: settings.keyFirmShare, least: settings.keyFirmLeast)
    try writeNodes(forecast, keyFirms)
    try writeKeyFirms(keyFirms)
    try writeDrivers(forecast)
    try writeHistory(forecast)
    try writeOccupations(forecast)
    let allotted = EnterpriseAllotment(
      inputs.enterprises.map {
        EnterpriseAllotment.Part(cell: $0.cell, openings: $0.openings, sought: $0.sought, planned: $0.planned)
      }, forecast: forecast, months: settings.enterpriseHorizon
    ).expected
    try writeEnterprises(forecast, allotted)
    try writeSurpluses(allotted)
  }

  /// Writes a scenario's values; what they are compared with is the base case from the inputs of the same digest.
  /// - Parameter text: the scenario's file, kept with the run so that one can see what was assumed.
  func write(_ result: ScenarioForecast, text: String, digest: String) throws {
    try writeRun(result.base, digest, try quality(result.base, scenario: text))
    try writeValues(result.nodes.map { ($0.node, $0.threshold, $0.values) }, asOf: result.base.asOf)
  }

  private func writeRun(_ forecast: ShortfallForecast, _ digest: String, _ quality: String) throws {
    try session.connection.execute(
      session.queries["shortfall/put_run"],
      [
        .text(session.profile.city), .int(Int(run.value)), .text(scenario), .text(forecast.asOf.firstDay.description),
        .text(CityPanelReader.knownUntil(forecast.asOf).description), .int(forecast.horizon), .int(0), .int(0),
        .text(forecast.model), .text(digest), .text(quality), .double(Double(session.clock.unixSeconds)),
      ])
  }

  private func writeValues(
    _ nodes: [(node: ForecastNode, threshold: Double, values: [ForecastValue])], asOf: Month
  ) throws {
    try copy("values") { row in
      for entry in nodes {
        for value in entry.values {
          try begin(&row, entry.node)
          try row.add((asOf + value.horizon).firstDay.description)
          try row.add(value.horizon)
          for number in [value.mean, value.p10, value.p50, value.p90, entry.threshold, value.pExceed] {
            try row.add(number)
          }
          try row.end()
        }
      }
    }
  }

  private func writeNodes(_ forecast: ShortfallForecast, _ keyFirms: KeyFirms) throws {
    let dominance = FirmDominance(
      inputs.enterprises.map { ($0.creditCode, $0.cell, $0.openings) }, share: settings.dominanceShare,
      least: settings.dominanceLeast)
    try copy("nodes") { row in
      for entry in forecast.nodes {
        try begin(&row, entry.node)
        for number in [
          entry.openings, entry.openingsPreviousMonth, entry.openingsPreviousYear, entry.employed, entry.seekers,
          inputs.salaries.byNode[entry.node.key],
          inputs.salaries.byNode[Cell(occupation: entry.node.key.occupation)],
        ] {
          try row.add(number)
        }
        try row.add(entry.history.count)
        try row.add(entry.response)
        try row.add(entry.coverage)
        var quality = entry.quality
        if dominance.holds(entry.node.key) { quality.append(FirmDominance.code) }
        if keyFirms.areMissing(of: entry.node.key) { quality.append(KeyFirms.code) }
        try row.add("{" + quality.sorted().joined(separator: ",") + "}")
        try row.end()
      }
    }
  }

  private func writeKeyFirms(_ firms: KeyFirms) throws {
    try copy("key_firms") { row in
      for firm in firms.missing {
        try key(&row, firm.creditCode)
        try row.add(firm.chain.rawValue)
        try row.add(firm.region.rawValue)
        try row.add(firm.persons)
        try row.add(firm.plansWave?.firstDay.description)
        try row.add(firm.headcountMonth?.firstDay.description)
        try row.end()
      }
    }
  }

  private func writeDrivers(_ forecast: ShortfallForecast) throws {
    try copy("drivers") { row in
      for entry in forecast.nodes {
        for value in entry.values {
          let month = (forecast.asOf + value.horizon).firstDay.description
          for (driver, persons) in zip(Driver.allCases, value.drivers) where persons != 0 {
            try begin(&row, entry.node)
            try row.add(month)
            try row.add(driver.rawValue)
            try row.add(persons)
            try row.end()
          }
        }
      }
    }
  }

  private func writeHistory(_ forecast: ShortfallForecast) throws {
    try copy("history") { row in
      for entry in forecast.nodes where entry.node.level != .cell {
        for (t, openings) in entry.history.enumerated() {
          try key(&row, entry.node.level.rawValue)
          try row.add(entry.node.key.chain?.rawValue ?? "")
          try row.add(entry.node.key.region?.rawValue ?? "")
          try row.add((forecast.start + t).firstDay.description)
          try row.add(openings)
          try row.end()
        }
      }
    }
  }

  /// Months of openings by region and occupation that are kept: as many as a plan may ask for.
  static let occupationMonths = 24

  private func writeOccupations(_ forecast: ShortfallForecast) throws {
    var sums: [Cell: [Double]] = [:]
    var order: [Cell] = []
    for entry in forecast.nodes where entry.node.level == .cell {
      guard let region = entry.node.key.region, let occupation = entry.node.key.occupation else { continue }
      let cell = Cell(region: region, occupation: occupation)
      if let known = sums[cell] {
        sums[cell] = zip(known, entry.history).map { $0 + $1 }
      } else {
        order.append(cell)
        sums[cell] = entry.history
      }
    }
    try copy("occupations") { row in
      for cell in order {
        let history = sums[cell] ?? []
        for (t, openings) in history.enumerated().suffix(Self.occupationMonths) {
          try key(&row, cell.region?.rawValue ?? "")
          try row.add(cell.occupation?.rawValue ?? "")
          try row.add((forecast.start + t).firstDay.description)
          try row.add(openings)
          try row.end()
        }
      }
    }
  }

  private func writeEnterprises(_ forecast: ShortfallForecast, _ allotted: [Double]) throws {
    try copy("enterprises") { row in
      for (part, expected) in zip(inputs.enterprises, allotted)
      where part.openings > 0 || expected >= 0.05 || (part.planned ?? 0) > 0 {
        try key(&row, part.creditCode)
        try row.add(part.cell.chain?.rawValue ?? "")
        try row.add(part.cell.region?.rawValue ?? "")
        try row.add(part.cell.occupation?.rawValue ?? "")
        try row.add(part.openings)
        try row.add(part.planned)
        try row.add(expected)
        try row.add(part.oldestPostedOn?.description)
        try row.add(part.salaryMin)
        try row.add(part.salaryMax)
        try row.end()
      }
    }
  }

  /// Surpluses after what the enterprises need themselves: by occupation the largest of openings, planned hires and expected gap, never their sum, for
  /// a plan that is posted already is one and the same post. Fewer than three persons are none.
  private func writeSurpluses(_ allotted: [Double]) throws {
    var needed: [String: Double] = [:]
    for (part, expected) in zip(inputs.enterprises, allotted) {
      needed[part.creditCode, default: 0] += max(part.openings, part.planned ?? 0, expected)
    }
    try copy("surpluses") { row in
      for part in inputs.surpluses {
        let need = needed[part.creditCode] ?? 0
        let surplus = (part.surplus - need).rounded(.down)
        guard surplus >= 3 else { continue }
        try key(&row, part.creditCode)
        try row.add(part.chain)
        try row.add(part.region)
        try row.add(part.headcount)
        try row.add(part.previous)
        try row.add(part.base)
        try row.add(surplus)
        try row.add(part.reason)
        try row.add(part.surplus - part.machines)
        try row.add(part.machines)
        try row.add(need)
        try row.end()
      }
    }
  }

  // MARK: rows

  private func copy(_ table: String, _ body: (inout CopyWriter) throws -> Void) throws {
    try session.connection.copyIn(session.queries["shortfall/copy_\(table)"], body)
  }

  /// The columns that lead every table's key, then one more.
  private func key(_ row: inout CopyWriter, _ next: String) throws {
    try row.begin(session.profile.city)
    try row.add(Int(run.value))
    try row.add(scenario)
    try row.add(next)
  }

  private func begin(_ row: inout CopyWriter, _ node: ForecastNode) throws {
    try key(&row, node.level.rawValue)
    try row.add(node.key.chain?.rawValue ?? "")
    try row.add(node.key.region?.rawValue ?? "")
    try row.add(node.key.occupation?.rawValue ?? "")
  }

  /// What is known of the inputs as a whole, and what the model learned, as JSON.
  private func quality(_ forecast: ShortfallForecast, scenario: String? = nil) throws -> String {
    struct Report: Encodable {
      let codes: [String]
      let historyFrom: String
      let monthsOfHistory: Int
      let response: Double?
      let coverage: Double?
      let learned: [String: Double]
      let scenario: String?

      enum CodingKeys: String, CodingKey {
        case codes, response, coverage, learned, scenario
        case historyFrom = "history_from"
        case monthsOfHistory = "months_of_history"
      }
    }
    let city = forecast.nodes.last { $0.node.level == .city }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let report = Report(
      codes: forecast.quality, historyFrom: forecast.start.description, monthsOfHistory: city?.history.count ?? 0,
      response: city?.response, coverage: city?.coverage,
      learned: Dictionary(forecast.learned.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a }),
      scenario: scenario)
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }
}

/// Rows of a COPY in text format: `begin`, any number of `add`, `end`.
extension CopyWriter {
  /// The first column of a row.
  mutating func begin(_ text: String) throws {
    var text = text
    try text.withUTF8 { try appendEscaped(UnsafeRawBufferPointer($0)) }
  }

  /// A text; `nil` is NULL.
  mutating func add(_ text: String?) throws {
    try append(0x09)
    guard let text else { return try append("\\N") }
    try begin(text)
  }

  /// A number; `nil` is NULL.
  mutating func add(_ number: Double?) throws {
    try append(0x09)
    try append(number.map(\.description) ?? "\\N")
  }

  /// A whole number.
  mutating func add(_ number: Int) throws {
    try append(0x09)
    try append(number.description)
  }

  /// Ends the row.
  mutating func end() throws { try append(0x0A) }
}
