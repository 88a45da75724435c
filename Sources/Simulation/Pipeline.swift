import LabourMarket

/// Persons whom a programme promises for a month, and those who will really come.
struct PipelineItem {
  let program: String
  let region: Int
  let chain: Int?
  let occupation: Int
  let step: Int
  /// What was reported when, the last one is what the programme holds to.
  let reports: [(on: CalendarDay, persons: Int)]
  /// Persons who come.
  let arriving: Int
}

/// The programmes that bring people into the labour market.
enum Pipeline {
  /// A programme: whom it brings, when, how long before it says so, and the share of the promised who come.
  struct Program {
    let name: String
    let groups: [OfficerGroup]
    let arrivalRate: Double
    /// Persons a year per 1,000 staff of the city's enterprises.
    let scale: Double
    let leadMonths: [Int]
    /// Whether its people are meant for one chain.
    let hasChain: Bool
  }

  static let programs = [
    Program(name: "订单班", groups: [.skilled], arrivalRate: 0.75, scale: 14, leadMonths: [8, 3], hasChain: true),
    Program(
      name: "高校毕业生", groups: [.engineering, .management, .sales], arrivalRate: 0.55, scale: 16, leadMonths: [4, 1],
      hasChain: false),
    Program(
      name: "返乡就业", groups: [.general, .skilled], arrivalRate: 0.65, scale: 24, leadMonths: [2], hasChain: false),
    Program(name: "学生顶岗实习", groups: [.general], arrivalRate: 0.9, scale: 10, leadMonths: [2], hasChain: false),
  ]

  /// Whether a programme brings people in a month.
  static func arrives(_ program: Program, _ month: Month) -> Bool {
    switch program.name {
    case "返乡就业":
      return SpringFestival.date(year: month.year).map { $0.month == month || $0.month + 1 == month } ?? false
    case "学生顶岗实习": return month.month == 9
    default: return month.month == 7
    }
  }

  /// Everything that the programmes promise while the city is simulated.
  static func items(_ world: World) -> [PipelineItem] {
    var items: [PipelineItem] = []
    let staff = world.enterprises.reduce(0) { $0 + $1.initialStaff }
    for (number, program) in programs.enumerated() {
      let occupations = world.occupations.indices.filter { program.groups.contains(world.occupations[$0].group) }
      guard !occupations.isEmpty else { continue }
      for step in 0..<world.horizon where arrives(program, world.month(step)) {
        var dice = Dice(seed: world.settings.seed, "pipeline", number, step)
        let perMonth = program.scale * Double(staff) / 1000 / (program.name == "返乡就业" ? 2 : 1)
        for region in world.regions.indices {
          let drawn = dice.whole(1, 3)
          var taken: [[Int]] = []
          for _ in 0..<drawn {
            let persons = dice.poisson(perMonth * world.population[region] / Double(drawn))
            let occupation = dice.pick(occupations, else: 0)
            let chain = program.hasChain ? dice.whole(0, world.chains.count - 1) : nil
            guard persons > 0, !taken.contains([occupation, chain ?? -1]) else { continue }
            taken.append([occupation, chain ?? -1])
            let reports = program.leadMonths.enumerated().map { index, lead in
              let month = world.month(step) - lead
              let last = index == program.leadMonths.count - 1
              let told = last ? persons : max(1, persons + dice.whole(-persons / 3, persons / 3))
              return (on: month.firstDay + dice.whole(4, 24), persons: told)
            }
            items.append(
              PipelineItem(
                program: program.name, region: region, chain: chain, occupation: occupation, step: step,
                reports: reports, arriving: dice.binomial(persons, program.arrivalRate)))
          }
        }
      }
    }
    return items
  }
}
