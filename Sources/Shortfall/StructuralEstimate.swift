import Glibc
import LabourMarket

/// The balance rolled forward, with its rolling errors and the correction that they teach.
struct StructuralEstimate: Sendable {
  let demand: DemandModel.Projection
  let fill: FillModel
  /// The balance without and with scheduled supply.
  let base, balance: LabourBalance
  /// Seekers behind ``balance`` at the beginning of each month ahead; see ``SupplyOutlook``.
  let seekers: [[Double]]?
  let rolling: RollingErrors
  let correction: LevelCorrection
  let opinion: SecondOpinion?
  /// Chains × horizon: factor on the balance's openings.
  let factor: MonthTable
  let horizon: Int

  init(_ panel: CityPanel, horizon: Int, settings: ShortfallSettings) {
    self.horizon = horizon
    demand = DemandModel.project(panel, horizon: horizon, settings: settings)
    fill = FillModel(panel, settings: settings)
    if panel.months < LabourBalance.fewestMonths {
      base = LabourBalance(steady: panel, newOpenings: demand.newOpenings)
      balance = base
      seekers = nil
    } else {
      base = LabourBalance(
        panel, newOpenings: demand.newOpenings, fill: fill,
        seekers: SupplyOutlook.seekers(panel, horizon: horizon, arrivalRate: 0))
      seekers = SupplyOutlook.seekers(panel, horizon: horizon, arrivalRate: settings.arrivalRate)
      balance =
        settings.arrivalRate > 0 && !panel.arrivals.isEmpty
        ? LabourBalance(panel, newOpenings: demand.newOpenings, fill: fill, seekers: seekers) : base
    }
    rolling = RollingErrors(panel, horizon: horizon, settings: settings, demand: demand, fill: fill)
    correction = LevelCorrection(panel, rolling, settings: settings)
    var factor = MonthTable(rows: panel.chains.count, months: horizon)
    for h in 0..<horizon {
      for (c, value) in correction.factor(horizon: h, cut: 0).enumerated() { factor[c, h] = value }
    }
    let level = correction
    let chainOfCell = panel.cells.map(\.chain)
    opinion = SecondOpinion(panel, horizon: horizon, settings: settings, rolling: rolling) { origin in
      var own = origin.forecast.summed(by: chainOfCell, into: panel.chains.count)
      for h in 0..<own.months {
        for (c, value) in level.factor(horizon: h, cut: origin.cut).enumerated() { own[c, h] *= value }
      }
      return own
    }
    if let opinion {
      let own = balance.openings.summed(by: chainOfCell, into: panel.chains.count)
      for h in 0..<horizon {
        for c in 0..<panel.chains.count {
          let first = own[c, h] * factor[c, h]
          guard first > 0 else { continue }
          let ratio = min(max(opinion.forecast[c, h] / first, 0.5), 2)
          factor[c, h] *= 1 - opinion.shares[h] + opinion.shares[h] * ratio
        }
      }
    }
    self.factor = factor
  }

  /// What was learned, for the analyst.
  var learned: [(name: String, value: Double)] {
    var out: [(name: String, value: Double)] = []
    let names = [
      "months", "festival", "growth", "chain_growth", "level_walk", "chain_walk", "season_1", "season_2", "season_3",
      "season_4", "season_5",
    ]
    for (name, value) in zip(names, demand.seasonalFit.variances) { out.append(("demand_variance_" + name, value)) }
    out.append(("demand_dispersion", demand.seasonalFit.dispersion))
    out.append(("demand_excess", demand.seasonalFit.excess))
    for (name, value) in zip(["near", "far"], demand.planWeights) { out.append(("plan_weight_" + name, value ?? 0)) }
    for (h, share) in (opinion?.shares ?? []).enumerated() { out.append(("statistical_share_\(h + 1)", share)) }
    out.append(("fill_dispersion", fill.fill.dispersion))
    let terms =
      fill.usesSeekers
      ? ["posts_pool", "seekers_pool", "posts_city", "seekers_city", "fresh_share"]
      : ["posts_pool", "posts_city", "fresh_share"]
    for (i, name) in terms.enumerated() { out.append(("fill_" + name, fill.fill.coefficients[1 + i])) }
    return out
  }
}
