import LabourMarket
import Postgres
import Reporting

/// Reads the progress towards the profile's targets.
struct TargetReader {
  let session: Session
  let names: ReportNames
  let language: Profile.Language

  /// The rows by indicator, the city's first, then its regions, both in the order of the reference data; empty where the profile has no targets.
  /// - Parameter until: what is known later counts not.
  func rows(until: LocalTimestamp) throws -> [TargetRow] {
    struct Key: Hashable { var indicator: String, region: String }
    let reference = session.profile.reference
    guard !reference.targets.isEmpty else { return [] }
    var reached: [Key: (value: Double, month: Month)] = [:]
    for row in try session.connection.query(
      session.queries["reporting/outcomes"], [.text(session.profile.city), .text(until.description)])
    {
      reached[Key(indicator: try row.string("indicator"), region: try row.string("region"))] = (
        try row.double("value"), CalendarDay(ordinal: try row.date("month")).month
      )
    }
    let regions = Dictionary(
      reference.regions.enumerated().map { ($0.element.code, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return reference.indicators.flatMap { indicator -> [TargetRow] in
      let targets = reference.targets.filter { $0.indicator == indicator.code }
      let city = session.profile.region
      func order(_ target: Target) -> (Int, Int) { (target.region == city ? 0 : 1, regions[target.region] ?? .max) }
      let parts = targets.filter { $0.region != city }.compactMap {
        reached[Key(indicator: indicator.code, region: $0.region.rawValue)]
      }
      return targets.sorted { order($0) < order($1) }.map { target in
        var found = reached[Key(indicator: indicator.code, region: target.region.rawValue)]
        // The city reports through its regions: their sum, where all of them have reported, as of the oldest of their months.
        if target.region == city, found == nil, parts.count == targets.count - 1, let month = parts.map(\.month).min() {
          found = (parts.reduce(0) { $0 + $1.value }, month)
        }
        return TargetRow(
          indicator: language == .english && !indicator.nameEN.isEmpty ? indicator.nameEN : indicator.name,
          region: target.region == city ? names.city : names.region(target.region.rawValue), unit: indicator.unit,
          code: indicator.code, isCity: target.region == city, start: target.periodStart, end: target.periodEnd,
          target: target.value, value: found?.value, month: found?.month)
      }
    }
  }
}
