import LabourMarket

/// The dates between which chains are valid, by the place of their code, and the rows that name a chain outside of them.
///
/// A trivial value that its row machine owns: ``deallocate()`` ends it.
struct ChainSeasons {
  /// The steps of the chain, and of the date that is compared with its validity.
  let chain: Int, date: Int
  private let bounds: UnsafeMutablePointer<(first: Double, last: Double)>
  private let outside: UnsafeMutablePointer<Int>

  /// The seasons of a feed that names chains and dates its records; `nil` where no chain has a season.
  init?(_ program: FeedProgram) {
    let columns = program.schema.columns
    var seasons: [String: (first: Double, last: Double)] = [:]
    for chain in program.environment.reference.chains where chain.validFrom != nil || chain.validTo != nil {
      seasons[chain.code.rawValue] = (
        chain.validFrom.map { Double($0.firstDay.ordinal) } ?? -.infinity,
        chain.validTo.map { Double($0.lastDay.ordinal) } ?? .infinity
      )
    }
    guard !seasons.isEmpty, let chain = columns.firstIndex(where: { $0.kind == .chain }),
      let date = columns.firstIndex(where: { $0.name == program.schema.datingColumn }),
      let spellings = program.spellings[chain]
    else { return nil }
    self.chain = chain
    self.date = date
    bounds = .allocate(capacity: spellings.size)
    bounds.initialize(repeating: (-.infinity, .infinity), count: spellings.size)
    outside = .allocate(capacity: spellings.size)
    outside.initialize(repeating: 0, count: spellings.size)
    for (place, code) in spellings.places { if let season = seasons[code] { bounds[place] = season } }
  }

  func deallocate() {
    bounds.deallocate()
    outside.deallocate()
  }

  /// Whether the chain at a place is valid on a day; counts the row where it is not.
  func holds(_ place: Int, on day: Double) -> Bool {
    if day >= bounds[place].first && day <= bounds[place].last { return true }
    outside[place] += 1
    return false
  }

  /// Rows outside the season, by chain.
  func rows(_ program: FeedProgram) -> [String: Int] { program.spellings[chain]?.tally(outside) ?? [:] }
}

extension FeedSchema {
  /// The column whose date says whether a record's chain was valid; `nil` for feeds without one.
  var datingColumn: String? {
    switch feed {
    case .vacancies: "posted_on"
    case .hiringPlans: "survey_wave"
    case .supplyPipeline, .indicators: "month"
    case .enterprises, .unemployment, .headcount, .outcomes: nil
    }
  }
}
