import Glibc
import LabourMarket

/// What enterprises answer when they are asked: hiring plans every quarter, headcounts every month.
struct Surveys {
  private let world: World
  private(set) var plans = SimulatedTable(
    "hiring_plans",
    [
      "credit_code", "enterprise_name", "region", "chain", "survey_wave", "period", "occupation", "headcount",
      "planned_hires", "expected_separations", "automation_displaced", "reported_on",
    ])
  private(set) var headcounts = SimulatedTable(
    "headcount",
    [
      "credit_code", "month", "headcount_base", "headcount_previous", "headcount", "decrease_reason", "reported_on",
    ])
  private var base: [Int?]
  private var previous: [Int?]

  init(_ world: World) {
    self.world = world
    base = world.enterprises.map { _ in nil }
    previous = base
  }

  /// A survey wave in the first month of each quarter: the coming six months by occupation. Large enterprises answer more often.
  mutating func plan(step: Int, engine: Engine, open: [Int]) {
    let wave = world.month(step)
    guard wave.month % 3 == 1 else { return }
    for (number, enterprise) in world.enterprises.enumerated() {
      var dice = Dice(seed: world.settings.seed, "plans", step, number)
      guard dice.chance(enterprise.response) else { continue }
      let reported = wave.firstDay + (dice.chance(0.05) ? dice.whole(25, 50) : dice.whole(2, 16))
      let corrected: CalendarDay? = dice.chance(0.06) ? reported + dice.whole(7, 30) : nil
      let staff = enterprise.staffGroups.reduce(0) { $0 + engine.employed[$1] }
      for index in enterprise.staffGroups {
        for ahead in 0..<6 {
          let expected = expectation(index, step: step, ahead: ahead, engine: engine, open: open[index])
          let planned = expected.hires / world.realisation[enterprise.chain] * exp(0.25 * dice.normal() - 0.03)
          var row = [
            enterprise.code, enterprise.name, world.regions[enterprise.region].code.rawValue,
            world.chains[enterprise.chain].code.rawValue, wave.description, (wave + ahead).description,
            world.occupations[world.staffGroups[index].occupation].code.rawValue, String(staff),
            String(dice.rounded(planned)), String(dice.rounded(expected.separations)),
            String(dice.rounded(expected.displaced)), reported.description,
          ]
          plans.rows.append(row)
          if let corrected {
            row[8] = String(dice.rounded(planned * exp(0.3 * dice.normal())))
            row[11] = corrected.description
            plans.rows.append(row)
          }
        }
      }
    }
  }

  /// What an enterprise expects of a month ahead: the demand of today goes on with the chain's growth.
  private func expectation(
    _ index: Int, step: Int, ahead: Int, engine: Engine, open: Int
  ) -> (hires: Double, separations: Double, displaced: Double) {
    let member = world.staffGroups[index]
    let enterprise = world.enterprises[member.enterprise]
    let group = world.group(index)
    let staff = Double(engine.employed[index])
    let season = world.calendar.separation(step: step + ahead, group: Seekers.index(of: group))
    let separations = staff * Parameters.separationRate(group) * season
    let affected = group == .general || group == .skilled
    let displaced = affected ? staff * (enterprise.automation[step + ahead] ?? 0) : 0
    let growth = staff * world.growth[enterprise.chain]
    let backlog = ahead == 0 ? 0.5 * max(0, engine.target(index) - staff) : 0
    return (max(0, separations + growth + backlog - displaced), separations, displaced)
  }

  /// The monthly report of the monitored enterprises: staff at the end of the month.
  mutating func headcount(month: Month, engine: Engine) {
    for (number, enterprise) in world.enterprises.enumerated() where enterprise.monitored {
      var dice = Dice(seed: world.settings.seed, "headcount", month.ordinal, number)
      let staff = enterprise.staffGroups.reduce(0) { $0 + engine.employed[$1] }
      let first = base[number] ?? staff
      base[number] = first
      let before = previous[number] ?? staff
      guard !dice.chance(0.03) else { continue }  // an enterprise that forgets
      previous[number] = staff
      let fell = Double(staff) < 0.98 * Double(before)
      let reason = fell ? dice.pick(["订单减少", "正常流动", "正常流动", "季节性用工", "机器换人"], else: "") : ""
      let reported = dice.chance(0.15) ? month.lastDay + dice.whole(1, 15) : month.lastDay - dice.whole(0, 3)
      headcounts.rows.append([
        enterprise.code, month.description, String(first), String(before), String(staff), reason,
        reported.description,
      ])
    }
  }
}
