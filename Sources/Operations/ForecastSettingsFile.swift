import Foundation
import Ingestion
import Shortfall

/// Reads `forecast.yaml` of a profile. Every key may be left out; the file printed in `jobs/suqian` shows the defaults.
enum ForecastSettingsFile {
  /// The settings of a profile's folder; the defaults where there is no file.
  /// - Throws: ``Failure`` (usage) that names file, line and key.
  static func load(folder: String) throws -> ShortfallSettings {
    let path = folder + "/forecast.yaml"
    guard FileManager.default.fileExists(atPath: path) else { return ShortfallSettings() }
    do {
      return try read(YAMLDocument(contentsOf: path))
    } catch let fault as YAMLFault {
      throw Failure.usage(fault.description, next: "Mend the file; docs/estimator.md explains every key.")
    }
  }

  static func read(_ yaml: YAMLDocument) throws -> ShortfallSettings {
    try yaml.allow("demand", "fill", "threshold", "history", "correction", "enterprises", "dominance", "key_firms")
    var out = ShortfallSettings()
    if let demand = try yaml["demand"] { try readDemand(demand, &out) }
    if let fill = try yaml["fill"] {
      try fill.allow("half_life_months", "level_persistence", "use_seekers", "arrival_rate")
      try number(fill, "half_life_months", 1...1200, &out.fillHalfLife)
      try number(fill, "level_persistence", 0...1, &out.fillLevelPersistence)
      if let value = try fill["use_seekers"] { out.usesSeekers = try value.bool() }
      try number(fill, "arrival_rate", 0...1, &out.arrivalRate)
    }
    if let threshold = try yaml["threshold"] {
      try threshold.allow("persons", "rate", "relative", "floor")
      try number(threshold, "persons", 1...1e9, &out.thresholdPersons)
      try number(threshold, "rate", 0.001...0.999, &out.thresholdRate)
      try number(threshold, "relative", 0.1...100, &out.thresholdRelative)
      try number(threshold, "floor", 0.5...1e6, &out.thresholdFloor)
    }
    if let history = try yaml["history"] {
      try history.allow("short_months", "short_widening", "rolling_origins")
      try integer(history, "short_months", 13...120, &out.shortHistory)
      try number(history, "short_widening", 1...5, &out.shortHistoryWidening)
      try integer(history, "rolling_origins", 0...120, &out.rollingOrigins)
    }
    if let correction = try yaml["correction"] {
      try correction.allow("level_shrinkage", "chain_level_shrinkage", "statistical_share")
      try number(correction, "level_shrinkage", 0.1...1e9, &out.levelShrinkage)
      try number(correction, "chain_level_shrinkage", 0.1...1e9, &out.chainLevelShrinkage)
      try number(correction, "statistical_share", 0...1, &out.statisticalShare)
    }
    if let enterprises = try yaml["enterprises"] {
      try enterprises.allow("months_ahead")
      try integer(enterprises, "months_ahead", 1...12, &out.enterpriseHorizon)
    }
    if let dominance = try yaml["dominance"] {
      try dominance.allow("share", "least")
      try number(dominance, "share", 0.1...1, &out.dominanceShare)
      try number(dominance, "least", 0...1e6, &out.dominanceLeast)
    }
    if let firms = try yaml["key_firms"] {
      try firms.allow("share", "least", "filed")
      try number(firms, "share", 0...1, &out.keyFirmShare)
      try number(firms, "least", 0...1e6, &out.keyFirmLeast)
      try number(firms, "filed", 0.01...1, &out.keyFirmFiled)
    }
    return out
  }

  private static func readDemand(_ demand: YAMLDocument, _ out: inout ShortfallSettings) throws {
    try demand.allow(
      "half_life_months", "harmonics", "level_persistence", "use_plans", "plans_include_replacement", "expansion_cap",
      "plan_shrinkage",
      "cell_shrinkage")
    try number(demand, "half_life_months", 1...1200, &out.demandHalfLife)
    try integer(demand, "harmonics", 1...5, &out.harmonics)
    try number(demand, "level_persistence", 0...1, &out.levelPersistence)
    if let value = try demand["use_plans"] { out.usesPlans = try value.bool() }
    if let value = try demand["plans_include_replacement"] { out.plansIncludeReplacement = try value.bool() }
    try number(demand, "expansion_cap", 1...100, &out.expansionCap)
    try number(demand, "plan_shrinkage", 0...1e9, &out.planShrinkage)
    try number(demand, "cell_shrinkage", 0.01...1e6, &out.cellShrinkage)
  }

  private static func number(
    _ yaml: YAMLDocument, _ key: String, _ range: ClosedRange<Double>, _ target: inout Double
  ) throws {
    guard let node = try yaml[key] else { return }
    let value = try node.double()
    guard range.contains(value) else {
      throw node.fault("should lie between \(range.lowerBound) and \(range.upperBound).")
    }
    target = value
  }

  private static func integer(
    _ yaml: YAMLDocument, _ key: String, _ range: ClosedRange<Int>, _ target: inout Int
  ) throws {
    guard let node = try yaml[key] else { return }
    let value = try node.int()
    guard range.contains(value) else {
      throw node.fault("should lie between \(range.lowerBound) and \(range.upperBound).")
    }
    target = value
  }
}
