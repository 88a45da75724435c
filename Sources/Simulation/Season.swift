import Glibc
import LabourMarket

/// The seasons of the simulated labour market: the moving Spring Festival, graduation, and the order books.
enum Season {
  /// How much of a month lies around a day that is `centre` days before the festival (negative: after it), 0…1: the mean over the
  /// month's days of a bell of the given width in days. 0 outside the festival's table.
  static func nearFestival(_ month: Month, centre: Double, width: Double) -> Double {
    var sum = 0.0
    for offset in 0..<month.days {
      guard let days = SpringFestival.daysUntilNearest(from: month.firstDay + offset) else { return 0 }
      let distance = (Double(days) - centre) / width
      sum += exp(-distance * distance / 2)
    }
    return sum / Double(month.days)
  }

  /// Factor of the separation rate: people leave before the festival and do not all come back.
  static func separation(_ month: Month, _ group: OfficerGroup) -> Double {
    let strength: Double
    switch group {
    case .general: strength = 1.7
    case .skilled: strength = 1.1
    default: strength = 0.4
    }
    return 0.9 + strength * nearFestival(month, centre: 4, width: 13)
  }

  /// Shift of the matching rate, log points: little before the festival, much in the weeks after it.
  static func matching(_ month: Month) -> Double {
    0.4 * nearFestival(month, centre: -24, width: 14) - 0.5 * nearFestival(month, centre: 9, width: 10)
  }

  /// Factor of the inflow of seekers: those who come back after the festival, and graduates in June and July.
  static func inflow(_ month: Month, _ group: OfficerGroup) -> Double {
    let back = 1.1 * nearFestival(month, centre: -20, width: 14)
    let studied = group == .engineering || group == .management || group == .sales
    return 0.85 + (studied ? 0.3 * back : back) + (studied && (month.month == 6 || month.month == 7) ? 0.8 : 0)
  }
}

/// The demand for staff: a level in log points per enterprise and month.
struct Demand {
  private let world: World
  private var dice: Dice
  private var city = 0.0
  private var chains: [Double]
  private var enterprises: [Double]
  private let peak: [Double]
  private let amplitude: [Double]
  /// Per chain: the step of its shock and its size in log points.
  private let chainShocks: [(step: Int, size: Double)?]
  private let cityShock: (step: Int, size: Double)?
  private(set) var step = -1

  init(_ world: World) {
    self.world = world
    let settings = world.settings
    var setup = Dice(seed: settings.seed, "demand set-up")
    peak = world.chains.map { _ in setup.between(0, 12) }
    amplitude = world.chains.map { _ in setup.between(0.005, 0.025) }
    let earliest = SimulationSettings.burnIn + 6
    let latest = max(earliest, world.horizon - 3)
    chainShocks = world.chains.map { _ in
      let strikes = setup.chance(0.6)
      let step = setup.whole(earliest, latest)
      let size = setup.chance(0.7) ? setup.between(-0.28, -0.10) : setup.between(0.08, 0.20)
      return settings.scenario.hasShocks && strikes ? (step, size) : nil
    }
    let step = setup.whole(earliest, latest)
    cityShock = settings.scenario.hasShocks ? (step, -0.12) : nil
    chains = [Double](repeating: 0, count: world.chains.count)
    enterprises = [Double](repeating: 0, count: world.enterprises.count)
    dice = Dice(seed: settings.seed, "demand")
  }

  /// Goes on by a month.
  mutating func advance() {
    step += 1
    let scenario = world.settings.scenario
    city = 0.92 * city + scenario.cityDisturbance * dice.normal()
    for index in chains.indices { chains[index] = 0.9 * chains[index] + scenario.chainDisturbance * dice.normal() }
    for index in enterprises.indices { enterprises[index] = 0.85 * enterprises[index] + 0.025 * dice.normal() }
  }

  /// The level of an enterprise's demand, log points over its initial staff.
  func level(_ enterprise: Int) -> Double {
    let chain = world.enterprises[enterprise].chain
    let angle = 2 * Double.pi * (Double(world.month(step).month) - peak[chain]) / 12
    return city + chains[chain] + enterprises[enterprise] + world.growth[chain] * Double(step) + amplitude[chain]
      * cos(angle)
      + echo(cityShock) + echo(chainShocks[chain])
  }

  /// The shocks, for the truth: chain (`nil` is the city), step, size in log points.
  var shocks: [(chain: Int?, step: Int, size: Double)] {
    let struck = chainShocks.enumerated().compactMap { index, shock in
      shock.map { (chain: Optional(index), step: $0.step, size: $0.size) }
    }
    return (cityShock.map { [(chain: nil, step: $0.step, size: $0.size)] } ?? []) + struck
  }

  /// What is left of a shock: half of it after eight months.
  private func echo(_ shock: (step: Int, size: Double)?) -> Double {
    guard let shock, step >= shock.step else { return 0 }
    return shock.size * exp2(-Double(step - shock.step) / 8)
  }
}

/// The seasons of every simulated month, worked out once.
struct Calendar {
  private let separations: [[Double]]
  private let inflows: [[Double]]
  private let matchings: [Double]

  /// The seasons of `steps` months from a month on.
  init(first: Month, steps: Int) {
    let months = (0..<steps).map { first + $0 }
    separations = months.map { month in OfficerGroup.allCases.map { Season.separation(month, $0) } }
    inflows = months.map { month in OfficerGroup.allCases.map { Season.inflow(month, $0) } }
    matchings = months.map { Season.matching($0) }
  }

  /// See ``Season/separation(_:_:)``.
  func separation(step: Int, group: Int) -> Double { separations[step][group] }
  /// See ``Season/inflow(_:_:)``.
  func inflow(step: Int, group: Int) -> Double { inflows[step][group] }
  /// See ``Season/matching(_:)``.
  func matching(step: Int) -> Double { matchings[step] }
}
