import LabourMarket

/// A simulated city: its feeds in the contract's form, and the truth behind them.
///
/// An independent labour market of enterprises, postings and seekers whose every number is known; `docs/simulation.md` tells what it
/// assumes. It serves for trying the program, for training officers, and for checking estimators against the truth. It is not a
/// forecast of any real city.
public struct SimulatedCity: Sendable {
  /// The feeds, named as in the contract; rows in the order in which they would arrive.
  public let feeds: [SimulatedTable]
  /// What really happened: by cell, by enterprise, and the parameters that an estimator would like to know.
  public let truth: [SimulatedTable]
  /// The labour-market balance of every month of the truth and every cell, in the order of months, then region, chain and occupation.
  public let balance: [CellBalance]

  /// Simulates a city.
  /// - Parameters:
  ///   - settings: seed, size, months and scenario.
  ///   - reference: regions, chains, occupations; targets and indicators where there are any.
  /// - Throws: ``SimulationFault`` where the settings or the reference data cannot make a city.
  /// - Complexity: O(months × people).
  public init(settings: SimulationSettings, reference: Reference) throws {
    guard settings.enterprises > 0, settings.months > 0, settings.truthMonths >= 0 else {
      throw SimulationFault("A simulated city needs at least one enterprise and one month.")
    }
    let world = try World(settings: settings, reference: reference)
    var engine = Engine(world)
    engine.run()
    let feeds = FeedTables(world: world, engine: engine)
    self.feeds = [
      feeds.enterprises(), feeds.hiringPlans(), feeds.vacancies(), feeds.unemployment(), feeds.headcounts(),
      feeds.supplyPipeline(), feeds.outcomes(reference: reference),
    ].filter { !$0.rows.isEmpty }
    truth = [
      TruthTables.cells(engine), TruthTables.enterprises(engine), TruthTables.parameters(engine),
    ]
    balance = engine.balance
  }
}

/// The truth as tables.
enum TruthTables {
  static func cells(_ engine: Engine) -> SimulatedTable {
    var table = SimulatedTable(
      "truth_cells",
      ["month", "region", "chain", "occupation", "open_end", "hires", "new_openings", "lapsed", "employed"])
    table.rows = engine.balance.map { entry in
      [
        entry.month.description, entry.cell.region?.rawValue ?? "", entry.cell.chain?.rawValue ?? "",
        entry.cell.occupation?.rawValue ?? "", String(entry.openEnd), String(entry.filled), String(entry.new),
        String(entry.lapsed), String(entry.employed),
      ]
    }
    return table
  }

  static func enterprises(_ engine: Engine) -> SimulatedTable {
    var table = SimulatedTable("truth_enterprises", ["month", "credit_code", "open_end", "employed"])
    table.rows = engine.enterpriseMonths.map { entry in
      [
        entry.month.description, engine.world.enterprises[entry.enterprise].code, String(entry.openEnd),
        String(entry.employed),
      ]
    }
    return table
  }

  /// The parameters drawn for this city: name, what it belongs to, value.
  static func parameters(_ engine: Engine) -> SimulatedTable {
    let world = engine.world
    var table = SimulatedTable("truth_parameters", ["parameter", "of", "value"])
    func add(_ name: String, _ of: String, _ value: Double) { table.rows.append([name, of, String(value)]) }
    add("matching_elasticity", "", Parameters.elasticity)
    add("matching_level", "", Parameters.matchingLevel)
    for (index, chain) in world.chains.enumerated() {
      add("realisation_ratio", chain.code.rawValue, world.realisation[index])
      add("monthly_growth", chain.code.rawValue, world.growth[index])
      add("matching_shift", chain.code.rawValue, world.chainMatching[index])
    }
    for (home, region) in world.regions.enumerated() {
      add("matching_shift", region.code.rawValue, world.regionMatching[home])
      for (work, other) in world.regions.enumerated() {
        add("commuting", "\(region.code)>\(other.code)", world.commuting[home][work])
      }
    }
    for group in OfficerGroup.allCases {
      add("separation_rate", group.rawValue, Parameters.separationRate(group))
      add("matching_shift", group.rawValue, Parameters.matchingShift(group))
    }
    for program in Pipeline.programs { add("arrival_rate", program.name, program.arrivalRate) }
    for shock in engine.demand.shocks {
      let chain = shock.chain.map { world.chains[$0].code.rawValue } ?? "city"
      add("shock", "\(chain) \(world.month(shock.step))", shock.size)
    }
    return table
  }
}
