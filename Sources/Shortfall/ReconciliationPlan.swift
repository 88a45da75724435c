import Forecasting
import LabourMarket

/// Which series sum to which, for monthly totals by chain and by region: two trees over one total.
struct ReconciliationPlan: Sendable {
  /// Leaves below each series (itself for a leaf), as positions among all series.
  private let leavesOf: [[Int]]
  /// Leaves of the chain tree and of the region tree.
  private let chainLeaves, regionLeaves: [Int]
  /// Whether a series is an aggregate of others.
  let isAggregate: [Bool]

  init(_ totals: [IndicatorPanel.Total], trees: ReferenceTrees) {
    var chainAt: [ChainCode: Int] = [:]
    var regionAt: [RegionCode: Int] = [:]
    for (i, total) in totals.enumerated() {
      if let chain = total.key.chain {
        chainAt[chain] = i
      } else if let region = total.key.region {
        regionAt[region] = i
      }
    }
    var children = [[Int]](repeating: [], count: totals.count)
    for (i, total) in totals.enumerated() {
      // The nearest ancestor that has a series of its own.
      let parent =
        total.key.chain.flatMap { code in
          ReferenceTrees.ancestors(of: code, in: trees.chains).lazy.compactMap { chainAt[$0] }.first
        }
        ?? total.key.region.flatMap { code in
          ReferenceTrees.ancestors(of: code, in: trees.regions).lazy.compactMap { regionAt[$0] }.first
        }
      if let parent { children[parent].append(i) }
    }
    func leaves(_ i: Int) -> [Int] { children[i].isEmpty ? [i] : children[i].flatMap(leaves) }
    leavesOf = totals.indices.map { leaves($0).sorted() }
    isAggregate = children.map { !$0.isEmpty }
    chainLeaves = totals.indices.filter { totals[$0].key.chain != nil && children[$0].isEmpty }
    regionLeaves = totals.indices.filter { totals[$0].key.chain == nil && children[$0].isEmpty }
  }

  /// Coherent means in thousandths of a person: of every series and of the whole.
  func reconcile(_ own: [IndicatorEstimator.Spread]) -> (means: [Int], whole: Int) {
    let leaves = (chainLeaves + regionLeaves).sorted()
    guard !leaves.isEmpty else { return ([], 0) }
    var position = [Int](repeating: -1, count: own.count)
    for (p, leaf) in leaves.enumerated() { position[leaf] = p }
    let n = leaves.count
    var gram = [Double](repeating: 0, count: n * n)
    var moment = [Double](repeating: 0, count: n)
    func add(_ row: [(Int, Double)], _ value: Double, _ weight: Double) {
      for (i, a) in row {
        moment[i] += weight * a * value
        for (j, b) in row { gram[i * n + j] += weight * a * b }
      }
    }
    var heaviest = 0.0
    for i in own.indices {
      let width = max(own[i].p90 - own[i].p10, 0.01 * own[i].mean, 1)
      heaviest = max(heaviest, 1 / (width * width))
      add(leavesOf[i].map { (position[$0], 1) }, own[i].mean, 1 / (width * width))
    }
    if !chainLeaves.isEmpty && !regionLeaves.isEmpty {
      let difference = chainLeaves.map { (position[$0], 1.0) } + regionLeaves.map { (position[$0], -1.0) }
      add(difference, 0, heaviest * 1e5)
    }
    let solution = LinearAlgebra.solveSymmetric(gram, moment)
    return settle(own.count) { max(solution[position[$0]], 0) }
  }

  /// Rounds to thousandths; what chains and regions still differ by goes to the largest region.
  private func settle(_ count: Int, _ value: (Int) -> Double) -> (means: [Int], whole: Int) {
    var leaf = [Int](repeating: 0, count: count)
    for i in chainLeaves + regionLeaves { leaf[i] = Int((value(i) * 1000).rounded()) }
    let chains = chainLeaves.reduce(0) { $0 + leaf[$1] }
    let regions = regionLeaves.reduce(0) { $0 + leaf[$1] }
    if !chainLeaves.isEmpty, let largest = regionLeaves.max(by: { leaf[$0] < leaf[$1] }) {
      leaf[largest] = max(0, leaf[largest] + chains - regions)
    }
    let whole = chainLeaves.isEmpty ? regions : chains
    return ((0..<count).map { i in leavesOf[i].reduce(0) { $0 + leaf[$1] } }, whole)
  }

  /// The whole's own forecast: of the series that heads everything, else the sum of the leaves with spreads added in quadrature.
  func wholeSpread(_ own: [IndicatorEstimator.Spread]) -> IndicatorEstimator.Spread {
    if let head = head { return own[head] }
    let leaves = chainLeaves.isEmpty ? regionLeaves : chainLeaves
    let mean = leaves.reduce(0.0) { $0 + own[$1].mean }
    let middle = leaves.reduce(0.0) { $0 + own[$1].p50 }
    let down = leaves.reduce(0.0) { $0 + (own[$1].p50 - own[$1].p10) * (own[$1].p50 - own[$1].p10) }.squareRoot()
    let up = leaves.reduce(0.0) { $0 + (own[$1].p90 - own[$1].p50) * (own[$1].p90 - own[$1].p50) }.squareRoot()
    return .init(mean: mean, p10: max(middle - down, 0), p50: middle, p90: middle + up)
  }

  /// The history of the whole: of its head, else the leaves' sum over the months that all have.
  func wholeHistory(_ totals: [IndicatorPanel.Total], asOf: Month) -> (start: Month, values: [Double]) {
    if let head { return (totals[head].start, totals[head].openings) }
    let leaves = chainLeaves.isEmpty ? regionLeaves : chainLeaves
    guard let start = leaves.map({ totals[$0].start }).max(),
      let end = leaves.map({ totals[$0].start + totals[$0].openings.count }).min(), end > start
    else { return (asOf, [0]) }
    let values = (0..<(end - start)).map { t in
      leaves.reduce(0.0) { $0 + totals[$1].openings[start + t - totals[$1].start] }
    }
    return (start, values)
  }

  /// The one series that holds all leaves of its tree.
  private var head: Int? {
    let leaves = chainLeaves.isEmpty ? regionLeaves : chainLeaves
    return leavesOf.indices.first { isAggregate[$0] && leavesOf[$0].count == leaves.count && leavesOf[$0] == leaves }
  }
}
