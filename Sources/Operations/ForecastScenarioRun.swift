import Foundation
import LabourMarket
import Postgres
import Shortfall

extension ForecastRun {
  /// What a scenario says beside the base case.
  public struct ScenarioResult {
    /// The table for a terminal.
    public let text: String
    /// What had no effect, or was assumed.
    public let notes: [String]
  }

  /// Makes the forecast as it is (or finds the one that stands) and the same under a scenario, and stores the scenario beside it.
  ///
  /// Lists, alerts and `export forecast` read the base case only; `export scenario` reads what this stores.
  /// - Parameters:
  ///   - path: the scenario's file.
  ///   - output: a file for the differences; `nil`: none.
  /// - Throws: ``Failure`` (usage) for a wrong file, a month that is not over, or a profile of monthly totals; errors of the server.
  public func run(scenario path: String, output: String?, _ options: Options, in run: Run) throws -> ScenarioResult {
    let prepared = try prepare(options, in: run)
    guard !prepared.fromTotals else {
      throw Failure.usage(
        "--scenario: \(session.profile.name) has monthly totals only; a scenario moves postings, plans and seekers.",
        next: "Use it with a profile that has records of its own, or forecast without --scenario.")
    }
    let file = try ForecastScenarioFile(reference: session.profile.reference, asOf: prepared.asOf).load(path)
    let inputs = try read(prepared)
    session.console.progress("estimating")
    let estimator = ShortfallEstimator(settings: prepared.settings, trees: ReferenceTrees(session.profile.reference))
    let result = estimator.forecast(inputs.panel, horizon: prepared.horizon, scenario: file.scenario)
    let stands = try standing(prepared, .now) != nil
    try session.connection.transaction {
      func writer(_ name: String) -> ForecastWriter {
        ForecastWriter(session: session, run: run.id, scenario: name, inputs: inputs, settings: prepared.settings)
      }
      if !stands { try writer("").write(result.base, digest: prepared.digest) }
      try writer(file.scenario.name).write(result, text: file.text, digest: prepared.digest)
    }
    session.console.endProgress()
    if let output { try Exports(session: session).write(.scenario, to: output, asOf: prepared.asOf) }
    return ScenarioResult(
      text: try ForecastScenarioTable(result, profile: session.profile).text, notes: prepared.findings + result.notes)
  }
}

/// A scenario's differences as a table for a terminal: the city, every chain and region that moves, and the cells that move most.
struct ForecastScenarioTable {
  /// Cells that are printed.
  private static let cells = 12
  private let result: ScenarioForecast
  private let names: ReportNames
  private let shown: [Int]

  init(_ result: ScenarioForecast, profile: Profile) throws {
    self.result = result
    names = try ReportNames(profile: profile, language: profile.language)
    // The first month, the middle and the last.
    let last = result.base.horizon
    shown = Set([1, (last + 1) / 2, last]).sorted()
  }

  var text: String {
    var rows: [[String]] = [
      ["level", "node"] + shown.flatMap { h in ["\(result.base.asOf + h)", "scenario", "change"] }
    ]
    rows[0] += ["P10–P90 \(result.base.asOf + result.base.horizon)"]
    let moved = result.nodes.filter { largest($0) >= 0.05 }
    for level in [Level.city, .chain, .region] {
      // Chains and regions that move by less than half a person are left out.
      rows += result.nodes.filter { $0.node.level == level && (level == .city || largest($0) >= 0.5) }.map(row)
    }
    let cells = moved.filter { $0.node.level == .cell }.sorted { a, b in
      largest(a) == largest(b) ? label(a) < label(b) : largest(a) > largest(b)
    }
    rows += cells.prefix(Self.cells).map(row)
    let widths = rows[0].indices.map { column in rows.map { Self.width($0[column]) }.max() ?? 0 }
    var out =
      "Scenario \(result.name), as of \(result.base.asOf): unfilled openings (mean), base case, scenario and change.\n"
    for row in rows {
      out += row.enumerated().map { column, text in
        let pad = String(repeating: " ", count: widths[column] - Self.width(text))
        return column < 2 ? text + pad : pad + text
      }.joined(separator: "  ")
      out += "\n"
    }
    if cells.count > Self.cells {
      out += "… and \(cells.count - Self.cells) more cells: `labourwatch export scenario` has all.\n"
    }
    if moved.isEmpty { out += "The scenario changes nothing.\n" }
    return out
  }

  private func row(_ entry: ScenarioForecast.Node) -> [String] {
    var cells = [entry.node.level.rawValue, label(entry)]
    for h in shown {
      let (before, after) = (entry.base[h - 1].mean, entry.values[h - 1].mean)
      cells += [Self.number(before), Self.number(after), (after > before ? "+" : "") + Self.number(after - before)]
    }
    let last = entry.values[entry.values.count - 1]
    return cells + ["\(Self.number(last.p10))–\(Self.number(last.p90))"]
  }

  private func largest(_ entry: ScenarioForecast.Node) -> Double {
    zip(entry.values, entry.base).map { abs($0.mean - $1.mean) }.max() ?? 0
  }

  private func label(_ entry: ScenarioForecast.Node) -> String {
    let key = entry.node.key
    let parts = [
      key.chain.map { names.chain($0.rawValue) }, key.region.map { names.region($0.rawValue) },
      key.occupation.map { names.occupation($0.rawValue) },
    ].compactMap(\.self)
    return parts.isEmpty ? names.city : parts.joined(separator: " · ")
  }

  /// One decimal below ten persons, none above.
  private static func number(_ value: Double) -> String {
    let text = String(format: abs(value) < 10 ? "%.1f" : "%.0f", value)
    return text == "-0.0" ? "0.0" : text
  }

  /// Columns of a terminal: CJK characters take two.
  private static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 && $1.value < 0xFFE7 ? 2 : 1) }
  }
}
