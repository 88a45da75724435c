import Assistance
import LabourMarket
import Reporting

/// What the database keeps of a measure on a night.
struct MeasureRecord: Encodable {
  var measure: String, kind: String, unit: String?, capacity: Double?, used: Double, priorShare: Double, share: Double
  var hiredInCases: Double, hiredAsReported: Double, closure: Double
}

/// The plans for the measures, as the documents show them and as the database keeps them.
extension ReportBuilder {
  /// The sheets of the whole city by their keys in the texts; empty where the profile has no measures.
  var planSheets: [(key: String, sheet: PlanSheet)] {
    guard !profile.reference.levers.isEmpty else { return [] }
    return [("effects", effects)] + cityPlans
  }

  private var cityPlans: [(key: String, sheet: PlanSheet)] { plans(region: nil) }

  /// The part of the plans that a team's page shows, by their keys in the texts.
  func teamPlans(_ team: ReportTeam) -> [(key: String, sheet: PlanSheet)] {
    switch team.scope {
    case .city: cityPlans
    case .region: plans(region: team.code)
    case .regions: []
    }
  }

  private func plans(region: String?) -> [(key: String, sheet: PlanSheet)] {
    [("fairs", fairSheet(region: region)), ("classes", classSheet(region: region))].compactMap { key, sheet in
      sheet.map { (key, $0) }
    }
  }

  private var effects: PlanSheet {
    let rows = profile.reference.levers.compactMap { lever in
      outlook.states[lever.code].map { state in
        MeasureRow(
          name: names.measures[lever.code] ?? lever.code,
          groups: OfficerGroup.allCases.filter(lever.groups.contains), leadTimeMonths: lever.leadTimeMonths,
          state: state)
      }
    }
    return MeasureTable(
      rows: rows, rules: settings.measures, closure: outlook.closure, evidenceMonths: settings.evidenceMonths,
      night: night, strings: strings
    ).sheet
  }

  /// What is kept of the measures.
  var measureRecords: [MeasureRecord] {
    profile.reference.levers.compactMap { lever in
      outlook.states[lever.code].map { state in
        MeasureRecord(
          measure: lever.code, kind: state.kind.rawValue, unit: state.capacity.unit?.rawValue,
          capacity: state.capacity.year, used: state.capacity.used, priorShare: state.prior, share: state.share,
          hiredInCases: state.cases, hiredAsReported: state.reported, closure: outlook.closure)
      }
    }
  }

  // MARK: Fairs and classes

  /// The sessions of the whole city, or of a region and those online.
  private func fairSheet(region: String?) -> PlanSheet? {
    fairs.map { fairs in
      let rows = planRows.fairs.filter {
        region == nil || $0.session.theme.isOnline || $0.session.theme.region == region
      }
      return FairTable(
        rows: rows, weekends: fairs.weekends, progress: fairs.progress, rules: settings.fairs.rules, strings: strings
      ).sheet
    }
  }

  /// The classes proposed for the whole city, or those in which a region takes part.
  private func classSheet(region: String?) -> PlanSheet? {
    classes.map { classes in
      let rows = planRows.classes.filter { region == nil || $0.proposal.regions.contains(region ?? "") }
      return ClassTable(
        rows: rows, rules: settings.classes, start: night.month, isJudged: classes.isJudged, strings: strings
      ).sheet
    }
  }

  /// What is kept of the fairs.
  var fairRecords: [FairRecord] {
    planRows.fairs.map { row in
      let session = row.session
      return FairRecord(
        day: session.day.description, venue: session.venue, chain: session.theme.chain, region: session.theme.region,
        isFixed: session.isFixed, openings: row.openings, expected: session.expected,
        exceedance: session.exceedance, value: session.value, repetition: session.repetition,
        balance: session.balance, turn: session.turn, occupations: row.occupationCodes,
        enterprises: row.enterprises.map(\.creditCode))
    }
  }

  /// What is kept of the classes.
  var classRecords: [ClassRecord] {
    planRows.classes.enumerated().map { position, row in
      let proposal = row.proposal
      return ClassRecord(
        region: proposal.region, occupation: proposal.occupation.rawValue, measure: proposal.measure ?? "",
        position: position + 1, regions: proposal.regions, leastPast: proposal.past, leastAhead: proposal.ahead,
        structural: proposal.structural, arriving: proposal.arriving, need: proposal.need, classes: proposal.classes,
        graduates: proposal.graduates, stillShort: proposal.left, endsIn: proposal.end?.firstDay.description,
        reason: proposal.reason.rawValue, enterprises: row.enterprises.map(\.creditCode))
    }
  }
}

/// What the database keeps of a session of a fair.
struct FairRecord: Encodable {
  var day: String, venue: String, chain: String, region: String, isFixed: Bool, openings: Double, expected: Double
  var exceedance: Double, value: Double, repetition: Double, balance: Double, turn: Int, occupations: [String]
  var enterprises: [String]
}

/// What the database keeps of a proposal of classes.
struct ClassRecord: Encodable {
  var region: String, occupation: String, measure: String, position: Int, regions: [String], leastPast: Int
  var leastAhead: Int, structural: Int, arriving: Int, need: Int, classes: [Int], graduates: Int, stillShort: Int
  var endsIn: String?, reason: String, enterprises: [String]
}
