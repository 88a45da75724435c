import Glibc
import LabourMarket

/// New openings by cell and month ahead: the season and growth of each chain, corrected by what its hiring plans say beyond
/// their own season, and divided among the cells by their shares.
struct DemandModel: Sendable {
  /// What the model says for the months ahead.
  struct Projection: Sendable {
    /// Cells × horizon, persons newly sought.
    var newOpenings: MonthTable
    /// Chains × horizon: the factor that plans put on the season (1: no plan for that month).
    var planFactor: MonthTable
    /// Chains × (months + horizon): the season's means.
    var seasonal: MonthTable
    var seasonalFit: EvidenceRegression.Fit
    /// Weight of plan residuals by class of lag, `nil` where plans do not reach.
    var planWeights: [Double?]
    /// By month ahead: mean square of what the plans move, log points; what is not known any more where nobody answers.
    var planVariance: [Double]
    /// What rolling origins begin from.
    var warm: Warm
  }

  /// Fits to start from.
  struct Warm: Sendable {
    var seasonal: SeasonalCounts.Start
    var plans: [SeasonalCounts.Start?]
  }

  /// Classes of lag between a wave and the month it speaks of: near (1–2 months) and far (3 and more). The wave's own month
  /// also holds posts that are open already, so it is left out.
  static let lagClasses = 2
  static func lagClass(_ lag: Int) -> Int? { lag < 1 ? nil : lag <= 2 ? 0 : 1 }

  /// Projects the panel's new openings.
  static func project(_ panel: CityPanel, horizon: Int, settings: ShortfallSettings, warm: Warm? = nil) -> Projection {
    let chainOfCell = panel.cells.map(\.chain)
    let chains = panel.chains.count
    let counts = panel.newOpenings.summed(by: chainOfCell, into: chains)
    let learns = panel.months >= settings.shortHistory
    let model = SeasonalCounts(
      start: panel.start, months: panel.months, horizon: horizon, series: chains, harmonics: settings.harmonics,
      learns: learns, persistence: settings.levelPersistence)
    var weights = MonthTable(rows: chains, months: panel.months)
    for c in 0..<chains {
      for t in 0..<panel.months { weights[c, t] = pow(0.5, Double(panel.months - 1 - t) / settings.demandHalfLife) }
    }
    let season = model.fit(counts, weights: weights, start: warm?.seasonal)
    var out = Projection(
      newOpenings: MonthTable(rows: panel.cells.count, months: horizon),
      planFactor: MonthTable(rows: chains, months: horizon), seasonal: season.means, seasonalFit: season.fit,
      planWeights: [nil, nil],
      planVariance: [Double](repeating: 0, count: horizon), warm: Warm(seasonal: season.start, plans: [nil, nil]))
    for i in out.planFactor.values.indices { out.planFactor.values[i] = 1 }
    if settings.usesPlans, learns, !panel.plans.isEmpty {
      applyPlans(panel, counts, model, settings, warm, into: &out)
    }
    let shares = cellShares(panel, settings: settings)
    for (k, cell) in panel.cells.enumerated() {
      for h in 0..<horizon {
        let chain = season.means[cell.chain, panel.months + h] * out.planFactor[cell.chain, h]
        out.newOpenings[k, h] = chain * shares[k]
      }
    }
    return out
  }

  /// A cell's share in its chain: new openings of the whole history, shrunk towards region share × occupation share in the chain.
  static func cellShares(_ panel: CityPanel, settings: ShortfallSettings) -> [Double] {
    let (chains, regions, occupations) = (panel.chains.count, panel.regions.count, panel.occupations.count)
    let sums = (0..<panel.cells.count).map { k in
      (0..<panel.months).reduce(0.0) { sum, t in
        sum + panel.newOpenings[k, t] * pow(0.5, Double(panel.months - 1 - t) / 60)
      }
    }
    var byChain = [Double](repeating: 0, count: chains)
    var byRegion = [Double](repeating: 0, count: chains * regions)
    var byOccupation = [Double](repeating: 0, count: chains * occupations)
    for (k, cell) in panel.cells.enumerated() {
      byChain[cell.chain] += sums[k]
      byRegion[cell.chain * regions + cell.region] += sums[k]
      byOccupation[cell.chain * occupations + cell.occupation] += sums[k]
    }
    var shares = [Double](repeating: 0, count: panel.cells.count)
    var total = [Double](repeating: 0, count: chains)
    for (k, cell) in panel.cells.enumerated() {
      let expected =
        byRegion[cell.chain * regions + cell.region] * byOccupation[cell.chain * occupations + cell.occupation]
        / max(byChain[cell.chain], 1e-9)
      shares[k] = expected * (sums[k] + settings.cellShrinkage) / (expected + settings.cellShrinkage)
      total[cell.chain] += shares[k]
    }
    for (k, cell) in panel.cells.enumerated() { shares[k] = total[cell.chain] > 0 ? shares[k] / total[cell.chain] : 0 }
    return shares
  }

  /// Plans against their own season: what they say beyond it moves the projection by a weight learned from past months.
  private static func applyPlans(
    _ panel: CityPanel, _ counts: MonthTable, _ model: SeasonalCounts, _ settings: ShortfallSettings, _ warm: Warm?,
    into out: inout Projection
  ) {
    let plans = PlanTable(panel, horizon: model.horizon, settings: settings)
    var done = [Bool](repeating: false, count: model.horizon)
    for lag in 0..<lagClasses {
      let (planned, known) = (plans.planned[lag], plans.known[lag])
      guard (0..<panel.months).filter({ known[$0] }).count >= 6 else { continue }
      var weights = MonthTable(rows: model.series, months: panel.months)
      for c in 0..<model.series { for t in 0..<panel.months { weights[c, t] = known[t] ? 1 : 0 } }
      let own = model.fit(planned, weights: weights, start: warm?.plans[lag])
      func surprise(_ c: Int, _ t: Int) -> Double { log((planned[c, t] + 1) / (own.means[c, t] + 1)) }
      var (num, den) = (0.0, settings.planShrinkage)
      var (squares, total) = (0.0, 0.0)
      for c in 0..<model.series {
        for t in 0..<panel.months where known[t] {
          let mean = out.seasonal[c, t]
          let weight = mean / (out.seasonalFit.dispersion + out.seasonalFit.excess * mean)
          let z = surprise(c, t)
          num += weight * z * log((counts[c, t] + 1) / (mean + 1))
          den += weight * z * z
          squares += weight * z * z
          total += weight
        }
      }
      let slope = min(max(num / den, 0), 1)
      out.planWeights[lag] = slope
      out.warm.plans[lag] = own.start
      for h in 0..<model.horizon where known[panel.months + h] && !done[h] {
        done[h] = true
        out.planVariance[h] = total > 0 ? slope * slope * squares / total : 0
        for c in 0..<model.series { out.planFactor[c, h] = exp(slope * surprise(c, panel.months + h)) }
      }
    }
  }
}
