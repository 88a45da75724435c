import Assistance
import Ingestion

/// What `alerts.yaml` says of measures and of the plans made of them.
extension AlertSettings {
  mutating func readMeasures(_ yaml: YAMLDocument) throws {
    try yaml.allow(
      "kinds", "weights", "most", "structural_share", "sharing", "prior_weight", "closure",
      "indicators", "evidence_months")
    if let sharing = try yaml["sharing"] {
      try sharing.allow("other_region", "other_chain", "entries")
      otherRegionCost = try sharing["other_region"].map { try $0.whole(in: 0...1000) } ?? otherRegionCost
      otherChainCost = try sharing["other_chain"].map { try $0.whole(in: 0...1000) } ?? otherChainCost
      sharingEntries = try sharing["entries"].map { try $0.whole(in: 0...5000) } ?? sharingEntries
    }
    if let kinds = try yaml["kinds"] {
      measures.kinds = [:]
      for code in try kinds.keys() { measures.kinds[code] = try kinds[code]?.choice() }
    }
    if let weights = try yaml["weights"] {
      for name in try weights.keys() {
        guard let kind = MeasureKind(rawValue: name) else {
          throw weights.fault("“\(name)” is no kind of measure: \(MeasureKind.allCases.map(\.rawValue)).")
        }
        measures.weights[kind] = try weights[name]?.double()
      }
    }
    measures.most = try yaml["most"].map { try $0.whole(in: 0...20) } ?? measures.most
    measures.structuralShare = try yaml["structural_share"]?.double() ?? measures.structuralShare
    measures.priorWeight =
      try yaml["prior_weight"].map { Double(try $0.whole(in: 1...1_000_000)) } ?? measures.priorWeight
    measures.closure = try yaml["closure"].map(Self.share) ?? measures.closure
    evidenceMonths = try yaml["evidence_months"].map { try $0.whole(in: 1...240) } ?? evidenceMonths
    if let indicators = try yaml["indicators"] {
      measureIndicators = [:]
      for code in try indicators.keys() { measureIndicators[code] = try indicators[code]?.string() }
    }
  }
}
