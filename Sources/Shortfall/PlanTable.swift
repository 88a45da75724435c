import LabourMarket

/// Plans by chain and target month, expanded from the respondents to all enterprises.
struct PlanTable: Sendable {
  /// By class of lag: chains × (months + horizon), persons.
  var planned: [MonthTable]
  /// By class of lag: whether a wave speaks of that month.
  var known: [[Bool]]
  /// Expected separations and automation by chain × (months + horizon), of the newest wave that speaks of the month.
  var separations, automation: MonthTable
  /// Planned hires of the same statements.
  var gross: MonthTable

  /// Expands every wave by strata (chain): persons sought by all enterprises over those of the respondents, at most the cap.
  init(_ panel: CityPanel, horizon: Int, settings: ShortfallSettings) {
    let chains = panel.chains.count
    let empty = MonthTable(rows: chains, months: panel.months + horizon)
    planned = [empty, empty]
    known = [[Bool]](repeating: [Bool](repeating: false, count: panel.months + horizon), count: 2)
    separations = empty
    automation = empty
    gross = empty
    let factors = Self.expansion(panel, cap: settings.expansionCap)
    var newest = [Month?](repeating: nil, count: panel.months + horizon)
    for plan in panel.plans {
      let t = plan.period - panel.start
      guard t >= 0, t < panel.months + horizon, plan.wave <= plan.period, plan.wave <= panel.asOf else { continue }
      let factor = factors[plan.wave]?[plan.chain] ?? 1
      if newest[t].map({ $0 < plan.wave }) ?? true {
        newest[t] = plan.wave
        for c in 0..<chains {
          separations[c, t] = 0
          automation[c, t] = 0
          gross[c, t] = 0
        }
      }
      if newest[t] == plan.wave {
        separations[plan.chain, t] += plan.separations * factor
        automation[plan.chain, t] += plan.automation * factor
        gross[plan.chain, t] += plan.planned * factor
      }
    }
    addByLag(panel, factors, horizon)
  }

  private mutating func addByLag(_ panel: CityPanel, _ factors: [Month: [Double]], _ horizon: Int) {
    // Of several waves in one class the newest counts; plans ascend by wave.
    var wave = [[Month?]](repeating: [Month?](repeating: nil, count: panel.months + horizon), count: 2)
    for plan in panel.plans {
      let t = plan.period - panel.start
      guard t >= 0, t < panel.months + horizon, plan.wave <= panel.asOf,
        let lag = DemandModel.lagClass(plan.period - plan.wave)
      else { continue }
      if wave[lag][t] != plan.wave {
        wave[lag][t] = plan.wave
        known[lag][t] = true
        for c in 0..<planned[lag].rows { planned[lag][c, t] = 0 }
      }
      planned[lag][plan.chain, t] += plan.planned * (factors[plan.wave]?[plan.chain] ?? 1)
    }
  }

  /// Expansion factors by wave and chain; a chain without answers takes the city's factor.
  static func expansion(_ panel: CityPanel, cap: Double) -> [Month: [Double]] {
    var answered: [Month: [Double]] = [:]
    var all: [Month: [Double]] = [:]
    let zeros = [Double](repeating: 0, count: panel.chains.count)
    for response in panel.responses {
      answered[response.wave, default: zeros][response.chain] += response.weightAnswered
      all[response.wave, default: zeros][response.chain] += response.weightAll
    }
    return answered.reduce(into: [:]) { out, entry in
      let (wave, parts) = entry
      let whole = all[wave] ?? zeros
      let city = whole.reduce(0, +) / max(parts.reduce(0, +), 1)
      out[wave] = zip(parts, whole).map { part, total in min(part > 0 ? total / part : max(city, 1), cap) }
    }
  }
}
