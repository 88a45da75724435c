import Assistance
import LabourMarket
import Reporting

/// What the database keeps of a proposal of classes.
struct ClassRecord: Encodable {
  var region: String, occupation: String, measure: String, position: Int, regions: [String], leastPast: Int
  var leastAhead: Int, structural: Int, arriving: Int, need: Int, classes: [Int], graduates: Int, stillShort: Int
  var endsIn: String?, reason: String, enterprises: [String]
}

/// The sheet of order classes and training, and what is kept of it.
extension ReportBuilder {
  /// The proposals of the whole city, or those in which a region takes part.
  func classSheet(region: String?) -> PlanSheet? {
    classes.map { classes in
      let proposals = classes.proposals.filter { region == nil || $0.regions.contains(region ?? "") }
      return ClassTable(
        rows: proposals.map(classRow), rules: settings.classes, start: night.month, isJudged: classes.isJudged,
        strings: strings
      ).sheet
    }
  }

  private func classRow(_ proposal: ClassProposal) -> ClassRow {
    ClassRow(
      proposal: proposal, region: proposal.region.isEmpty ? strings("classes.city") : names.region(proposal.region),
      regions: proposal.regions.map { names.region($0) }, occupation: names.occupation(proposal.occupation.rawValue),
      measure: proposal.measure.map { names.measures[$0] ?? $0 }, chains: chains(proposal),
      enterprises: enterprises(proposal))
  }

  /// The three chains with the largest gap of the occupation there, now or at the lists' horizon.
  private func chains(_ proposal: ClassProposal) -> [String] {
    var gaps: [String: Double] = [:]
    for node in data.nodes[.cell] ?? []
    where node.cell.occupation == proposal.occupation && proposal.regions.contains(node.cell.region?.rawValue ?? "") {
      gaps[node.cell.chain?.rawValue ?? "", default: 0] += node.evidence(horizon: settings.horizon).gap
    }
    return gaps.filter { $0.value >= 0.5 }.sorted { a, b in a.value == b.value ? a.key < b.key : a.value > b.value }
      .prefix(3).map { names.chain($0.key) }
  }

  private func enterprises(_ proposal: ClassProposal) -> [FairRow.Enterprise] {
    enterprises { _, region, occupation in
      occupation == proposal.occupation && proposal.regions.contains(region)
    }
  }

  /// What is kept of the proposals.
  var classRecords: [ClassRecord] {
    (classes?.proposals ?? []).enumerated().map { position, proposal in
      ClassRecord(
        region: proposal.region, occupation: proposal.occupation.rawValue, measure: proposal.measure ?? "",
        position: position + 1, regions: proposal.regions, leastPast: proposal.past, leastAhead: proposal.ahead,
        structural: proposal.structural, arriving: proposal.arriving, need: proposal.need, classes: proposal.classes,
        graduates: proposal.graduates, stillShort: proposal.left, endsIn: proposal.end?.firstDay.description,
        reason: proposal.reason.rawValue, enterprises: enterprises(proposal).map(\.creditCode))
    }
  }
}
