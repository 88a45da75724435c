import LabourMarket

extension ShortfallEstimator {
  /// Forecasts months 1…`horizon` as they are and under a scenario.
  ///
  /// Both share everything that was learned, and no random number is drawn; see ``ScenarioBalance``.
  /// - Complexity: as ``forecast(_:horizon:)``.
  public func forecast(_ panel: CityPanel, horizon: Int, scenario: ShortfallScenario) -> ScenarioForecast {
    let (base, estimate, intervals) = estimate(panel, horizon: horizon)
    let balance = ScenarioBalance(scenario, panel, estimate, settings: settings)
    let whole = panel.adding(balance.added)
    let facts = balance.added.isEmpty ? nil : NodeFacts(whole, settings: settings)
    let drivers = DriverTable(panel, estimate, settings: settings)
    // Thousandths of a person by cell and month ahead.
    let means = whole.cells.indices.map { k in
      (0..<horizon).map { h -> Int in
        let factor = k < panel.cells.count ? estimate.factor[panel.cells[k].chain, h] : 1
        return Int((max(balance.openings[k, h] * factor, 0) * 1000).rounded())
      }
    }
    let answering = scenario.changes.reduce(1.0) { out, change in
      if case .response(let share) = change { out * share } else { out }
    }
    let known = Dictionary(base.nodes.map { (Name($0.node), $0) }, uniquingKeysWith: { a, _ in a })
    let empty = (1...max(horizon, 1)).map {
      ForecastValue(
        horizon: $0, mean: 0, p10: 0, p50: 0, p90: 0, pExceed: 0,
        drivers: [Double](repeating: 0, count: Driver.allCases.count))
    }
    let nodes = whole.nodes(trees: trees).map { node in
      let before = known[Name(node)]
      let threshold = before?.threshold ?? facts?.describe(node).threshold ?? settings.thresholdFloor
      let values = (0..<horizon).map { h in
        var parts = drivers.sum(node.members.filter { $0 < panel.cells.count }, h)
        let mean = node.members.reduce(0) { $0 + means[$1][h] }
        parts.append(mean - parts.reduce(0, +))
        return intervals.value(
          parts, level: node.level, horizon: h, threshold: threshold,
          extra: (1 - answering) * estimate.demand.planVariance[h])
      }
      return ScenarioForecast.Node(node: node, threshold: threshold, base: before?.values ?? empty, values: values)
    }
    return ScenarioForecast(name: scenario.name, base: base, nodes: nodes, notes: balance.notes)
  }

  /// A node by what it is called.
  private struct Name: Hashable {
    let level: Level
    let key: Cell
    init(_ node: ForecastNode) { (level, key) = (node.level, node.key) }
  }
}

extension CityPanel {
  /// The panel with cells of no history after its own.
  func adding(_ added: [Cell]) -> CityPanel {
    guard !added.isEmpty else { return self }
    var out = self
    func position<Code: Equatable>(_ code: Code?, _ codes: inout [Code]) -> Int? {
      guard let code else { return nil }
      if let known = codes.firstIndex(of: code) { return known }
      codes.append(code)
      return codes.count - 1
    }
    for key in added {
      guard let c = position(key.chain, &out.chains), let r = position(key.region, &out.regions),
        let o = position(key.occupation, &out.occupations)
      else { continue }
      out.cells.append(CellIndex(chain: c, region: r, occupation: o))
    }
    func padded(_ table: MonthTable) -> MonthTable {
      var wide = MonthTable(rows: out.cells.count, months: table.months)
      wide.values.replaceSubrange(0..<table.values.count, with: table.values)
      return wide
    }
    (out.openings, out.newOpenings, out.hires) = (padded(openings), padded(newOpenings), padded(hires))
    out.openingsBefore += [Double](repeating: 0, count: added.count)
    out.seekers = nil
    return out
  }
}
