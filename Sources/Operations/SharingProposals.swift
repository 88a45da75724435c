import Assistance
import LabourMarket
import Reporting

/// Proposals of shared employment: which enterprise could lend how many people to which.
struct SharingProposals {
  let settings: AlertSettings
  let levers: [Lever]
  let groups: [OccupationCode: OfficerGroup]
  let data: ReportData

  /// A proposal and the regions of its parties.
  struct Proposal {
    var row: SharingRow, regions: [String]
  }

  /// The plan, the largest proposals first; empty where the profile has no such measure.
  func plan() -> [Proposal] {
    let suited = levers.filter { settings.measures.kinds[$0.code] == .sharing }
      .reduce(into: Set<OfficerGroup>()) { $0.formUnion($1.groups) }
    guard !suited.isEmpty else { return [] }
    // Both are sorted by size already. Below five persons nothing is said about an enterprise's surplus.
    let offers = data.surpluses.indices.filter { data.surpluses[$0].surplus >= 5 }.prefix(settings.sharingEntries)
    let lenders = Set(offers.map { data.surpluses[$0].creditCode })
    let wants = data.enterprises.indices.filter { index in
      guard data.enterprises[index].expected >= 1, !lenders.contains(data.enterprises[index].creditCode) else {
        return false
      }
      guard let occupation = data.enterpriseOccupations[index] else { return true }
      return groups[occupation].map(suited.contains) ?? false
    }.prefix(settings.sharingEntries)
    let from = Array(offers)
    let to = Array(wants)
    let sharing = LabourSharing(
      offers: from.map { Int(data.surpluses[$0].surplus.rounded(.down)) },
      wants: to.map { Int(data.enterprises[$0].expected.rounded(.down)) }
    ) { offer, want in
      let isNear = data.surplusRegions[from[offer]] == data.enterpriseRegions[to[want]]
      let isSame = data.surpluses[from[offer]].chain == data.enterprises[to[want]].chain
      return (isNear ? 0 : settings.otherRegionCost) + (isSame ? 0 : settings.otherChainCost)
    }
    let proposals = sharing.plan().map { proposal(from[$0.offer], to[$0.want], $0.persons) }
    return proposals.enumerated().sorted { a, b in
      a.element.row.persons == b.element.row.persons
        ? a.offset < b.offset : a.element.row.persons > b.element.row.persons
    }.map(\.element)
  }

  private func proposal(_ offer: Int, _ want: Int, _ persons: Int) -> Proposal {
    let lender = data.surpluses[offer]
    let borrower = data.enterprises[want]
    return Proposal(
      row: SharingRow(
        lender: SharingRow.Party(
          creditCode: lender.creditCode, name: lender.name, chain: lender.chain, region: lender.region,
          contact: lender.contact, phone: lender.phone),
        borrower: SharingRow.Party(
          creditCode: borrower.creditCode, name: borrower.name, chain: borrower.chain, region: borrower.region,
          contact: borrower.contact, phone: borrower.phone), occupation: borrower.occupation, persons: persons),
      regions: [data.surplusRegions[offer], data.enterpriseRegions[want]])
  }
}
