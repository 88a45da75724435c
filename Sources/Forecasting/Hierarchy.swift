/// Which bottom series sum to which node. Trees and crossed hierarchies alike.
public struct Hierarchy: Sendable, Equatable {
  /// The bottom series of each node, by node; a bottom series is not listed as a node of itself.
  public private(set) var bottoms: [String: [String]] = [:]
  /// The nodes in the order of their first edge.
  public private(set) var nodesByEdge: [String] = []

  /// Makes a hierarchy from pairs of a node and one of the bottom series that sum to it.
  public init(edges: [(node: String, bottom: String)]) {
    for edge in edges where edge.node != edge.bottom {
      if bottoms[edge.node] == nil { nodesByEdge.append(edge.node) }
      bottoms[edge.node, default: []].append(edge.bottom)
    }
    for node in bottoms.keys { bottoms[node] = Array(Set(bottoms[node] ?? [])).sorted() }
  }

  /// The nodes, sorted.
  public var nodes: [String] { bottoms.keys.sorted() }
}

extension Panel {
  /// The panel with the nodes of a hierarchy that it lacks, behind its own series and in the order of their first edge.
  ///
  /// A node's history is the sum of its bottom series over the periods in which all of them have values; between these it has gaps.
  /// - Throws: ``ModelFailure`` when a bottom series is not in the panel, or those of a node have no period in common.
  /// - Complexity: O(edges × periods).
  public func adding(nodesOf hierarchy: Hierarchy) throws(ModelFailure) -> Panel {
    let position = Dictionary(series.enumerated().map { ($0.element.id, $0.offset) }) { first, _ in first }
    var out = self
    for node in hierarchy.nodesByEdge where position[node] == nil {
      var parts: [Series] = []
      for bottom in hierarchy.bottoms[node] ?? [] {
        guard let place = position[bottom] else {
          throw ModelFailure(
            hierarchy.bottoms[bottom] == nil
              ? "hierarchy: series \(bottom) of node \(node) is not in the panel"
              : "hierarchy: \(bottom) is listed both as a node and as a bottom series")
        }
        parts.append(series[place])
      }
      out.series.append(try Panel.sum(parts, id: node))
    }
    return out
  }

  private static func sum(_ parts: [Series], id: String) throws(ModelFailure) -> Series {
    let start = parts.map(\.start).max() ?? 0
    let end = parts.map(\.end).min() ?? 0
    var values: [Double] = []
    for period in start..<Swift.max(start, end) {
      var sum = 0.0
      for part in parts { sum += part.values[period - part.start] }
      values.append(sum.isFinite ? sum : .nan)
    }
    guard let first = values.firstIndex(where: \.isFinite), let last = values.lastIndex(where: \.isFinite) else {
      throw ModelFailure("hierarchy: the bottom series of node \(id) have no period in common")
    }
    return Series(id: id, start: start + first, values: Array(values[first...last]))
  }
}
