import Testing

@testable import Forecasting

@Suite struct ReconciliationTests {
  private let tree = SummingTree(members: [0, 1, 2, 3, 4], nodeCount: 2, children: [[0, 1, 2], [0, 1]])
  private let base = [10, 6.5, 3, 4, 4.5]

  @Test func hierarchyMustNameSeriesOfThePanel() throws {
    let hierarchy = Hierarchy(edges: [("t", "a"), ("t", "b"), ("u", "c"), ("u", "d")])
    let position = ["t": 0, "a": 1, "b": 2, "u": 3, "c": 4, "d": 5]
    let parts = try SummingTree.parts(of: hierarchy, position: position)
    #expect(parts.map(\.members) == [[0, 1, 2], [3, 4, 5]])
    #expect(throws: ModelFailure("hierarchy: series d of node u is not in the panel")) {
      try SummingTree.parts(of: hierarchy, position: position.filter { $0.key != "d" })
    }
  }

  @Test func missingNodesAreSums() throws {
    let a = Series(id: "a", start: 10, values: [1, 2, 3, .nan, 5])
    let b = Series(id: "b", start: 11, values: [20, 30, 40, 50, 60])
    let own = Series(id: "own", start: 10, values: [7, 7])
    let panel = Panel(series: [a, b, own])
    let edges = [("z", "b"), ("z", "a"), ("own", "a"), ("m", "b"), ("m", "b")].map { (node: $0.0, bottom: $0.1) }
    let added = try panel.adding(nodesOf: Hierarchy(edges: edges)).series
    #expect(added.map(\.id) == ["a", "b", "own", "z", "m"])
    #expect(Array(added.prefix(3)).map(\.start) == [10, 11, 10] && added[2] == own)
    #expect(added[3].start == 11 && added[3].values.map(\.description) == ["22.0", "33.0", "nan", "55.0"])
    #expect(added[4] == Series(id: "m", start: 11, values: b.values))
  }

  @Test func missingNodesNeedTheirBottoms() {
    let panel = Panel(series: [Series(id: "a", start: 0, values: [1]), Series(id: "b", start: 1, values: [1])])
    func added(_ edges: [(node: String, bottom: String)]) throws {
      _ = try panel.adding(nodesOf: Hierarchy(edges: edges))
    }
    #expect(throws: ModelFailure("hierarchy: series c of node t is not in the panel")) { try added([("t", "c")]) }
    #expect(throws: ModelFailure("hierarchy: the bottom series of node t have no period in common")) {
      try added([("t", "a"), ("t", "b")])
    }
  }

  @Test func simpleWays() {
    let reconciler = Reconciler(tree: tree, errors: [], fallbackVariances: [1, 1, 1, 1, 1])
    #expect(reconciler.bottom(base, method: .bottomUp) == [3, 4, 4.5])
    let down = reconciler.bottom(base, method: .topDown) ?? []
    #expect(abs(tree.sum(down)[0] - 10) < 1e-12)
  }

  /// Expected values: numpy 2.4.6, dense inverses, shrinkage intensity by Schäfer and Strimmer's formula.
  @Test func minimumTrace() {
    let errors: [[Double]] = [
      [5.86, 5.08, 2.11, 1.94, 1.96], [-7.87, -5.43, -2.67, -2.41, -2.63], [1.54, 0.78, 0.43, 0.88, 0.58],
      [-1.85, -1.19, -0.41, 0.01, -0.65], [-1.43, -0.6, -0.72, -0.54, -0.19], [-0.47, -0.4, -0.01, -1.06, 0.09],
      [-6.35, -4.54, -1.94, -1.81, -2.15], [-1.02, -0.46, -0.25, 0.19, -0.01],
    ]
    let reconciler = Reconciler(tree: tree, errors: errors, fallbackVariances: [1, 1, 1, 1, 1])
    let lambda = Reconciler.shrinkage(errors, variances: reconciler.variances)
    #expect(abs(lambda - 0.29406808579588306) < 1e-12)
    let expected: [(Reconciler.Method, [Double])] = [
      (.minimumTrace, [2.8948467877335196, 3.871430340660949, 4.4323498667290115]),
      (.variance, [2.840281870415919, 3.8521047757117577, 4.380791903076846]), (.structural, [2.75, 3.75, 4.25]),
    ]
    for (method, values) in expected {
      for (a, b) in zip(reconciler.bottom(base, method: method) ?? [], values) {
        #expect(abs(a - b) < 1e-7, "\(method)")
      }
    }
  }

  @Test func panelForecastsAreCoherent() throws {
    var panel = syntheticPanel(series: 4, length: 70, seed: 5)
    func sum(_ a: Int, _ b: Int) -> [Double] { zip(panel.series[a].values, panel.series[b].values).map { $0 + $1 } }
    let left = sum(0, 1)
    let right = sum(2, 3)
    let odd = sum(0, 2)
    panel.series.append(Series(id: "left", start: 24000, values: left))
    panel.series.append(Series(id: "right", start: 24000, values: right))
    panel.series.append(Series(id: "crossed", start: 24000, values: odd))
    panel.series.append(Series(id: "all", start: 24000, values: zip(left, right).map { $0 + $1 }))
    let edges = [
      ("left", "s0"), ("left", "s1"), ("right", "s2"), ("right", "s3"), ("crossed", "s0"), ("crossed", "s2"),
      ("all", "s0"),
      ("all", "s1"), ("all", "s2"), ("all", "s3"),
    ]
    var options = PanelForecaster.Options(horizon: 6)
    options.budget = 100
    let results = try PanelForecaster(options: options).forecast(
      panel, hierarchy: Hierarchy(edges: edges.map { (node: $0.0, bottom: $0.1) }))
    let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.id, $0.mean) })
    for node in ["left", "right", "crossed", "all"] {
      for h in 0..<6 {
        let bottom = edges.filter { $0.0 == node }.reduce(0) { $0 + (byID[$1.1]?[h] ?? .nan) }
        #expect(abs((byID[node]?[h] ?? .nan) - bottom) < 1e-9 * bottom)
      }
    }
  }
}
