/// One connected part of a hierarchy: nodes and the bottom series that sum to them, by position.
struct SummingTree: Sendable {
  /// Members in order: nodes first, then bottom series; positions in the panel.
  let members: [Int]
  /// Number of nodes.
  let nodeCount: Int
  /// For each node the positions (0…) of its bottom series among the bottom series of the tree.
  let children: [[Int]]

  /// Number of bottom series.
  var bottomCount: Int { members.count - nodeCount }

  /// Node values from bottom values, then the bottom values themselves.
  func sum(_ bottom: [Double]) -> [Double] {
    var out = [Double](repeating: 0, count: members.count)
    for n in 0..<nodeCount {
      var sum = 0.0
      for b in children[n] { sum += bottom[b] }
      out[n] = sum
    }
    for b in 0..<bottomCount { out[nodeCount + b] = bottom[b] }
    return out
  }

  /// The transpose: for each bottom series the sum of the values of all members it belongs to.
  func gather(_ values: [Double]) -> [Double] {
    var out = Array(values[nodeCount...])
    for n in 0..<nodeCount {
      for b in children[n] { out[b] += values[n] }
    }
    return out
  }

  /// The node that sums all bottom series, if there is one.
  var root: Int? { children.firstIndex { $0.count == bottomCount } }

  /// Levels of aggregation for comparing errors: the root, the bottom series, and the nodes between.
  func level(_ member: Int) -> Int {
    if member >= nodeCount { return 2 }
    return children[member].count == bottomCount ? 0 : 1
  }

  /// Splits a hierarchy into connected parts.
  ///
  /// - Parameter position: panel position by series key.
  /// - Throws: ``ModelFailure`` when a key is not in the panel.
  static func parts(of hierarchy: Hierarchy, position: [String: Int]) throws(ModelFailure) -> [SummingTree] {
    var parent: [String: String] = [:]
    func find(_ key: String) -> String {
      var root = key
      while let next = parent[root], next != root { root = next }
      return root
    }
    for node in hierarchy.nodes {
      guard position[node] != nil else { throw ModelFailure("hierarchy: node \(node) is not in the panel") }
      let bottoms = hierarchy.bottoms[node] ?? []
      for bottom in bottoms {
        guard position[bottom] != nil else {
          throw ModelFailure("hierarchy: series \(bottom) of node \(node) is not in the panel")
        }
        guard hierarchy.bottoms[bottom] == nil else {
          throw ModelFailure("hierarchy: \(bottom) is listed both as a node and as a bottom series")
        }
        if parent[bottom] == nil { parent[bottom] = bottom }
        if let first = bottoms.first {
          let a = find(first)
          let b = find(bottom)
          if a != b { parent[Swift.max(a, b)] = Swift.min(a, b) }
        }
      }
    }
    var nodesByRoot: [String: [String]] = [:]
    for node in hierarchy.nodes {
      guard let first = hierarchy.bottoms[node]?.first else { continue }
      nodesByRoot[find(first), default: []].append(node)
    }
    return nodesByRoot.keys.sorted().map { key in
      let nodes = nodesByRoot[key] ?? []
      let bottoms = Set(nodes.flatMap { hierarchy.bottoms[$0] ?? [] }).sorted()
      let place = Dictionary(uniqueKeysWithValues: bottoms.enumerated().map { ($0.element, $0.offset) })
      return SummingTree(
        members: (nodes + bottoms).compactMap { position[$0] }, nodeCount: nodes.count,
        children: nodes.map { (hierarchy.bottoms[$0] ?? []).compactMap { place[$0] } })
    }
  }
}
