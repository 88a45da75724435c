import Glibc
import LabourMarket

/// The city month by month: separations, postings, matching, and what the surveys ask.
struct Engine {
  let world: World
  var demand: Demand
  var seekers: Seekers
  let pipeline: [PipelineItem]
  private(set) var postings: [Posting] = []
  /// Indices of the postings that are open.
  private var open: [Int] = []
  /// Persons employed, per staff group.
  var employed: [Int]
  /// Share of the places that machines have taken, per staff group.
  private var automated: [Double]
  private(set) var balance: [CellBalance] = []
  /// Unfilled openings and staff at the end of each month of the truth, per enterprise.
  private(set) var enterpriseMonths: [(month: Month, enterprise: Int, openEnd: Int, employed: Int)] = []
  var surveys: Surveys
  private var tightness = 0.0
  private var step = 0
  /// What happened this month, per staff group.
  private var flows: [Flow]

  struct Flow {
    var before = 0
    var new = 0
    var filled = 0
    var lapsed = 0
  }

  init(_ world: World) {
    self.world = world
    demand = Demand(world)
    seekers = Seekers(world)
    pipeline = Pipeline.items(world)
    employed = world.staffGroups.map {
      Int((0.95 * Double(world.enterprises[$0.enterprise].initialStaff) * $0.share).rounded())
    }
    automated = [Double](repeating: 0, count: world.staffGroups.count)
    surveys = Surveys(world)
    flows = [Flow](repeating: Flow(), count: world.staffGroups.count)
  }

  /// Runs the burn-in and all months.
  mutating func run() {
    while step < world.horizon {
      let month = world.month(step)
      demand.advance()
      for index in flows.indices { flows[index] = Flow() }
      let openNow = openings()
      for index in flows.indices { flows[index].before = openNow[index] }
      if step >= SimulationSettings.burnIn {
        surveys.plan(step: step, engine: self, open: openNow)
      }
      seekers.arrive(step: step)
      for item in pipeline where item.step == step {
        let group = Seekers.index(of: world.occupations[item.occupation].group)
        seekers.add(item.arriving, region: item.region, group: group)
      }
      automate()
      separate(month)
      let lapsing = expire(month)
      post(month)
      match(month, lapsing: lapsing)
      lapse(lapsing)
      seekers.giveUp(month: month)
      open.removeAll { postings[$0].state != .open }
      if step >= SimulationSettings.burnIn { record(month) }
      step += 1
    }
  }

  /// Places wanted in a staff group, persons.
  func target(_ index: Int) -> Double {
    let member = world.staffGroups[index]
    let full = Double(world.enterprises[member.enterprise].initialStaff) * member.share
    return full * exp(demand.level(member.enterprise)) * (1 - automated[index])
  }

  /// Unfilled openings, per staff group.
  func openings() -> [Int] {
    var sums = [Int](repeating: 0, count: world.staffGroups.count)
    for index in open { sums[postings[index].staffGroup] += postings[index].remaining }
    return sums
  }

  private mutating func automate() {
    for index in world.staffGroups.indices {
      let group = world.group(index)
      guard group == .general || group == .skilled else { continue }
      automated[index] += world.enterprises[world.staffGroups[index].enterprise].automation[step] ?? 0
    }
  }

  /// People leave on their own; where far too many are left, some are laid off.
  private mutating func separate(_ month: Month) {
    var dice = Dice(seed: world.settings.seed, "separations", step)
    var shrinking: Set<Int> = []
    for index in world.staffGroups.indices {
      let group = world.group(index)
      let season = world.calendar.separation(step: step, group: Seekers.index(of: group))
      let rate = Parameters.separationRate(group) * season
      let leavers = dice.binomial(employed[index], rate)
      employed[index] -= leavers
      seekers.separate(leavers, staffGroup: index, laidOff: false, month: month)
      let surplus = Double(employed[index]) - target(index)
      guard surplus > 1 + 0.06 * Double(employed[index]) else { continue }
      let laidOff = dice.rounded(0.35 * surplus)
      employed[index] -= laidOff
      seekers.separate(laidOff, staffGroup: index, laidOff: true, month: month)
      shrinking.insert(index)
    }
    withdraw(shrinking, month, &dice)
  }

  /// An enterprise that lays off takes back most postings of that occupation.
  private mutating func withdraw(_ staffGroups: Set<Int>, _ month: Month, _ dice: inout Dice) {
    for index in open where staffGroups.contains(postings[index].staffGroup) && dice.chance(0.7) {
      flows[postings[index].staffGroup].lapsed += postings[index].remaining
      postings[index].state = .lapsed
      postings[index].report("closed", at: officeHour(month.firstDay + dice.whole(0, month.days - 1), &dice))
    }
  }

  /// Postings that run out before the month's last day: most are renewed, the others are returned.
  private mutating func expire(_ month: Month) -> [Int] {
    var dice = Dice(seed: world.settings.seed, "expiry", step)
    var lapsing: [Int] = []
    for index in open where postings[index].state == .open && postings[index].closesOn < month.lastDay {
      if dice.chance(Parameters.renewal) {
        let day = postings[index].closesOn
        while postings[index].closesOn < month.lastDay { postings[index].closesOn = postings[index].closesOn + 30 }
        postings[index].report("open", at: officeHour(day, &dice))
      } else {
        lapsing.append(index)
      }
    }
    return lapsing
  }

  /// Puts wanted places up as postings.
  private mutating func post(_ month: Month) {
    let openNow = openings()
    for index in world.staffGroups.indices {
      let required = target(index) - Double(employed[index]) - Double(openNow[index])
      guard required > 0 else { continue }
      var dice = Dice(seed: world.settings.seed, "postings", step, index)
      var left = dice.rounded(Parameters.postingShare * required)
      let group = world.group(index)
      let largest = group == .general ? 20 : group == .skilled ? 12 : 4
      while left > 0 {
        let headcount = min(left, dice.whole(1, largest))
        left -= headcount
        let day = month.firstDay + dice.whole(0, month.days - 1)
        var posting = Posting(
          number: postings.count + 1, staffGroup: index, headcount: headcount, salary: salary(index, month, &dice),
          on: day, valid: dice.pick([30, 60, 60, 90], else: 60))
        posting.report("open", at: officeHour(day, &dice))
        open.append(postings.count)
        postings.append(posting)
        flows[index].new += headcount
      }
    }
  }

  private func salary(_ staffGroup: Int, _ month: Month, _ dice: inout Dice) -> (low: Int, high: Int) {
    let years = Double(month - Month(year: 2019, month: 1)) / 12
    let factor = world.enterprises[world.staffGroups[staffGroup].enterprise].wageFactor
    let middle = Parameters.wage(world.group(staffGroup)) * factor * exp(0.05 * years + 0.05 * dice.normal())
    let low = Int(middle * 0.9 / 100) * 100
    return (low, low + dice.whole(3, 20) * 100)
  }

  /// Matches openings and reachable seekers, market by market: a market is a region and an officer group.
  private mutating func match(_ month: Month, lapsing: [Int]) {
    var dice = Dice(seed: world.settings.seed, "matching", step)
    tightness = 0.7 * tightness + world.settings.scenario.matchingDisturbance * dice.normal()
    let groups = OfficerGroup.allCases.count
    var markets = [[Int]](repeating: [], count: world.regions.count * groups)
    for index in open where postings[index].remaining > 0 {
      let member = postings[index].staffGroup
      let region = world.enterprises[world.staffGroups[member].enterprise].region
      markets[region * groups + Seekers.index(of: world.group(member))].append(index)
    }
    let shortLived = Set(lapsing)
    for (market, members) in markets.enumerated() where !members.isEmpty {
      let region = market / groups
      let group = market % groups
      let seekersNow = seekers.reachable(region: region, group: group)
      let openingsNow = members.reduce(0) { $0 + postings[$1].remaining }
      let common =
        Parameters.matchingLevel + Parameters.matchingShift(OfficerGroup.allCases[group]) + tightness
        + world.regionMatching[region] + world.calendar.matching(step: step)
        + Parameters.elasticity * log((seekersNow + 1) / (Double(openingsNow) + 1))
      var drawn = members.map { index in
        let enterprise = world.enterprises[world.staffGroups[postings[index].staffGroup].enterprise]
        let partial = shortLived.contains(index) || postings[index].postedOn >= month.firstDay
        let rate = exp(common + world.chainMatching[enterprise.chain] + 0.8 * log(enterprise.wageFactor))
        let exposure = partial ? Parameters.firstMonthExposure : 1
        return dice.binomial(postings[index].remaining, 1 - exp(-rate * exposure))
      }
      var excess = drawn.reduce(0, +) - Int(Parameters.matchingCap * seekersNow) - 1
      while excess > 0 {
        let loser = dice.index(drawn.map(Double.init))
        drawn[loser] -= 1
        excess -= 1
      }
      for (index, hires) in zip(members, drawn) where hires > 0 {
        fill(index, by: hires, month, region: region, group: group, &dice)
      }
    }
  }

  private mutating func fill(
    _ index: Int, by hires: Int, _ month: Month, region: Int, group: Int, _ dice: inout Dice
  ) {
    let first = max(postings[index].postedOn, month.firstDay)
    let last = max(first, min(month.lastDay, postings[index].closesOn))
    let parts = hires >= 3 && dice.chance(0.5) ? [hires / 2, hires - hires / 2] : [hires]
    var days = parts.map { _ in first + dice.whole(0, last - first) }
    days.sort()
    for (part, day) in zip(parts, days) {
      postings[index].filled += part
      let complete = postings[index].filled == postings[index].headcount
      if complete { postings[index].state = .filled }
      let delay = dice.chance(Parameters.lateFill) ? dice.whole(1, 9) : 0
      postings[index].report(complete ? "filled" : "open", at: officeHour(day + delay, &dice))
      for _ in 0..<part { seekers.hire(region: region, group: group, on: day) }
    }
    employed[postings[index].staffGroup] += hires
    flows[postings[index].staffGroup].filled += hires
  }

  /// What was not filled of the postings that ran out; half of them are reported as closed.
  private mutating func lapse(_ lapsing: [Int]) {
    var dice = Dice(seed: world.settings.seed, "lapses", step)
    for index in lapsing where postings[index].state == .open {
      flows[postings[index].staffGroup].lapsed += postings[index].remaining
      postings[index].state = .lapsed
      if dice.chance(0.5) {
        postings[index].report("closed", at: officeHour(postings[index].closesOn + dice.whole(1, 3), &dice))
      }
    }
  }

  private mutating func record(_ month: Month) {
    surveys.headcount(month: month, engine: self)
    let openNow = openings()
    if step - SimulationSettings.burnIn < world.settings.truthMonths {
      var cells: [Cell: CellBalance] = [:]
      for (index, flow) in flows.enumerated() {
        let cell = world.cell(index)
        var entry = cells[cell] ?? CellBalance(month: month, cell: cell)
        entry.openBefore += flow.before
        entry.new += flow.new
        entry.filled += flow.filled
        entry.lapsed += flow.lapsed
        entry.openEnd += openNow[index]
        entry.employed += employed[index]
        cells[cell] = entry
      }
      balance += cells.values.sorted { sortKey($0.cell) < sortKey($1.cell) }
      for (number, enterprise) in world.enterprises.enumerated() {
        let staff = enterprise.staffGroups.reduce(0) { $0 + employed[$1] }
        let open = enterprise.staffGroups.reduce(0) { $0 + openNow[$1] }
        enterpriseMonths.append((month, number, open, staff))
      }
    }
  }

  private func sortKey(_ cell: Cell) -> (String, String, String) {
    (cell.region?.rawValue ?? "", cell.chain?.rawValue ?? "", cell.occupation?.rawValue ?? "")
  }
}
