import Glibc
import LabourMarket

/// A registered unemployed person; invented from head to toe.
struct RegisteredPerson {
  let serial: Int
  let birth: CalendarDay
  let name: String
  let region: Int
  let occupation: Int
  let education: String
  let lastEmployer: Int?
  let reason: String
  let registeredOn: CalendarDay
  let registeredAt: LocalTimestamp
  var exit: (on: CalendarDay, reason: String, at: LocalTimestamp)?
}

/// Those who look for work, by home region and officer group: numbers, and records of those who registered.
struct Seekers {
  private let world: World
  private var dice: Dice
  /// Persons by home region and officer group, the registered ones included.
  private(set) var pools: [[Int]]
  /// Indices into ``people`` of the registered ones.
  private var registered: [[[Int]]]
  private(set) var people: [RegisteredPerson] = []
  private let inflow: [Double]
  private let occupationsOfGroup: [[Int]]

  /// Pools in balance with the enterprises' initial staff.
  init(_ world: World) {
    self.world = world
    dice = Dice(seed: world.settings.seed, "seekers")
    let groups = OfficerGroup.allCases
    var staff = [Double](repeating: 0, count: groups.count)
    for (index, member) in world.staffGroups.enumerated() {
      let group = Self.index(of: world.group(index))
      staff[group] += Double(world.enterprises[member.enterprise].initialStaff) * member.share
    }
    var start: [Double] = []
    var flows: [Double] = []
    for (group, persons) in zip(groups, staff) {
      let separations = persons * Parameters.separationRate(group) * 1.1
      let balance = persons * 0.06 / 1.2
      start.append(balance)
      let need = (separations + Parameters.seekerExit * balance) * world.settings.scenario.supply
      flows.append(max(0, need - Parameters.stayAfterSeparation * separations))
    }
    inflow = flows
    pools = world.population.map { share in start.map { Int(($0 * share).rounded()) } }
    registered = world.regions.map { _ in groups.map { _ in [] } }
    occupationsOfGroup = groups.map { group in world.occupations.indices.filter { world.occupations[$0].group == group }
    }
  }

  /// The place of an officer group in arrays.
  static func index(of group: OfficerGroup) -> Int { OfficerGroup.allCases.firstIndex(of: group) ?? 0 }

  /// Seekers who can reach a region, persons.
  func reachable(region: Int, group: Int) -> Double {
    var sum = 0.0
    for home in pools.indices { sum += world.commuting[home][region] * Double(pools[home][group]) }
    return sum
  }

  /// New seekers of a month that come from outside the enterprises.
  mutating func arrive(step: Int) {
    let month = world.month(step)
    for (group, name) in OfficerGroup.allCases.enumerated() where !occupationsOfGroup[group].isEmpty {
      let season = world.calendar.inflow(step: step, group: group) * exp(0.0012 * Double(step))
      for home in pools.indices {
        for _ in 0..<dice.poisson(inflow[group] * world.population[home] * season) {
          pools[home][group] += 1
          guard dice.chance(Parameters.otherRegistration) else { continue }
          let occupation = dice.pick(occupationsOfGroup[group], else: 0)
          let studied = name != .general && name != .skilled
          let reason = studied && dice.chance(0.5) ? "未就业毕业生" : dice.chance(0.5) ? "返乡" : "其他"
          register(home, group, occupation, employer: nil, reason: reason, month: month)
        }
      }
    }
  }

  /// Persons of a programme that arrive; they look for work without registering.
  mutating func add(_ persons: Int, region: Int, group: Int) { pools[region][group] += persons }

  /// People who left a staff group and may look for work in the city.
  mutating func separate(_ persons: Int, staffGroup: Int, laidOff: Bool, month: Month) {
    let member = world.staffGroups[staffGroup]
    let work = world.enterprises[member.enterprise].region
    let group = Self.index(of: world.group(staffGroup))
    let homes = pools.indices.map { world.population[$0] * world.commuting[$0][work] }
    for _ in 0..<dice.binomial(persons, Parameters.stayAfterSeparation) {
      let home = dice.index(homes)
      pools[home][group] += 1
      guard dice.chance(Parameters.registration) else { continue }
      let reason = laidOff ? "裁员" : dice.chance(0.8) ? "解除劳动合同" : "终止劳动合同"
      register(home, group, member.occupation, employer: member.enterprise, reason: reason, month: month)
    }
  }

  /// Takes one hired person out of the pools that reach a region, if any is left: otherwise the person came from another job.
  mutating func hire(region: Int, group: Int, on day: CalendarDay) {
    let weights = pools.indices.map { world.commuting[$0][region] * Double(pools[$0][group]) }
    guard weights.contains(where: { $0 > 0 }) else { return }
    let home = dice.index(weights)
    guard pools[home][group] > 0 else { return }
    leave(home, group, on: day, reason: "就业")
  }

  /// Those who give up, move away or retire in a month.
  mutating func giveUp(month: Month) {
    for home in pools.indices {
      for group in pools[home].indices {
        for _ in 0..<dice.binomial(pools[home][group], Parameters.seekerExit) {
          let day = month.firstDay + dice.whole(0, month.days - 1)
          leave(home, group, on: day, reason: dice.chance(0.6) ? "退出劳动力" : "外出务工")
        }
      }
    }
  }

  private mutating func leave(_ home: Int, _ group: Int, on day: CalendarDay, reason: String) {
    let persons = pools[home][group]
    pools[home][group] -= 1
    let position = dice.whole(0, persons - 1)
    guard position < registered[home][group].count else { return }
    let person = registered[home][group][position]
    registered[home][group].swapAt(position, registered[home][group].count - 1)
    registered[home][group].removeLast()
    let on = max(day, people[person].registeredOn + 1)
    let delay = dice.chance(0.6) ? dice.whole(0, 2) : dice.whole(3, 20)
    people[person].exit = (on, reason, officeHour(on + delay, &dice))
  }

  private mutating func register(
    _ home: Int, _ group: Int, _ occupation: Int, employer: Int?, reason: String, month: Month
  ) {
    let day = month.firstDay + dice.whole(0, month.days - 1)
    let graduate = reason == "未就业毕业生"
    let age = graduate ? dice.whole(21, 25) : dice.whole(19, 56)
    let birth = CalendarDay(year: month.year - age, month: dice.whole(1, 12), day: dice.whole(1, 28))
    let schooling: [String]
    switch OfficerGroup.allCases[group] {
    case .engineering, .management: schooling = ["大专", "本科", "本科"]
    case .sales: schooling = ["高中", "大专", "本科"]
    case .skilled: schooling = ["初中", "中专", "中专", "大专"]
    case .general: schooling = ["小学", "初中", "初中", "高中"]
    }
    registered[home][group].append(people.count)
    people.append(
      RegisteredPerson(
        serial: people.count, birth: birth, name: Identifiers.personName(dice: &dice), region: home,
        occupation: occupation, education: graduate ? "本科" : dice.pick(schooling, else: ""), lastEmployer: employer,
        reason: reason, registeredOn: day, registeredAt: officeHour(day, &dice), exit: nil))
  }
}
